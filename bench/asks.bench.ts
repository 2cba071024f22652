// Small asks a second through the whole stack, a served node and 32 clients; latency at p50 and p99.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { platformEntropy } from "@unseen/base";
import { openOwner, ownerAtTheMachine } from "@unseen/owner";
import { parseCard } from "@unseen/program";
import { GridClient, type RemoteDataset } from "unseen";

const clients = 32;
const secondsARound = 2;
const rounds = 3;
const password = "a long enough password";
const root = new URL("../", import.meta.url);

/**
 * Each client asks a mean over 442 rows, waits for the answer, asks the next. The baseline, taken in turn, is
 * the same clients asking the node for a dataset's description: the stack without a question.
 */
export async function* run() {
  const directory = await mkdtemp(join(tmpdir(), "unseen-bench-"));
  const child = await serve(directory);
  try {
    const connected = await Promise.all(
      Array.from({ length: 4 }, () => GridClient.connect({ url: child.url, username: "bench", password })),
    );
    const found = await Promise.all(connected.map((grid) => grid.search("#bench")));
    const datasets = Array.from({ length: clients }, (_, at) => found[at % found.length]![0]!);
    const describe = (_: RemoteDataset, at: number) => connected[at % connected.length]!.search("#bench");
    const ask = (dataset: RemoteDataset) => dataset.column("bp").mean().get({ epsilon: 0.001 });
    await load(datasets, ask, 0.5);
    const asks: number[][] = [];
    const descriptions: number[][] = [];
    for (let round = 0; round < rounds; round++) {
      asks.push(await load(datasets, ask, secondsARound));
      descriptions.push(await load(datasets, describe, secondsARound));
    }
    const rate = (all: readonly number[][]) => all.flat().length / (rounds * secondsARound);
    yield {
      name: "asks/rate",
      value: rate(asks),
      unit: "asks/s",
      baseline: rate(descriptions),
      ratio: rate(asks) / rate(descriptions),
    };
    for (const [name, share] of [
      ["asks/p50", 0.5],
      ["asks/p99", 0.99],
    ] as const) {
      const [value, baseline] = [quantile(asks.flat(), share), quantile(descriptions.flat(), share)];
      yield { name, value, unit: "ms", baseline, ratio: value / baseline };
    }
  } finally {
    await child.end();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Milliseconds of each call, all clients calling in a loop of their own. */
async function load(
  datasets: readonly RemoteDataset[],
  call: (dataset: RemoteDataset, at: number) => Promise<unknown>,
  seconds: number,
): Promise<number[]> {
  const times: number[] = [];
  const endMs = performance.now() + seconds * 1000;
  await Promise.all(
    datasets.map(async (dataset, at) => {
      while (performance.now() < endMs) {
        const startMs = performance.now();
        await call(dataset, at);
        times.push(performance.now() - startMs);
      }
    }),
  );
  return times;
}

/** A home with the diabetes data and a budget that lasts, served by a process of its own with default settings. */
async function serve(directory: string) {
  const home = join(directory, "home");
  const clock = { nowMs: () => Date.now() };
  const owner = wholeOf(await openOwner({ home, clock, entropy: platformEntropy(globalThis.crypto) }));
  wholeOf(await owner.addDataset(new URL("datasets/diabetes.csv", root).pathname, wholeOf(parseCard(card))));
  wholeOf(await owner.accounts.add(ownerAtTheMachine(), { name: "bench", password, role: "researcher" }));
  await owner.close();
  const main = new URL("packages/cli/src/main.ts", root).pathname;
  const child = spawn(
    process.execPath,
    [...process.execArgv, main, "serve", "--home", home, "--port", "0", "--json"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const { event, url } = JSON.parse(line) as { readonly event?: string; readonly url?: string };
    if (event !== "listening" || url === undefined) continue;
    const end = async () => {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    };
    return { url, end };
  }
  throw new Error("the node ended instead of listening");
}

const card = {
  name: "diabetes",
  description: "Diabetes patients",
  tags: ["#bench"],
  columns: { bp: { type: "number", unit: "mmHg", bounds: [40, 160] } },
  unit: { column: "patient_id", mostRowsEach: 1 },
  people: { isPublic: false, band: [100, 1000] },
  budget: { epsilon: 1000, delta: 0 },
  mock: [{ bp: 90 }],
};

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN;
}

function wholeOf<T>(
  result:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly problem: { readonly message: string } },
): T {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
}
