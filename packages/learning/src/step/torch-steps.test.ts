// Whole steps of training, from examples to moved weights, against torch's.

import { readFileSync } from "node:fs";
import { type Numbers, scriptBackend, wasmBackend } from "@unseen/compute";
import { describe, expect, test } from "vitest";
import { readSafetensors } from "../checkpoint/safetensors.ts";
import { prepared } from "../fit/examples.ts";
import { fit } from "../fit/fit.ts";
import { activation } from "../layers/activation.ts";
import { conv2d } from "../layers/conv2d.ts";
import { dense } from "../layers/dense.ts";
import { averagePositions, embedding } from "../layers/embedding.ts";
import { flatten } from "../layers/flatten.ts";
import { layerNorm } from "../layers/layer-norm.ts";
import { averagePool2d, maxPool2d } from "../layers/pool2d.ts";
import { crossEntropy } from "../loss/training-loss.ts";
import type { Layer } from "../model/layer.ts";
import { planNetwork } from "../model/network.ts";
import { adam } from "../optimise/adam.ts";
import type { Optimizer } from "../optimise/optimizer.ts";
import { sgd } from "../optimise/sgd.ts";
import { seededEntropy } from "../testing/predictable-entropy.ts";
import { plainStep } from "./plain-step.ts";

/** Of parameters in order, the numbers of each. */
type Parameters = readonly (readonly number[])[];

type Case = {
  readonly model: string;
  readonly shape: readonly number[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly begin: Parameters;
  /** After each step, by optimiser. */
  readonly after: Readonly<Record<string, readonly Parameters[]>>;
};
const fixture = new URL("../../fixtures/training-steps.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, "utf8")) as { readonly cases: readonly Case[] };

const models: Readonly<Record<string, readonly Layer[]>> = {
  dense: [dense(4, "tanh"), dense(3)],
  "convolution and greatest of windows": [
    conv2d(2, 3, { padding: 1, activation: "relu" }),
    maxPool2d(2),
    flatten(),
    dense(2),
  ],
  "convolution in strides and mean of windows": [
    conv2d(2, 3, { stride: 2, activation: "sigmoid" }),
    averagePool2d(2, 1),
    flatten(),
    dense(2),
  ],
  embedding: [embedding(5, 3), averagePositions(), dense(3)],
  "layer norm": [dense(4), layerNorm(), activation("gelu"), dense(2)],
};

const optimizers: Readonly<Record<string, Optimizer>> = {
  sgd: sgd(0.1),
  momentum: sgd(0.1, { momentum: 0.9 }),
  nesterov: sgd(0.1, { momentum: 0.9, nesterov: true }),
  adam: adam(0.01),
};

/** The farthest of all numbers from torch's. */
function farthest(own: Iterable<ArrayLike<number>>, torchs: Parameters): number {
  const distances = [...own].flatMap((numbers, at) => {
    expect(numbers.length).toBe(torchs[at]!.length);
    return torchs[at]!.map((each, place) => Math.abs(numbers[place]! - each));
  });
  return Math.max(...distances);
}

/** Weights after each step, all in float64. */
async function stepsInScript({ model, shape, x, y, begin, after }: Case, which: string) {
  const network = planNetwork(models[model]!, shape);
  const loss = crossEntropy();
  if (!network.ok) throw new Error(network.problem.message);
  const rows = y.length;
  const step = plainStep(network.value, loss, rows);
  const targets = prepared({ x, y, shape }, network.value, loss);
  if (!step.ok || !targets.ok) throw new Error("it is a training");
  const compiled = await scriptBackend.compile(step.value.program);
  if (!compiled.ok) throw new Error(compiled.problem.message);
  const optimizer = optimizers[which]!;
  const { parameters } = network.value;
  const weights = new Map(parameters.map(({ name }, at) => [name, Float64Array.from(begin[at]!)] as const));
  const memories = parameters.map((_, at) =>
    Array.from({ length: optimizer.memories }, () => new Float64Array(begin[at]!.length)),
  );
  const distances: number[] = [];
  for (const [at, torchs] of after[which]!.entries()) {
    const inputs = new Map<string, Numbers>([
      ...weights,
      ["x", Float64Array.from(x)],
      ["y", targets.value.y],
      ["present", new Float64Array(rows).fill(1)],
    ]);
    const [, , ...gradients] = await compiled.value.run(inputs);
    for (const [own, { name }] of parameters.entries()) {
      const mean = Float64Array.from(gradients[own]!, (each) => each / rows);
      optimizer.move(weights.get(name)!, mean, memories[own]!, optimizer.rate as number, at);
    }
    distances.push(farthest(weights.values(), torchs));
  }
  return distances;
}

/** The same by `fit`, as everybody has it: float32, all rows in each batch, a checkpoint after each step. */
async function stepsOfFit({ model, shape, x, y, begin, after }: Case, which: string) {
  const network = planNetwork(models[model]!, shape);
  if (!network.ok) throw new Error(network.problem.message);
  const { parameters } = network.value;
  const weights = new Map(parameters.map(({ name }, at) => [name, Float32Array.from(begin[at]!)] as const));
  const saved: Uint8Array[] = [];
  const options = {
    optimizer: optimizers[which]!,
    weights,
    epochs: after[which]!.length,
    batch: y.length,
    saveCheckpoint: async (bytes: Uint8Array) => void saved.push(bytes),
  };
  const ports = { backend: wasmBackend, entropy: seededEntropy(1) };
  const trained = await fit(models[model]!, { x, y, shape }, options, ports);
  if (!trained.ok) throw new Error(trained.problem.message);
  return saved.map((bytes, at) => {
    const read = readSafetensors(bytes);
    if (!read.ok) throw new Error(read.problem.message);
    const own = parameters.map(({ name }) => read.value.tensors.get(name)!.data);
    return farthest(own, after[which]![at]!);
  });
}

describe.each(cases.map((each) => [each.model, each] as const))("%s", (_, each) => {
  test.each(Object.keys(optimizers))("%s: five steps end where torch's do", async (which) => {
    const inScript = await stepsInScript(each, which);
    expect(inScript.length).toBe(5);
    expect(Math.max(...inScript)).toBeLessThan(1e-9);
    const ofFit = await stepsOfFit(each, which);
    expect(ofFit.length).toBe(5);
    expect(Math.max(...ofFit)).toBeLessThan(1e-4);
  });
});

test("steps of another rate, or of another optimiser, would be found out", async () => {
  const first = cases[0]!;
  const { nesterov = [] } = first.after;
  const swapped = { ...first, after: { sgd: nesterov } };
  expect(Math.max(...(await stepsInScript(swapped, "sgd")))).toBeGreaterThan(1e-3);
  expect(Math.max(...(await stepsOfFit(swapped, "sgd")))).toBeGreaterThan(1e-3);
});
