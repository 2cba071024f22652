// From a handshake to a channel: what both sides do once they share keys.

import type { Aead } from "@unseen/crypto";
import { aeadSeal, noSeal } from "./frame-seal.ts";
import { FramedChannel } from "./framed-channel.ts";
import type { Meeting, PairKeys } from "./handshake.ts";
import type { MeetingSeed } from "./meeting-seed.ts";
import type { Timers } from "./timers.ts";

export type Deadlines = {
  /** Within which all parties must have met. */
  readonly joinMs: number;
  /** A message that is waited for and of which nothing arrives for so long fails its channel. */
  readonly silenceMs: number;
  /** Within which a broken connection must be replaced. 0: it is not replaced. */
  readonly resumeMs: number;
};

/** Half a minute to meet and to answer: a party may be computing. Five seconds for a cable that is plugged in again. */
export const defaultDeadlines: Deadlines = { joinMs: 30_000, silenceMs: 30_000, resumeMs: 5_000 };

/** What a computation needs of one other party. */
export type Peer = {
  readonly channel: FramedChannel;
  /** What the two draw alike. The other party has the same; nobody else does; no other meeting has it. */
  readonly seed: MeetingSeed;
  /** Resolves when the channel has ended and the other side has everything that was sent, or never will: a process may go. */
  readonly over: Promise<void>;
};

export type Surroundings = { readonly timers: Timers; readonly aead: Aead; readonly deadlines: Deadlines };

export function peerOf(
  { them, binding }: Meeting,
  keys: PairKeys,
  { timers, aead, deadlines }: Surroundings,
  told: { readonly onBroken?: () => void; readonly onDone?: () => void },
): Peer {
  const { silenceMs, resumeMs } = deadlines;
  const seal = binding === "identities" ? noSeal : aeadSeal(aead, keys.sending, keys.receiving);
  const { onDone, ...more } = told;
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const done = () => {
    end();
    onDone?.();
  };
  const settings = { party: them, seal, timers, silenceMs, resumeMs, onDone: done, ...more };
  return { channel: new FramedChannel(settings), seed: keys.seed, over };
}
