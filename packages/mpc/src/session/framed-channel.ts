// One channel over links that may break. It is one thing because every event (a frame, a broken link, a deadline, an end)
// decides over the same few states: open, broken and waiting for a link, ending, ended, failed.
//
// Frames count from 0. A frame whose counter is not the next one was repeated, reordered or lost, and fails the channel:
// over a new link the two sides first tell each other what they miss, so an honest one never sends a frame twice.

import { invariant } from "@unseen/base";
import { type Channel, ChannelFailure, type PartyIndex } from "./channel.ts";
import {
  decodeReason,
  encodeReason,
  type FrameHeader,
  headerBytes,
  readHeader,
  writeHeader,
} from "./frame.ts";
import type { FrameSeal } from "./frame-seal.ts";
import { Inbox } from "./inbox.ts";
import { type Link, linkRoom } from "./link.ts";
import { Outbox, windowCost } from "./outbox.ts";
import type { Timers } from "./timers.ts";

export type ChannelSettings = {
  /** Who is at the other end. */
  readonly party: PartyIndex;
  readonly seal: FrameSeal;
  readonly timers: Timers;
  /** A `receive` for which nothing arrives for so long fails. */
  readonly silenceMs: number;
  /** How long a broken link may take to be replaced. 0: a broken link ends the channel. */
  readonly resumeMs: number;
  /** Told when the link broke, if this side is the one that dials. */
  readonly onBroken?: () => void;
  /** Told once, when the channel is of no more use. */
  readonly onDone?: () => void;
};

/**
 * `send` fails the channel once this much waits for a party that does not take it: it cannot wait itself, and memory
 * must end somewhere. One message is always let in, however long.
 */
export const waitingAtMost = 256 * 2 ** 20;

/** A quarter of the window: the sender hears of free room before it stands still. */
const takenEvery = windowCost / 4;

export class FramedChannel implements Channel {
  readonly #settings: ChannelSettings;
  readonly #outbox: Outbox;
  readonly #inbox = new Inbox();
  #link: Link | undefined;
  /** Both sides of the present link know where the other stands. */
  #isFlowing = false;
  #controlOut = 0;
  #controlIn = 0;
  #toldCost = 0;
  #failure: ChannelFailure | undefined;
  #pending: { readonly reject: (failure: ChannelFailure) => void } | undefined;
  /** `receive` rejects with this once all that came before the other side's end is read. */
  #endOfOther: ChannelFailure | undefined;
  #hasClosed = false;
  #isDone = false;
  #heardSomething = false;
  #stopTimer: (() => void) | undefined;
  #stopResume: (() => void) | undefined;

  constructor(settings: ChannelSettings) {
    this.#settings = settings;
    this.#outbox = new Outbox(settings.seal);
  }

  get isBroken(): boolean {
    return this.#link === undefined && !this.#isDone;
  }

  send(message: Uint8Array): undefined {
    if (this.#failure !== undefined || this.#hasClosed || this.#endOfOther !== undefined) return;
    if (this.#outbox.waiting > waitingAtMost) {
      this.#fail("deadline", "does not take what is sent to it");
      return;
    }
    this.#outbox.addMessage(message);
    this.#pump();
  }

  receive(lengthAtMost: number, into?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      invariant(this.#pending === undefined, "one receive is under way at most");
      this.#pending = { reject };
      const hand = (message: Uint8Array<ArrayBuffer>) => {
        this.#pending = undefined;
        this.#stopTimer?.();
        this.#stopTimer = undefined;
        resolve(message);
      };
      const fault = this.#inbox.read({ lengthAtMost, into, hand });
      if (fault !== undefined) return this.#fail(fault.kind, fault.rule);
      this.#tellTaken();
      if (this.#pending !== undefined) this.#waitForMore();
    });
  }

  /** A message that is still to come: either the other side has ended, or it has so long to say something. */
  #waitForMore(): undefined {
    if (this.#endOfOther !== undefined) return this.#failWith(this.#endOfOther, false);
    this.#heardSomething = false;
    const watch = () => {
      this.#stopTimer = undefined;
      if (this.#pending === undefined || this.#isDone) return;
      if (!this.#heardSomething)
        return this.#fail("deadline", `was silent for ${this.#settings.silenceMs} ms`);
      this.#heardSomething = false;
      this.#stopTimer = this.#settings.timers.after(this.#settings.silenceMs, watch);
    };
    this.#stopTimer = this.#settings.timers.after(this.#settings.silenceMs, watch);
  }

  close(why = "the computation is over"): undefined {
    if (this.#hasClosed || this.#failure !== undefined) return;
    this.#hasClosed = true;
    const { party, timers, silenceMs } = this.#settings;
    this.#failure = new ChannelFailure(
      "closed",
      party,
      `the channel to party ${party} was closed here: ${why}`,
    );
    this.#pending?.reject(this.#failure);
    this.#pending = undefined;
    this.#inbox.clear();
    if (this.#endOfOther !== undefined) return this.#finish();
    this.#outbox.addEnd(encodeReason(why));
    this.#pump();
    // The other side tells that it has everything; if it does not, we go all the same.
    this.#stopTimer?.();
    this.#stopTimer = timers.after(silenceMs, () => this.#finish());
  }

  /** Goes on over `link`, whose other end knows what we miss: the first link, or one on which `again` was said. */
  begin(link: Link): undefined {
    this.#stopResume?.();
    this.#stopResume = undefined;
    this.#isFlowing = true;
    this.#listenOn(link);
    this.#pump();
  }

  #pump(): undefined {
    if (this.#link !== undefined && this.#isFlowing) this.#outbox.pump(this.#link);
  }

  /** Over a new link, says what we miss; the channel goes on when the other side has said the same. */
  sayAgain(link: Link): undefined {
    this.#listenOn(link);
    this.#sendControl("again", this.#inbox.next);
  }

  /** The other side said on a new link what it misses. False if the frame does not prove that it is the other side. */
  heardAgain(link: Link, frame: Uint8Array): boolean {
    if (this.#isDone || this.#settings.resumeMs === 0) return false;
    const header = readHeader(frame);
    if (header?.kind !== "again" || header.counter < this.#controlIn) return false;
    if (this.#settings.seal.open("control", header.counter, frame)?.length !== 0) return false;
    this.#controlIn = header.counter + 1;
    if (!this.#outbox.startAgainAt(header.amount)) return false;
    const old = this.#link;
    this.#link = undefined;
    this.#isFlowing = false;
    old?.cut();
    this.#listenOn(link);
    this.#sendControl("again", this.#inbox.next);
    this.begin(link);
    return true;
  }

  #listenOn(link: Link): undefined {
    this.#link = link;
    link.listen({
      arrived: (frame) => {
        if (this.#link === link) this.#arrived(frame);
      },
      lost: (fault) => {
        if (this.#link !== link) return;
        if (fault !== undefined) this.#fail(fault, "broke the rules of its connection");
        else this.#broke();
      },
    });
  }

  #arrived(frame: Uint8Array): undefined {
    const header = readHeader(frame);
    if (header === undefined) return this.#fail("malformed", "sent a frame that is none");
    if (header.kind === "data" || header.kind === "end") return this.#arrivedInOrder(header, frame);
    if (header.counter < this.#controlIn) return this.#fail("replayed", "sent a frame twice");
    const payload = this.#settings.seal.open("control", header.counter, frame);
    if (payload === undefined) return this.#fail("malformed", "sent a frame that was changed on its way");
    this.#controlIn = header.counter + 1;
    this.#obey(header, payload);
  }

  #obey({ kind, amount }: FrameHeader, payload: Uint8Array): undefined {
    switch (kind) {
      case "taken":
        if (payload.length !== 0 || !this.#outbox.taken(amount))
          return this.#fail("malformed", "took more than was sent");
        if (this.#hasClosed && this.#outbox.isEmpty) return this.#finish();
        return this.#pump();
      case "again":
        if (this.#stopResume === undefined) return this.#fail("replayed", "began again without need");
        if (payload.length !== 0 || !this.#outbox.startAgainAt(amount))
          return this.#fail("malformed", "misses what it never was sent");
        return this.begin(this.#link!);
      case "abort": {
        const why = decodeReason(payload);
        const { party } = this.#settings;
        return this.#failWith(new ChannelFailure("closed", party, `party ${party} gave up: ${why}`), false);
      }
    }
  }

  #arrivedInOrder(header: FrameHeader, frame: Uint8Array): undefined {
    const { party, seal } = this.#settings;
    if (header.counter !== this.#inbox.next || this.#endOfOther !== undefined)
      return this.#fail("replayed", "sent a frame twice, or not in its order");
    const payload = seal.open("data", header.counter, frame);
    if (payload === undefined) return this.#fail("malformed", "sent a frame that was changed on its way");
    this.#heardSomething = true;
    if (header.kind === "data") {
      if (this.#hasClosed) {
        this.#inbox.next += 1;
        return;
      }
      const fault = this.#inbox.take(header, payload);
      if (fault !== undefined) return this.#fail(fault.kind, fault.rule);
      return this.#tellTaken();
    }
    if (this.#inbox.isInside || header.amount !== payload.length)
      return this.#fail("malformed", "ended inside a message");
    this.#inbox.next += 1;
    const why = decodeReason(payload);
    this.#endOfOther = new ChannelFailure("closed", party, `party ${party} closed the channel: ${why}`);
    this.#sendControl("taken", this.#inbox.next);
    if (this.#hasClosed) return this.#finish();
    if (this.#pending !== undefined) this.#failWith(this.#endOfOther, false);
  }

  /** Frames that were asked for need not be kept by their sender any more: told now and then. */
  #tellTaken(): undefined {
    const { done, doneCost } = this.#inbox;
    if (doneCost - this.#toldCost < takenEvery || !this.#isFlowing) return;
    this.#toldCost = doneCost;
    this.#sendControl("taken", done);
  }

  #sendControl(
    kind: "taken" | "again" | "abort",
    amount: number,
    payload: Uint8Array = new Uint8Array(),
  ): undefined {
    const { seal } = this.#settings;
    const block = new Uint8Array(linkRoom + headerBytes + payload.length + seal.overhead);
    const counter = this.#controlOut;
    this.#controlOut += 1;
    writeHeader(block, linkRoom, { kind, counter, amount });
    block.set(payload, linkRoom + headerBytes);
    seal.seal("control", counter, block.subarray(linkRoom));
    this.#link?.send(block);
  }

  #broke(): undefined {
    this.#link = undefined;
    this.#isFlowing = false;
    const { party, resumeMs, timers, onBroken } = this.#settings;
    // What came before the other side's end is still to be read.
    if (this.#isDone || this.#endOfOther !== undefined) return;
    const gone = () =>
      this.#failWith(
        new ChannelFailure(
          "closed",
          party,
          `the connection to party ${party} broke, and it did not come back`,
        ),
        false,
      );
    if (resumeMs === 0) return gone();
    this.#stopResume ??= timers.after(resumeMs, gone);
    onBroken?.();
  }

  #fail(kind: ChannelFailure["kind"], rule: string): undefined {
    const { party } = this.#settings;
    this.#failWith(new ChannelFailure(kind, party, `party ${party}: ${rule}`), true);
  }

  #failWith(failure: ChannelFailure, isToBeTold: boolean): undefined {
    if (this.#isDone) return;
    this.#failure ??= failure;
    this.#pending?.reject(this.#failure);
    this.#pending = undefined;
    if (isToBeTold) {
      const reason = encodeReason(failure.kind);
      this.#sendControl("abort", reason.length, reason);
    }
    this.#finish();
  }

  #finish(): undefined {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#stopTimer?.();
    this.#stopResume?.();
    this.#outbox.clear();
    this.#inbox.clear();
    const link = this.#link;
    this.#link = undefined;
    link?.end();
    this.#settings.onDone?.();
  }
}
