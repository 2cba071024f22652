// Megabytes a second and round trips between two parties: memory, threads, processes over WebSocket in mutual TLS; beside
// the last, in turn with it, a bare TLS socket with a length in front of each message.
//
// `processes-cpu` is the processor time of one party for a round; `-beside-ws` compares it with the `ws` package.
//
// A round is what a round of a computation is: both send at once, and both wait for what the other sent. `channel/processes-24MB`
// is three parties, each of which sends 8 MB to the next one and waits for 8 MB.

import { launchParties } from "../packages/owner/src/peers/launch-for-tests.ts";

type Line = { name: string; value: number; unit: string; baseline?: number; ratio?: number };

const megabytes = 8;
const module = new URL("./channel/rounds.ts", import.meta.url);

export async function* run(): AsyncGenerator<Line> {
  for (const over of ["memory", "threads"] as const) {
    const [{ roundMs, roundTripUs }] = await rounds(over, 2, "eachOther");
    yield { name: `channel/${over}`, value: rate(roundMs), unit: "MB/s" };
    yield { name: `channel/${over}-round-trip`, value: roundTripUs, unit: "us" };
  }
  const turns = 3;
  const ours: Measured[] = [];
  const bare: Measured[] = [];
  const ofWs: Measured[] = [];
  const circle: number[] = [];
  const bareCircle: number[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    ours.push((await rounds("processes", 2, "eachOther"))[0]);
    bare.push((await rounds("processes", 2, "bareTls"))[0]);
    ofWs.push((await rounds("processes", 2, "ws"))[0]);
    circle.push((await rounds("processes", 3, "circle"))[0].roundMs);
    bareCircle.push((await rounds("processes", 3, "bareCircle"))[0].roundMs);
  }
  const of = (all: readonly Measured[], what: keyof Measured) => median(all.map((one) => one[what]));
  yield compared("channel/processes", rate(of(ours, "roundMs")), rate(of(bare, "roundMs")), "MB/s");
  yield compared("channel/processes-round-trip", of(ours, "roundTripUs"), of(bare, "roundTripUs"), "us");
  yield compared("channel/processes-cpu", of(ours, "cpuMs"), of(bare, "cpuMs"), "ms");
  yield compared("channel/processes-cpu-beside-ws", of(ours, "cpuMs"), of(ofWs, "cpuMs"), "ms");
  yield compared("channel/processes-24MB", median(circle), median(bareCircle), "ms");
}

type Measured = { readonly roundMs: number; readonly roundTripUs: number; readonly cpuMs: number };

async function rounds(over: "memory" | "threads" | "processes", count: number, name: string) {
  const argument = { bytes: megabytes * 1_000_000 };
  return (await launchParties({ module, name, count, over, argument, timeoutMs: 180_000 })) as readonly [
    Measured,
    ...Measured[],
  ];
}

/** Both ways together. */
function rate(roundMs: number): number {
  return (2 * megabytes * 1_000) / roundMs;
}

function compared(name: string, value: number, baseline: number, unit: string): Line {
  return { name, value, unit, baseline, ratio: value / baseline };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
