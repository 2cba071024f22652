// One party's side of a computation: who it is, its memory, and rounds of messages with the others.
//
// Every party runs the same code. A step that needs the others calls `exchange`; steps that wait at the same time are
// one round, and each party gets at most one message from each other in it. That works because the order of steps is
// the same everywhere: a step calls `exchange` at every party, also where it has nothing to send or receive, and all
// steps of a round go on only when the whole round is in, in the order in which they began to wait. So nothing depends on
// which message came first.

import { invariant } from "@unseen/base";
import type { Place, RingMemory } from "@unseen/compute";
import { type Channel, ChannelFailure, type PartyIndex } from "./channel.ts";

export type Outgoing = { readonly to: PartyIndex; readonly from: Place };
export type Incoming = { readonly from: PartyIndex; readonly into: Place };

/** Resolves when everything that could go on without the network has done so: a turn of the platform's event loop. */
export type NextTurn = () => Promise<void>;

export type SessionOptions = {
  readonly me: PartyIndex;
  /** One to each other party; its place is the party's. The one at `me` is never used. */
  readonly channels: readonly (Channel | undefined)[];
  readonly memory: RingMemory;
  readonly nextTurn: NextTurn;
};

type Step = {
  readonly outgoing: readonly Outgoing[];
  readonly incoming: readonly Incoming[];
  readonly done: () => void;
  readonly failed: (why: unknown) => void;
};

/** What has been sent so far: the label that a kernel's price is held against. */
export type Traffic = { readonly rounds: number; readonly sentBytes: number };

export class Session {
  readonly me: PartyIndex;
  readonly parties: number;
  readonly memory: RingMemory;
  readonly #channels: readonly (Channel | undefined)[];
  readonly #nextTurn: NextTurn;
  #waiting: Step[] = [];
  #isUnderway = false;
  #rounds = 0;
  #sentBytes = 0;
  #failure: { readonly why: unknown } | undefined;

  constructor({ me, channels, memory, nextTurn }: SessionOptions) {
    invariant(
      Number.isInteger(me) && me >= 0 && me < channels.length,
      "a party has a place among the parties",
    );
    this.me = me;
    this.parties = channels.length;
    this.memory = memory;
    this.#channels = channels;
    this.#nextTurn = nextTurn;
  }

  /** The party `steps` places on, around the circle. */
  after(steps: number): PartyIndex {
    return (((this.me + steps) % this.parties) + this.parties) % this.parties;
  }

  get traffic(): Traffic {
    return { rounds: this.#rounds, sentBytes: this.#sentBytes };
  }

  /**
   * One step of one round. Sends what is in the places named and resolves when everything awaited has been written
   * into its places. Neither may be touched before that. Rejects for ever once a channel failed.
   */
  exchange(outgoing: readonly Outgoing[], incoming: readonly Incoming[]): Promise<void> {
    return new Promise((done, failed) => {
      if (this.#failure !== undefined) return failed(this.#failure.why);
      this.#waiting.push({ outgoing, incoming, done, failed });
      if (!this.#isUnderway) void this.#run();
    });
  }

  /** Ends the computation for a reason that this party found: nothing more is sent, and whatever waits or comes rejects. */
  fail(why: unknown): void {
    this.#failure ??= { why };
    for (const step of this.#waiting.splice(0)) step.failed(this.#failure.why);
    this.close("another party of the computation failed");
  }

  /** Ends every channel. What waits rejects. */
  close(why?: string): void {
    for (const channel of this.#channels) channel?.close(why);
  }

  /** Round after round, as long as steps wait. */
  async #run(): Promise<void> {
    this.#isUnderway = true;
    let steps: Step[] = [];
    try {
      // What else goes on without the network is waiting after this.
      await this.#nextTurn();
      while (this.#waiting.length > 0) {
        steps = this.#waiting;
        this.#waiting = [];
        await this.#round(steps);
        // One after the other, each with all that it leads to: parties whose parts of a step differ come to the next
        // steps in different times, and would otherwise come to them in different orders.
        for (const step of steps) {
          step.done();
          await this.#nextTurn();
        }
        steps = [];
      }
    } catch (why) {
      this.#failure ??= { why };
      for (const step of [...steps, ...this.#waiting]) step.failed(this.#failure.why);
      this.#waiting = [];
      this.close("another party of the computation failed");
    } finally {
      this.#isUnderway = false;
    }
  }

  async #round(steps: readonly Step[]): Promise<void> {
    this.#rounds += 1;
    const others = this.#channels.flatMap((channel, party) =>
      channel === undefined || party === this.me ? [] : [{ channel, party }],
    );
    for (const { channel, party } of others) {
      const places = steps.flatMap((step) => step.outgoing.filter(({ to }) => to === party));
      if (places.length === 0) continue;
      const message = this.#messageOf(places.map(({ from }) => from));
      // Whoever awaits nothing reads nothing: an empty message would be taken for the next round's.
      if (message.length === 0) continue;
      this.#sentBytes += message.length;
      channel.send(message);
    }
    await Promise.all(
      others.map(async ({ channel, party }) => {
        const places = steps.flatMap((step) => step.incoming.filter(({ from }) => from === party));
        const expected = places.reduce((total, { into }) => total + into.bytes, 0);
        if (expected === 0) return;
        // A message for one place is written there as it comes, and copied nowhere.
        const alone = places.length === 1 ? this.memory.bytes(places[0]!.into) : undefined;
        const message = await channel.receive(expected, alone);
        if (message.length !== expected) {
          const words = `party ${party} sent ${message.length} bytes where the protocol has ${expected}`;
          throw new ChannelFailure("malformed", party, words);
        }
        // Another channel failed meanwhile, and whoever waited may have given the places back.
        if (message === alone || this.#failure !== undefined) return;
        let at = 0;
        for (const { into } of places) {
          this.memory.bytes(into).set(message.subarray(at, at + into.bytes));
          at += into.bytes;
        }
      }),
    );
  }

  /** One place goes out as it stands: a channel copies. */
  #messageOf(places: readonly Place[]): Uint8Array {
    if (places.length === 1) return this.memory.bytes(places[0]!);
    const message = new Uint8Array(places.reduce((total, { bytes }) => total + bytes, 0));
    let at = 0;
    for (const place of places) {
      message.set(this.memory.bytes(place), at);
      at += place.bytes;
    }
    return message;
  }
}
