import { scriptBackend, wasmBackend } from "@unseen/compute";
import { expect, test } from "vitest";
import { readSafetensors, writeSafetensors } from "../checkpoint/safetensors.ts";
import { conv2d } from "../layers/conv2d.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout.ts";
import { averagePositions, embedding } from "../layers/embedding.ts";
import { flatten } from "../layers/flatten.ts";
import { maxPool2d } from "../layers/pool2d.ts";
import { logisticLoss, squaredError } from "../loss/training-loss.ts";
import { adam } from "../optimise/adam.ts";
import { cosine, warmUp } from "../optimise/schedule.ts";
import { sgd } from "../optimise/sgd.ts";
import { PoissonSampler } from "../sampling/poisson-sampler.ts";
import { digits } from "../testing/digits.ts";
import { seededEntropy } from "../testing/predictable-entropy.ts";
import type { Examples } from "./examples.ts";
import { fit, type Trained } from "./fit.ts";
import type { FitOptions, Progress } from "./fit-options.ts";

const ports = { backend: wasmBackend, entropy: seededEntropy(7) };
const { train, heldOut } = digits();
const layers = [dense(32, "relu"), dense(10)];

async function trained(options: Partial<FitOptions>, of: Examples = train, with_ = layers): Promise<Trained> {
  const result = await fit(with_, of, { optimizer: sgd(0.5), ...options }, ports);
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.message}`);
  return result.value;
}

test("digits are learnt without privacy", async () => {
  const { heldOut: measured, epsilon } = await trained({ epochs: 10, batch: 64, heldOut });
  expect(measured!.accuracy).toBeGreaterThan(0.93);
  expect(epsilon).toBeUndefined();
});

test("digits are learnt with privacy, and the promise says for whom, by which batches and which accountant", async () => {
  const { heldOut: measured, epsilon } = await trained({
    optimizer: sgd(1),
    epochs: 10,
    batch: 64,
    heldOut,
    privacy: { clip: 1, epsilon: 4, delta: 1e-4 },
  });
  expect(measured!.accuracy).toBeGreaterThan(0.85);
  expect(epsilon).toMatchObject({
    delta: 1e-4,
    unit: "a row",
    relation: "add-or-remove-one",
    sampler: "Poisson samples of rate 0.04453723034098817, 225 steps",
    conversion: "privacy loss distribution, connect the dots",
  });
  expect(epsilon!.epsilon).toBeLessThanOrEqual(4);
  expect(epsilon!.epsilon).toBeGreaterThan(3.9);
});

test("images are learnt by convolutions, with privacy and adam too", async () => {
  const images = digits([1, 8, 8]);
  const network = [conv2d(8, 3, { activation: "relu", padding: "same" }), maxPool2d(2), flatten(), dense(10)];
  const measured = await trained(
    {
      optimizer: adam(0.01),
      epochs: 5,
      batch: 64,
      heldOut: images.heldOut,
      privacy: { clip: 1, noiseMultiplier: 0.6, delta: 1e-4 },
    },
    images.train,
    network,
  );
  expect(measured.heldOut!.accuracy).toBeGreaterThan(0.8);
});

test("script and wasm learn the same", async () => {
  const options = { optimizer: sgd(0.1, { momentum: 0.9, nesterov: true }), epochs: 1, batch: 100 };
  const [one, other] = [
    await fit(layers, train, options, ports),
    await fit(layers, train, options, { ...ports, backend: scriptBackend }),
  ];
  if (!one.ok || !other.ok) throw new Error("it trains");
  for (const [name, weights] of one.value.weights)
    for (const [at, weight] of weights.entries())
      expect(weight).toBeCloseTo(other.value.weights.get(name)![at]!, 3);
});

test("words, numbers and yes or no are learnt", async () => {
  const x = Array.from({ length: 200 }, (_, at) => [at % 5, (at >> 2) % 5, at % 3]);
  const isFour = { x, y: x.map((row) => (row.includes(4) ? 1 : 0)) };
  const options = { optimizer: adam(0.05), epochs: 40, batch: 50, loss: logisticLoss(), heldOut: isFour };
  const words = await trained(options, isFour, [
    embedding(5, 4),
    averagePositions(),
    dense(8, "tanh"),
    dense(1),
  ]);
  expect(words.heldOut!.accuracy).toBeGreaterThan(0.95);
  const sums = { x, y: x.map((row) => row.reduce((sum, each) => sum + each, 0) / 10) };
  const numbers = await trained({ ...options, loss: squaredError(), heldOut: sums }, sums, [dense(1)]);
  expect(numbers.heldOut!.loss).toBeLessThan(0.03);
});

test("dropout and schedules take part in training alone", async () => {
  const { heldOut: measured } = await trained(
    { optimizer: sgd(warmUp(5, cosine(0.7))), epochs: 10, batch: 64, heldOut },
    train,
    [dense(48, "relu"), dropout(0.2), dense(10)],
  );
  expect(measured!.accuracy).toBeGreaterThan(0.9);
});

test("a private training tells nothing that was measured on private rows", async () => {
  const told: Progress[] = [];
  const onProgress = (progress: Progress) => told.push(progress);
  const options = { epochs: 2, batch: 200, heldOut, onProgress };
  await trained({ ...options, privacy: { clip: 1, noiseMultiplier: 1, delta: 1e-4 } });
  expect(told.map(({ step }) => step)).toEqual([7, 14, 15]);
  for (const progress of told) {
    expect(Object.keys(progress).toSorted()).toEqual(["epsilon", "heldOut", "step", "steps"]);
    expect(Object.keys(progress.heldOut!)).toEqual(["loss", "accuracy"]);
  }
  expect(told[0]!.epsilon!).toBeLessThan(told[1]!.epsilon!);
  await trained(options);
  expect(told[3]!.training!.loss).toBeGreaterThan(0);
});

test("a clip that follows the norms finds them from far away, at the price of one that is fixed", async () => {
  const options = { optimizer: sgd(1), epochs: 12, batch: 128, heldOut };
  const privacy = { clip: 0.01, noiseMultiplier: 1, delta: 1e-4 };
  const fixed = await trained({ ...options, privacy });
  const saved: Uint8Array[] = [];
  const following = await trained({
    ...options,
    privacy: { ...privacy, adaptive: { quantile: 0.5, rate: 0.3 } },
    saveCheckpoint: async (bytes) => void saved.push(bytes),
  });
  expect(following.heldOut!.accuracy).toBeGreaterThan(fixed.heldOut!.accuracy + 0.1);
  expect(following.epsilon!.epsilon).toBe(fixed.epsilon!.epsilon);
  const last = readSafetensors(saved.at(-1)!);
  const clip = Number(last.ok && last.value.metadata.get("clip"));
  expect(clip).toBeGreaterThan(0.1);
  expect(clip).toBeLessThan(10);
});

test("a model of which many rows do not fit into one run takes fewer rows a run", async () => {
  const examples = {
    x: Array.from({ length: 64 }, (_, at) => Array.from({ length: 8 }, (_, pixel) => ((at * pixel) % 7) / 7)),
    y: Array.from({ length: 64 }, (_, at) => at % 2),
    shape: [1, 8],
  };
  const privacy = { clip: 1, noiseMultiplier: 1, delta: 1e-3 };
  const options = { optimizer: sgd(0.01), epochs: 1, batch: 64, privacy };
  const wide = [dense(12_000, "relu"), dense(2), flatten()];
  expect(await fit(wide, examples, options, ports)).toMatchObject({ ok: true });
  expect(await fit(wide, examples, { ...options, unitsEachRun: 64 }, ports)).toMatchObject({
    problem: { code: "program-too-large" },
  });
});

test("batches may be empty", async () => {
  const sampler = PoissonSampler.of({ rate: 1e-4, steps: 5, expects: 1 });
  if (!sampler.ok) throw new Error(sampler.problem.message);
  const { steps, weights } = await trained({
    sampler: sampler.value,
    privacy: { clip: 1, noiseMultiplier: 1, delta: 1e-4 },
  });
  expect(steps).toBe(5);
  // Noise came all the same, or an empty batch would show.
  const before = (await trained({ epochs: 0.001, batch: 1437, optimizer: sgd(0) })).weights.get("0.weight")!;
  expect(weights.get("0.weight")!.every((weight, at) => weight !== before[at])).toBe(true);
});

test("rows that are not finite count as nothing", async () => {
  const x = (train.x as readonly (readonly number[])[]).map((row, at) =>
    at % 50 === 0 ? row.map(() => Number.NaN) : row,
  );
  for (const privacy of [undefined, { clip: 1, noiseMultiplier: 0.5, delta: 1e-4 }]) {
    const { heldOut: measured } = await trained(
      { epochs: 5, batch: 64, heldOut, ...(privacy && { privacy }) },
      { ...train, x },
    );
    expect(measured!.accuracy).toBeGreaterThan(0.8);
  }
});

test("all rows of a person count as one", async () => {
  const people = Array.from(train.y, (_, at) => at % 400);
  const { epsilon, heldOut: measured } = await trained(
    {
      optimizer: sgd(1),
      epochs: 20,
      batch: 40,
      rowsEach: 3,
      heldOut,
      privacy: { clip: 1, noiseMultiplier: 0.7, delta: 1e-3 },
    },
    { ...train, people },
  );
  expect(epsilon).toMatchObject({
    unit: "a person, with up to 3 rows",
    sampler: "Poisson samples of rate 0.1, 200 steps",
  });
  expect(measured!.accuracy).toBeGreaterThan(0.75);
});

test("training stops early where held-out rows say so, and a private one is charged for all its steps", async () => {
  const options = { optimizer: sgd(0), epochs: 20, batch: 500, heldOut, patience: 2 };
  const { stoppedEarly, steps } = await trained(options);
  expect([stoppedEarly, steps]).toEqual([true, 9]);
  const privately = await trained({ ...options, privacy: { clip: 1, noiseMultiplier: 1, delta: 1e-4 } });
  expect(privately.stoppedEarly).toBe(true);
  expect(privately.epsilon!.sampler).toContain("58 steps");
});

class Killed extends Error {}

/** Dies while the n-th checkpoint is being saved; gives the one before. */
async function killedAt(count: number, options: Partial<FitOptions>): Promise<Uint8Array> {
  const saved: Uint8Array[] = [];
  const saveCheckpoint = async (bytes: Uint8Array) => {
    if (saved.length === count) throw new Killed();
    saved.push(bytes);
  };
  await expect(trained({ ...options, saveCheckpoint })).rejects.toThrow(Killed);
  return saved.at(-1)!;
}

test("a training that was killed goes on from its checkpoint to the same weights", async () => {
  for (const optimizer of [sgd(0.2, { momentum: 0.9 }), adam(0.01)]) {
    const options = { optimizer, epochs: 3, batch: 300, reportEvery: 4 };
    const whole = await trained(options, train, [dense(8, "relu"), dropout(0.5), dense(10)]);
    const saved: Uint8Array[] = [];
    await trained({ ...options, saveCheckpoint: async (bytes) => void saved.push(bytes) }, train, [
      dense(8, "relu"),
      dropout(0.5),
      dense(10),
    ]);
    const resumed = await trained({ ...options, resumeFrom: saved[1]! }, train, [
      dense(8, "relu"),
      dropout(0.5),
      dense(10),
    ]);
    expect([resumed.weights, resumed.steps]).toEqual([whole.weights, whole.steps]);
  }
});

test("a private training that goes on is charged once, tells no lost step, and draws its noise anew", async () => {
  const told: number[] = [];
  const privacy = { clip: 1, noiseMultiplier: 1, delta: 1e-4 };
  const options = { epochs: 4, batch: 200, privacy, onProgress: ({ step }: Progress) => told.push(step) };
  const checkpoint = await killedAt(2, options);
  expect(told).toEqual([7, 14]);
  const resumed = await trained({ ...options, resumeFrom: checkpoint });
  expect(told).toEqual([7, 14, 21, 28, 29]);
  expect(resumed.epsilon).toEqual((await trained(options)).epsilon);
  // What was lost does not come again, not even in a test that draws the same bytes from the start.
  const again = await trained({ ...options, resumeFrom: checkpoint });
  expect(resumed.weights.get("0.weight")).not.toEqual(again.weights.get("0.weight"));
});

test("a checkpoint of another training, or one that was tampered with, is refused", async () => {
  const options = { epochs: 2, batch: 200, privacy: { clip: 1, noiseMultiplier: 1, delta: 1e-4 } };
  const checkpoint = await killedAt(1, options);
  const refused = async (changed: Partial<FitOptions>, bytes = checkpoint) =>
    fit(layers, train, { optimizer: sgd(0.5), ...options, ...changed, resumeFrom: bytes }, ports);
  const mismatch = { ok: false, problem: { code: "checkpoint-mismatch" } };
  expect(await refused({ privacy: { clip: 1, noiseMultiplier: 0.9, delta: 1e-4 } })).toMatchObject(mismatch);
  expect(await refused({ epochs: 3 })).toMatchObject(mismatch);
  expect(await refused({ optimizer: sgd(0.4) })).toMatchObject(mismatch);
  const read = readSafetensors(checkpoint);
  if (!read.ok) throw new Error("it reads");
  const { tensors, metadata } = read.value;
  const malformed = { ok: false, problem: { code: "checkpoint-malformed" } };
  for (const changed of [
    { tensors, metadata: new Map([...metadata, ["step", "-1"]]) },
    { tensors, metadata: new Map([...metadata, ["step", "NaN"]]) },
    { tensors, metadata: new Map([...metadata, ["clip", "0"]]) },
    { tensors: new Map([...tensors].slice(1)), metadata },
    { tensors: new Map([...tensors, ["0.bias", { shape: [1], data: Float32Array.of(1) }]]), metadata },
    { tensors: new Map([...tensors, ["more", { shape: [1], data: Float32Array.of(1) }]]), metadata },
    {
      tensors: new Map([
        ...tensors,
        ["0.bias", { shape: [32], data: new Float32Array(32).fill(Number.NaN) }],
      ]),
      metadata,
    },
  ])
    expect(await refused({}, writeSafetensors(changed))).toMatchObject(malformed);
});

test("bad settings and data are refused, each with its reason", async () => {
  const privacy = { clip: 1, noiseMultiplier: 1, delta: 1e-5 };
  const good = { optimizer: sgd(0.5), epochs: 1, batch: 200 };
  const cases: readonly (readonly [string, Partial<FitOptions>, Examples?])[] = [
    ["training-invalid", { privacy: { ...privacy, clip: 0 } }],
    ["training-invalid", { privacy: { ...privacy, clip: Number.POSITIVE_INFINITY } }],
    ["training-invalid", { privacy: { ...privacy, clip: Number.NaN } }],
    ["training-invalid", { privacy: { ...privacy, noiseMultiplier: 0 } }],
    ["training-invalid", { privacy: { ...privacy, adaptive: { quantile: 1 } } }],
    ["training-invalid", { privacy: { ...privacy, delta: 0 } }],
    ["training-invalid", { privacy: { clip: 1, delta: 1e-5, epsilon: -1 } }],
    ["epsilon-unreachable", { privacy: { clip: 1, delta: 1e-18, epsilon: 1e-9 } }],
    ["training-invalid", { batch: 0 }],
    ["training-invalid", { batch: 2_000 }],
    ["training-invalid", { batch: 2_000, privacy }],
    ["training-invalid", { epochs: Number.NaN, privacy }],
    ["training-invalid", { unitsEachRun: 0.5 }],
    ["labels-invalid", {}, { ...train, y: Array.from(train.y, (label, at) => (at === 7 ? 10 : label)) }],
    ["labels-invalid", {}, { ...train, y: [1, 2] }],
    ["training-invalid", {}, { x: [[1, 2], [3]], y: [0, 1] }],
    ["training-invalid", {}, { x: Float32Array.of(1, 2), y: [0, 1] }],
    ["shapes-do-not-fit", {}, { ...train, shape: [8, 2, 2, 2] }],
    ["shapes-do-not-fit", { weights: new Map() }],
    ["training-invalid", { privacy, rowsEach: 0 }, { ...train, people: train.y }],
  ];
  for (const [code, changed, examples = train] of cases) {
    const result = await fit(layers, examples, { ...good, ...changed }, ports);
    expect(result, `${code} ${JSON.stringify(changed)}`).toMatchObject({ ok: false, problem: { code } });
  }
  expect(await fit([], train, good, ports)).toMatchObject({
    ok: false,
    problem: { code: "model-malformed" },
  });
  expect(await fit([dense(0)], train, good, ports)).toMatchObject({
    ok: false,
    problem: { code: "model-malformed" },
  });
});

test("a backend that does not compute each row by itself never trains privately", async () => {
  const backend = { ...wasmBackend, name: "onnxruntime" as const };
  const options = { optimizer: sgd(0.5), epochs: 1, batch: 200 };
  const privacy = { clip: 1, noiseMultiplier: 1, delta: 1e-5 };
  const refused = await fit(layers, train, { ...options, privacy }, { ...ports, backend });
  expect(refused).toMatchObject({ ok: false, problem: { code: "training-invalid" } });
  expect(await fit(layers, train, options, { ...ports, backend })).toMatchObject({ ok: true });
});

test("a training that diverges ends, with and without privacy", async () => {
  for (const privacy of [undefined, { clip: 1, noiseMultiplier: 1, delta: 1e-5 }]) {
    const options = { optimizer: sgd(1e38), epochs: 2, batch: 200, ...(privacy && { privacy }) };
    expect(await fit(layers, train, options, ports)).toMatchObject({
      ok: false,
      problem: { code: "training-diverged" },
    });
  }
});
