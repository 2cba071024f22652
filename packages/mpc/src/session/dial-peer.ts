// The dialer's side: dials until the host is there, shakes hands, and dials again when the link breaks.

import { err, ok, type Result } from "@unseen/base";
import { ChannelFailure } from "./channel.ts";
import { firstFrame } from "./first-frame.ts";
import { dial, type Meeting, type PairKeys } from "./handshake.ts";
import { blockOf, type Link } from "./link.ts";
import { type Peer, peerOf, type Surroundings } from "./met.ts";
import { readNotYet, writeRejoin } from "./rejoin.ts";
import type { Timers } from "./timers.ts";

/** Opens one link to the party, or says why not. "identity": somebody else answered, and trying again is of no use. */
export type Dial = (withinMs: number) => Promise<Result<Link, "unreachable" | "identity">>;

/** First wait before dialing again; each one after is twice as long, to the longest. */
const firstWaitMs = 20;
const longestWaitMs = 500;

/**
 * Meets the party that answers at `open`, trying again until the deadline while it is not there yet. The other party learns
 * that we take part, and nothing else.
 */
export async function dialPeer(
  meeting: Meeting,
  open: Dial,
  around: Surroundings,
): Promise<Result<Peer, ChannelFailure>> {
  const { timers, deadlines } = around;
  const { them } = meeting;
  let isLate = false;
  const stop = timers.after(deadlines.joinMs, () => {
    isLate = true;
  });
  try {
    for (let waitMs = firstWaitMs; !isLate; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      const link = await open(deadlines.joinMs);
      if (link.ok) {
        const met = await shakeHands(meeting, link.value, open, around);
        if (met !== "not-yet") {
          if (!met.ok) link.value.cut();
          return met;
        }
        link.value.cut();
      } else if (link.problem === "identity") {
        return err(new ChannelFailure("identity", them, `party ${them}: who answers is not the one agreed`));
      }
      await pause(timers, waitMs);
    }
    return err(new ChannelFailure("deadline", them, `party ${them} did not join in ${deadlines.joinMs} ms`));
  } finally {
    stop();
  }
}

async function shakeHands(
  meeting: Meeting,
  link: Link,
  open: Dial,
  around: Surroundings,
): Promise<Result<Peer, ChannelFailure> | "not-yet"> {
  const { them } = meeting;
  const { join, finish } = dial(meeting);
  link.send(blockOf(join));
  const welcome = await firstFrame(link, around.timers, around.deadlines.joinMs);
  if (!welcome.ok) {
    if (welcome.problem === "lost") return "not-yet";
    const kind = welcome.problem === "silent" ? "deadline" : "too-large";
    return err(new ChannelFailure(kind, them, `party ${them} did not answer as a party that joins does`));
  }
  const answer = readNotYet(welcome.value);
  if (answer === "not-yet") return answer;
  if (answer === "refused")
    return err(
      new ChannelFailure(
        "identity",
        them,
        `party ${them} agreed to other parties, another computation or another way to meet`,
      ),
    );
  const finished = finish(welcome.value);
  if (!finished.ok) return finished;
  const { confirm, keys } = finished.value;
  link.send(blockOf(confirm));
  const peer = peerOf(meeting, keys, around, { onBroken: () => void redial(peer, keys, open, around) });
  peer.channel.begin(link);
  return ok(peer);
}

/** Replaces a broken link, until the channel has one or has given up. */
async function redial({ channel }: Peer, keys: PairKeys, open: Dial, { timers, deadlines }: Surroundings) {
  for (let waitMs = firstWaitMs; channel.isBroken; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
    const link = await open(deadlines.resumeMs);
    if (link.ok && channel.isBroken) {
      link.value.send(blockOf(writeRejoin(keys.id)));
      channel.sayAgain(link.value);
      return;
    }
    if (link.ok) link.value.cut();
    await pause(timers, waitMs);
  }
}

function pause(timers: Timers, ms: number): Promise<void> {
  return new Promise((resolve) => {
    timers.after(ms, resolve);
  });
}
