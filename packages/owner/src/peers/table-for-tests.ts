// A table at which parties of this process meet, in place of TLS: they come together once all are there and were told the
// same, and each meeting has fresh channels and seeds.

import { err, ok, platformEntropy, Secret } from "@unseen/base";
import type { Fingerprint } from "@unseen/crypto";
import { type Channel, ChannelFailure, MeetingSeed, memoryChannels, type Peers } from "@unseen/mpc";
import { type Gathering, type MeetPeers, partyFailed } from "./meet-peers.ts";
import { nodeTimers } from "./node-timers.ts";

/** What a party's channels do instead, for tests of those that misbehave. */
export type Twist = (channel: Channel, from: number, to: number) => Channel;

type Seat = { readonly gathering: Gathering; readonly sit: (met: Awaited<ReturnType<MeetPeers>>) => void };

export class Table {
  /** Everything that each party sent, by its place, of all meetings. */
  readonly sent: { readonly from: number; readonly to: number; readonly bytes: Uint8Array }[] = [];
  twist: Twist = (channel) => channel;
  joinMs = 300;
  readonly #waiting = new Map<string, Seat[]>();

  readonly meet: MeetPeers = (gathering) =>
    new Promise((resolve) => {
      const id = Buffer.from(gathering.id).toString("hex");
      const seats = this.#waiting.get(id) ?? [];
      this.#waiting.set(id, [...seats, { gathering, sit: resolve }]);
      const all = this.#waiting.get(id)!;
      if (all.length === gathering.parties.length) {
        this.#waiting.delete(id);
        this.#begin(all);
      }
      setTimeout(
        () => resolve(err(partyFailed(new ChannelFailure("deadline", 0, "party 0 did not come")))),
        this.joinMs,
      );
    });

  #begin(seats: readonly Seat[]): void {
    const [first] = seats;
    const isAgreed = seats.every(
      ({ gathering }) => Buffer.compare(gathering.hash, first!.gathering.hash) === 0,
    );
    if (!isAgreed) {
      const failure = new ChannelFailure(
        "identity",
        1,
        "party 1: takes part in another computation than this",
      );
      for (const { sit } of seats) sit(err(partyFailed(failure)));
      return;
    }
    const count = seats.length;
    const channels = memoryChannels(count, { timers: nodeTimers, silenceMs: 500 });
    const entropy = platformEntropy(globalThis.crypto);
    const seeds = new Map<string, Secret<Uint8Array>>();
    for (const { gathering, sit } of seats) {
      const { me } = gathering;
      const peers = [...channels[me]!].map(([to, channel]) => {
        const pair = [me, to].sort().join();
        if (!seeds.has(pair)) seeds.set(pair, Secret.of<Uint8Array>(entropy.fill(new Uint8Array(32))));
        return [
          to,
          {
            channel: this.twist(this.#recorded(channel, me, to), me, to),
            seed: new MeetingSeed(seeds.get(pair)!),
          },
        ] as const;
      });
      sit(ok(new Map(peers) as unknown as Peers));
    }
  }

  #recorded(channel: Channel, from: number, to: number): Channel {
    return {
      send: (bytes) => {
        this.sent.push({ from, to, bytes: Uint8Array.from(bytes) });
        channel.send(bytes);
      },
      receive: (most) => channel.receive(most),
      close: (why) => channel.close(why),
    };
  }
}

export function everybodyAllowed(fingerprint: Fingerprint) {
  return { fingerprint, name: "a peer", url: "wss://127.0.0.1:1/peers" };
}
