// The host's side: strangers come to one door, whatever computation they are for. A stranger has a few seconds and one
// short message to say which; nothing is computed for one that names no computation that is waited for.

import { err, ok, type Result } from "@unseen/base";
import type { Fingerprint } from "@unseen/crypto";
import { ChannelFailure } from "./channel.ts";
import { firstFrame } from "./first-frame.ts";
import { type Binding, host, type Join, type Meeting, readJoin } from "./handshake.ts";
import { blockOf, type Link } from "./link.ts";
import { type Peer, peerOf, type Surroundings } from "./met.ts";
import { type NotYet, readRejoin, writeNotYet } from "./rejoin.ts";
import type { Timers } from "./timers.ts";

/** A link that somebody opened to us, with whom TLS showed to be there: undefined where it showed nobody. */
export type Stranger = { readonly link: Link; readonly shown: Fingerprint | undefined };

type Expected = {
  readonly meeting: Omit<Meeting, "binding">;
  readonly around: Surroundings;
  readonly settle: (met: Result<Peer, ChannelFailure>) => void;
};

type Underway = { readonly peer: Peer; readonly fingerprint: Fingerprint; readonly binding: Binding };

/** Strangers that may be inside at once without having said who they are, and how long each may take. */
const strangersAtMost = 64;
const introductionMs = 5_000;

export class Door {
  readonly #timers: Timers;
  readonly #expected = new Map<string, Expected>();
  readonly #underway = new Map<string, Underway>();
  #strangers = 0;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Waits for one party of a computation. Resolves when it has joined, was refused, or did not come in time. */
  expect(meeting: Omit<Meeting, "binding">, around: Surroundings): Promise<Result<Peer, ChannelFailure>> {
    const { them, me, computation } = meeting;
    const key = keyOf(computation.id, them, me);
    if (this.#expected.has(key))
      return Promise.resolve(
        err(new ChannelFailure("identity", them, `party ${them} is already waited for in this computation`)),
      );
    return new Promise((resolve) => {
      const { joinMs } = around.deadlines;
      const settle = (met: Result<Peer, ChannelFailure>) => {
        stop();
        this.#expected.delete(key);
        resolve(met);
      };
      const stop = this.#timers.after(joinMs, () =>
        settle(err(new ChannelFailure("deadline", them, `party ${them} did not join in ${joinMs} ms`))),
      );
      this.#expected.set(key, { meeting, around, settle });
    });
  }

  /** Nobody of the computation is waited for any more. */
  forget(id: Uint8Array): undefined {
    for (const [key, { meeting, settle }] of [...this.#expected]) {
      if (!key.startsWith(keyOf(id))) continue;
      settle(err(new ChannelFailure("closed", meeting.them, "the computation was given up here")));
    }
  }

  /** Hears a stranger out. Never throws; whoever is not expected is sent away. */
  async admit({ link, shown }: Stranger): Promise<void> {
    if (this.#strangers >= strangersAtMost) return link.cut();
    this.#strangers += 1;
    const first = await firstFrame(link, this.#timers, introductionMs);
    this.#strangers -= 1;
    if (!first.ok) return link.cut();
    const join = readJoin(first.value);
    if (join !== undefined) return this.#join(join, link, shown);
    const session = readRejoin(first.value);
    if (session !== undefined) return this.#rejoin(session, link, shown);
    link.cut();
  }

  async #join(join: Join, link: Link, shown: Fingerprint | undefined): Promise<void> {
    const expected = this.#expected.get(keyOf(join.id, join.from, join.to));
    if (expected === undefined) return sendAway(link, "not-yet");
    const { meeting, around, settle } = expected;
    const fingerprint = meeting.computation.parties[meeting.them]!;
    // TLS that showed a key binds to that key or to nothing: a stranger's is as good as none.
    const binding = shown === fingerprint ? "identities" : "nothing";
    const answered = host({ ...meeting, binding }, join);
    // A stranger that is not the party may come before it and must not keep it out: it is sent away, and the party is
    // still waited for. Only one that holds the party's key ends the waiting.
    if (!answered.ok) {
      if (binding === "identities") settle(answered);
      return sendAway(link, "refused");
    }
    link.send(blockOf(answered.value.welcome));
    const confirm = await firstFrame(link, this.#timers, introductionMs);
    if (!confirm.ok) return link.cut();
    const keys = answered.value.finish(confirm.value);
    if (!keys.ok) return link.cut();
    if (this.#expected.get(keyOf(join.id, join.from, join.to)) !== expected) return link.cut();
    const name = String(keys.value.id);
    const peer = peerOf({ ...meeting, binding }, keys.value, around, {
      onDone: () => this.#underway.delete(name),
    });
    if (around.deadlines.resumeMs > 0) this.#underway.set(name, { peer, fingerprint, binding });
    peer.channel.begin(link);
    settle(ok(peer));
  }

  async #rejoin(session: Uint8Array, link: Link, shown: Fingerprint | undefined): Promise<void> {
    const underway = this.#underway.get(String(session));
    if (underway === undefined) return link.cut();
    const { peer, fingerprint, binding } = underway;
    if (binding === "identities" && shown !== fingerprint) return link.cut();
    const again = await firstFrame(link, this.#timers, introductionMs);
    if (!again.ok || !peer.channel.heardAgain(link, again.value)) link.cut();
  }
}

function sendAway(link: Link, answer: NotYet): undefined {
  link.send(blockOf(writeNotYet(answer)));
  link.end();
}

function keyOf(id: Uint8Array, from?: number, to?: number): string {
  return from === undefined ? `${id};` : `${id};${from};${to}`;
}
