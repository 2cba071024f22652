// `one-training.ts TASK KIND BACKEND` trains once in a process of its own and prints { value, bytes }: examples a second, and how far
// the process grew beyond what it was before, with the backend's code but without examples.

import { resourceUsage } from "node:process";
import { type Backend, wasmBackend } from "@unseen/compute";
import * as learning from "@unseen/learning";
import { conv2d, dense, type Examples, flatten, type Layer, sgd } from "@unseen/learning";
import { platformEntropy } from "../../packages/base/src/index.ts";
import { threadsHere } from "../../packages/client/src/learning/threads-of-node.ts";
import { backends } from "./backends.ts";

export type Task = {
  readonly layers: readonly Layer[];
  readonly shape: readonly number[];
  readonly batch: number;
};

const tasks: Readonly<Record<string, Task>> = {
  mlp: { layers: [dense(128, "relu"), dense(10)], shape: [784], batch: 256 },
  cnn: {
    layers: [
      conv2d(16, 3, { stride: 2, activation: "relu" }),
      conv2d(32, 3, { stride: 2, activation: "relu" }),
      flatten(),
      dense(10),
    ],
    shape: [1, 28, 28],
    batch: 64,
  },
};

const rows = 4_096;

/** Both from the first report to the second: what begins and ends a training is not in the time. */
async function trainOnce({ layers, shape, batch }: Task, backend: Backend, isPrivate: boolean) {
  const steps = backend.name === "script" ? 3 : 100;
  const times: number[] = [];
  // In kibibytes, as the operating system counts the most that was resident.
  const before = resourceUsage().maxRSS;
  const trained = await learning.fit(
    layers,
    examplesOf(shape),
    {
      optimizer: sgd(0.05),
      batch,
      epochs: (2 * steps * batch) / rows,
      reportEvery: steps,
      onProgress: () => times.push(performance.now()),
      ...(isPrivate ? { privacy: { clip: 1, noiseMultiplier: 1.1, delta: 1e-5 } } : {}),
    },
    { backend, entropy: platformEntropy(globalThis.crypto) },
  );
  if (!trained.ok) throw new Error(trained.problem.message);
  const value = (1_000 * steps * batch) / (times.at(-1)! - times.at(-2)!);
  return { value, bytes: 1_024 * (resourceUsage().maxRSS - before) };
}

function examplesOf(shape: readonly number[]): Examples {
  const size = shape.reduce((product, one) => product * one, 1);
  const x = Float32Array.from({ length: rows * size }, (_, at) => ((at * 7_919) % 255) / 255);
  return { x, y: Array.from({ length: rows }, (_, row) => (row * 31) % 10), shape };
}

const [task = "", kind, name] = process.argv.slice(2);
const threaded: Backend = { ...wasmBackend, threads: threadsHere() };
const backend = name === "wasm-threads" ? threaded : (await backends()).find((one) => one.name === name);
if (tasks[task] === undefined || backend === undefined) throw new Error("there is no such training");
console.log(JSON.stringify(await trainOnce(tasks[task], backend, kind === "dp")));
