// Examples a second of a private step of 784-128-10 by the norms of ghosts, beside the same step that makes each row's gradient.
// `bytes` and `baselineBytes` are the memory that the two programs run in.

import { bytesOnWasm, wasmBackend } from "@unseen/compute";
import { dense } from "../packages/learning/src/layers/dense.ts";
import { flatten } from "../packages/learning/src/layers/flatten.ts";
import { crossEntropy } from "../packages/learning/src/loss/training-loss.ts";
import type { Layer } from "../packages/learning/src/model/layer.ts";
import { planNetwork } from "../packages/learning/src/model/network.ts";
import { firstWeights } from "../packages/learning/src/model/weights.ts";
import { privateStep } from "../packages/learning/src/step/private-step.ts";

/** As many as a program has room for with each row's gradient made. */
const rows = 32;
const rounds = 9;

export async function* run() {
  const ghost = await stepOf([dense(128, "relu"), dense(10)], [784]);
  // With one position a row, the layers cannot know that nothing cancels, and make each row's gradient.
  const materialised = await stepOf([dense(128, "relu"), dense(10), flatten()], [1, 784]);
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round <= rounds; round++) {
    const [ours, theirs] = [await timed(ghost.run), await timed(materialised.run)];
    // The first warms up.
    if (round === 0) continue;
    times.ours.push(ours);
    times.theirs.push(theirs);
  }
  const [value, baseline] = [rows / median(times.ours), rows / median(times.theirs)];
  yield {
    name: "ghost/mlp",
    value,
    unit: "examples/s",
    baseline,
    ratio: value / baseline,
    bytes: ghost.bytes,
    baselineBytes: materialised.bytes,
  };
}

type TimedStep = { readonly run: () => Promise<unknown>; readonly bytes: number };

async function stepOf(layers: readonly Layer[], shape: readonly number[]): Promise<TimedStep> {
  const network = planNetwork(layers, shape);
  if (!network.ok) throw new Error(network.problem.message);
  const step = privateStep(network.value, crossEntropy(), { count: rows, rowsEach: 1 });
  if (!step.ok) throw new Error(step.problem.message);
  const compiled = await wasmBackend.compile(step.value.program);
  if (!compiled.ok) throw new Error(compiled.problem.message);
  const y = new Float32Array(rows * 10);
  for (let row = 0; row < rows; row++) y[row * 10 + (row % 10)] = 1;
  const inputs = new Map([
    ...firstWeights(network.value, 1),
    ["x", Float32Array.from({ length: rows * 784 }, (_, at) => ((at * 7_919) % 1_000) / 1_000)],
    ["y", y],
    ["present", new Float32Array(rows).fill(1)],
    ["clip", Float32Array.of(1)],
  ] as const);
  const bytes = bytesOnWasm(step.value.program);
  if (!bytes.ok) throw new Error(bytes.problem.message);
  return { run: () => compiled.value.run(inputs), bytes: bytes.value };
}

async function timed(step: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await step();
  return (performance.now() - from) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;
}
