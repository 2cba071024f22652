// Whole training steps by each backend, in examples a second: drawing the batch, gradients, noise where private, and new weights. The
// baseline is the script backend in the same run; for a ratio of private to plain it is 1.3, the aim.

import { type Backend, wasmBackend } from "@unseen/compute";
import * as learning from "@unseen/learning";
import { conv2d, dense, type Examples, flatten, type Layer, sgd } from "@unseen/learning";
import { platformEntropy } from "../packages/base/src/index.ts";
import { backends } from "./learning/backends.ts";

type Task = { readonly layers: readonly Layer[]; readonly shape: readonly number[]; readonly batch: number };

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
const entropy = platformEntropy(globalThis.crypto);

export async function* run(isWanted: (figure: string) => boolean) {
  for (const [name, task] of Object.entries(tasks)) {
    const plain = new Map<string, number>();
    const baselines = new Map<string, number>();
    for (const backend of await backends()) {
      for (const kind of ["plain", "dp"] as const) {
        const figure = `train/${name}-${kind}/${backend.name}`;
        const asked = [figure, `train/${name}-dp-ratio/${backend.name}`];
        const isAsked = asked.some(isWanted);
        // What ONNX Runtime gives for a row may depend on the rows beside it, so it does not train privately.
        if (!isAsked || (kind === "dp" && backend.name === "onnxruntime")) continue;
        const value = await examplesEachSecond(task, backend, kind === "dp");
        const baseline = baselines.get(kind) ?? value;
        baselines.set(kind, baseline);
        yield { name: figure, value, unit: "examples/s", baseline, ratio: value / baseline };
        const plainly = plain.get(backend.name);
        if (kind === "plain") plain.set(backend.name, value);
        else if (plainly !== undefined) {
          const ratio = plainly / value;
          const share = { unit: "times", baseline: 1.3, ratio: ratio / 1.3 };
          yield { name: `train/${name}-dp-ratio/${backend.name}`, value: ratio, ...share };
        }
      }
    }
  }
}

/** From the first report to the second: what begins and ends a training is not in it. */
async function examplesEachSecond({ layers, shape, batch }: Task, backend: Backend, isPrivate: boolean) {
  const steps = backend === wasmBackend || backend.name === "onnxruntime" ? 100 : 3;
  const times: number[] = [];
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
    { backend, entropy },
  );
  if (!trained.ok) throw new Error(trained.problem.message);
  return (1_000 * steps * batch) / (times.at(-1)! - times.at(-2)!);
}

function examplesOf(shape: readonly number[]): Examples {
  const size = shape.reduce((product, one) => product * one, 1);
  const x = Float32Array.from({ length: rows * size }, (_, at) => ((at * 7_919) % 255) / 255);
  return { x, y: Array.from({ length: rows }, (_, row) => (row * 31) % 10), shape };
}
