// Computing on shares: parties as separate processes on loopback over mutual TLS. Milliseconds of the slowest party, the
// median of several runs; `bytes` is what all parties send together, `rounds` how many messages wait for each other.
//
// The baseline is MP-SPDZ 3a0a7b1d, three replicated parties over TLS, measured on such a machine of two shared cores in
// November 2026 and not in this run; against a cheating party its sy-rep-ring, and with a provider its dealer.

import { launchParties } from "../packages/owner/src/peers/launch-for-tests.ts";
import type { Measured, Task } from "./mpc/works.ts";

type Line = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: number;
  readonly ratio: number;
  readonly bytes: number;
  readonly rounds: number;
  /** Of all parties together, who share two cores: half of it is the least that it can take here. */
  readonly cpuMs: number;
};

type Figure = Task & { readonly name: string; readonly parties: number; readonly baseline: number };

const figures: readonly Figure[] = [
  { name: "products-1e6", work: "products-1e6", protocol: "replicated", parties: 3, runs: 7, baseline: 68 },
  { name: "matmul", work: "matmul", protocol: "replicated", parties: 3, runs: 7, baseline: 195 },
  { name: "compare-1e6", work: "compare-1e6", protocol: "replicated", parties: 3, runs: 5, baseline: 561 },
  { name: "relu-1e6", work: "relu-1e6", protocol: "replicated", parties: 3, runs: 5, baseline: 570 },
  { name: "network-a-1", work: "network-a-1", protocol: "replicated", parties: 3, runs: 15, baseline: 8 },
  {
    name: "network-a-128",
    work: "network-a-128",
    protocol: "replicated",
    parties: 3,
    runs: 7,
    baseline: 138,
  },
  {
    name: "network-a-step",
    work: "network-a-step",
    protocol: "replicated",
    parties: 3,
    runs: 5,
    baseline: 240,
  },
  {
    name: "malicious-compare-1e5",
    work: "compare-1e5",
    protocol: "verified",
    parties: 3,
    runs: 3,
    baseline: 1_300,
  },
  {
    name: "provider-compare-1e5",
    work: "compare-1e5",
    protocol: "provider",
    parties: 3,
    runs: 5,
    baseline: 182,
  },
  { name: "provider-matmul", work: "matmul", protocol: "provider", parties: 3, runs: 5, baseline: 204 },
];

const module = new URL("./mpc/works.ts", import.meta.url);

export async function* run(): AsyncGenerator<Line> {
  for (const { name, parties, baseline, ...task } of figures) {
    const measured = (await launchParties({
      module,
      name: "measure",
      count: parties,
      over: "processes",
      argument: task satisfies Task,
      timeoutMs: 300_000,
    })) as readonly Measured[];
    const slowest = measured[0]!.ms.map((_, run) => Math.max(...measured.map(({ ms }) => ms[run]!)));
    const value = median(slowest);
    const bytes = measured.reduce((total, { sentBytes }) => total + sentBytes, 0);
    const rounds = Math.max(...measured.map((one) => one.rounds));
    const cpuMs = measured.reduce((total, one) => total + median(one.cpuMs), 0);
    yield { name: `mpc/${name}`, value, unit: "ms", baseline, ratio: value / baseline, bytes, rounds, cpuMs };
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
