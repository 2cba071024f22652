// One party as a worker thread, and what it has in common with one as a process.

import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { Secret } from "@unseen/base";
import { deriveSeed } from "@unseen/crypto";
import { type Channel, MeetingSeed, type PartyIndex, portChannel } from "@unseen/mpc";
import type { LaunchedParty, PartyReport, PartyTask } from "./launch-for-tests.ts";
import { nodeTimers } from "./node-timers.ts";

type Met = { readonly channel: Channel; readonly seed: MeetingSeed; readonly over?: Promise<void> };

/** Seeds of parties inside one process, where nobody hides anything: one a pair, the same at both. */
export function sharedSeeds(me: PartyIndex, count: number): LaunchedParty["seeds"] {
  return Array.from({ length: count }, (_, them) => {
    if (them === me) return undefined;
    const pair = `${Math.min(me, them)} and ${Math.max(me, them)}`;
    const known = Secret.of<Uint8Array>(new Uint8Array(32));
    return new MeetingSeed(deriveSeed(known, `seed of ${pair} in a test`));
  });
}

/** Meets the others, runs the task, ends the channels, and says how it went. */
export async function reportOf(
  { module, name, me, count, argument }: PartyTask,
  meet: () => Promise<(place: PartyIndex) => Met | undefined>,
): Promise<PartyReport> {
  try {
    const { [name]: run } = await import(module);
    const met = await meet();
    const others = Array.from({ length: count }, (_, place) => met(place));
    const party: LaunchedParty = {
      me,
      count,
      channels: others.map((one) => one?.channel),
      seeds: others.map((one) => one?.seed),
    };
    const outcome: unknown = await run(party, argument);
    for (const one of others) one?.channel.close();
    // Whoever goes now takes what is still on its way along.
    await Promise.all(others.map((one) => one?.over));
    return { kind: "done", outcome };
  } catch (error) {
    const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
    return { kind: "failed", message, stack };
  }
}

if (parentPort !== null && workerData?.ports instanceof Map) {
  const task = workerData as PartyTask & { readonly ports: ReadonlyMap<PartyIndex, MessagePort> };
  const seeds = sharedSeeds(task.me, task.count);
  const silenceMs = task.deadlines.silenceMs ?? 30_000;
  const report = await reportOf(task, async () => (place) => {
    const port = task.ports.get(place);
    if (port === undefined) return undefined;
    const channel = portChannel(port as never, place, { timers: nodeTimers, silenceMs });
    return { channel, seed: seeds[place]! };
  });
  parentPort.postMessage(report);
}
