import { wasmBackend } from "@unseen/compute";
import { describe, expect, test } from "vitest";
import { readSafetensors } from "../checkpoint/safetensors.ts";
import { dense } from "../layers/dense.ts";
import { sgd } from "../optimise/sgd.ts";
import type { CorrelatedNoise } from "../private/correlated-noise.ts";
import { PoissonSampler } from "../sampling/poisson-sampler.ts";
import { ShuffledSampler } from "../sampling/shuffled-sampler.ts";
import { digits } from "../testing/digits.ts";
import { seededEntropy } from "../testing/predictable-entropy.ts";
import { fit, type Trained } from "./fit.ts";
import type { FitOptions, Progress } from "./fit-options.ts";

const { train, heldOut } = digits();
const tree: CorrelatedNoise = { kind: "tree" };
const bands: CorrelatedNoise = { kind: "banded", bands: 8 };

async function trained(options: Partial<FitOptions>, entropySeed = 7): Promise<Trained> {
  const ports = { backend: wasmBackend, entropy: seededEntropy(entropySeed) };
  const result = await fit([dense(10)], train, { optimizer: sgd(0.5), ...options }, ports);
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.message}`);
  return result.value;
}

describe.each([
  ["a tree", tree, "an order", "a binary tree over the steps of each epoch"],
  ["bands", bands, "one order", "in 8 bands"],
] as const)("with noise in %s", (_, noise, order, inWords) => {
  test("digits are learnt, and the promise is that of their order", async () => {
    const privacy = { clip: 1, epsilon: 6, delta: 1e-4, noise };
    const { epsilon, heldOut: measured } = await trained({
      optimizer: sgd(4),
      epochs: 4,
      batch: 100,
      heldOut,
      privacy,
    });
    expect(measured!.accuracy).toBeGreaterThan(0.85);
    expect(epsilon).toMatchObject({
      relation: "replace-special",
      sampler: `each unit once an epoch in ${order} that is not secret, 60 steps`,
      noise: inWords,
      unit: "a row",
    });
    expect(epsilon!.epsilon).toBeLessThanOrEqual(6);
    expect(epsilon!.epsilon).toBeGreaterThan(5.8);
  });

  test("a training that was killed goes on with noise of its own, charged once, and keeps no sums of rows in its checkpoint", async () => {
    const told: number[] = [];
    const saved: Uint8Array[] = [];
    const privacy = { clip: 1, noiseMultiplier: 3, delta: 1e-4, noise };
    const options = { epochs: 2, batch: 100, reportEvery: 7, privacy };
    const whole = await trained({ ...options, saveCheckpoint: async (bytes) => void saved.push(bytes) });
    const read = readSafetensors(saved[1]!);
    expect(read.ok && [...read.value.tensors.keys()].toSorted()).toEqual(["0.bias", "0.weight"]);
    const onProgress = ({ step }: Progress) => told.push(step);
    const resumed = await trained({ ...options, resumeFrom: saved[1]!, onProgress }, 8);
    expect(told).toEqual([21, 28, 30]);
    expect(resumed.epsilon).toEqual(whole.epsilon);
    expect(resumed.weights.get("0.weight")).not.toEqual(whole.weights.get("0.weight"));
  });
});

test("a training goes on with the noise and in the order in which it began, and with no other", async () => {
  const sampler = (seed: number, batch = 100) => {
    const made = ShuffledSampler.of({
      units: train.y.length,
      batch,
      epochs: 2,
      seed,
      order: "same-each-epoch",
    });
    if (!made.ok) throw new Error(made.problem.message);
    return made.value;
  };
  const saved: Uint8Array[] = [];
  const privacy = { clip: 1, noiseMultiplier: 3, delta: 1e-4, noise: tree };
  await trained({ sampler: sampler(1), privacy, saveCheckpoint: async (bytes) => void saved.push(bytes) });
  const goOn = { sampler: sampler(1), privacy, optimizer: sgd(0.5), resumeFrom: saved[0]! };
  const ports = { backend: wasmBackend, entropy: seededEntropy(2) };
  expect(await fit([dense(10)], train, goOn, ports)).toMatchObject({ ok: true });
  const { noise: _, ...anew } = privacy;
  const cases: readonly Partial<FitOptions>[] = [
    { privacy: anew },
    { privacy: { ...privacy, noise: bands } },
    { sampler: sampler(2) },
    { sampler: sampler(1, 101) },
  ];
  for (const changed of cases)
    expect(await fit([dense(10)], train, { ...goOn, ...changed }, ports)).toMatchObject({
      ok: false,
      problem: { code: "checkpoint-mismatch" },
    });
});

test("where nothing is drawn by lot, noise in bands learns more than noise drawn anew at the same epsilon", async () => {
  const sampler = ShuffledSampler.of({ units: train.y.length, batch: 50, epochs: 8, seed: 1 });
  if (!sampler.ok) throw new Error(sampler.problem.message);
  const options = { optimizer: sgd(4), heldOut, reportEvery: 1_000 };
  const privacy = { clip: 1, epsilon: 6, delta: 1e-4 };
  const anew = await trained({ ...options, sampler: sampler.value, privacy });
  const banded = await trained({ ...options, epochs: 8, batch: 50, privacy: { ...privacy, noise: bands } });
  expect(banded.epsilon!.epsilon).toBeCloseTo(anew.epsilon!.epsilon, 2);
  expect(banded.heldOut!.accuracy).toBeGreaterThan(anew.heldOut!.accuracy + 0.04);
});

test("noise across steps does not go with batches by lot, a clip that moves, or bands beyond an epoch", async () => {
  const poisson = PoissonSampler.of({ rate: 0.1, steps: 20, expects: 143 });
  const anew = ShuffledSampler.of({ units: train.y.length, batch: 100, epochs: 2, seed: 1 });
  if (!poisson.ok || !anew.ok) throw new Error("samplers are made");
  const privacy = { clip: 1, noiseMultiplier: 1, delta: 1e-4 };
  const once = { epochs: 1, batch: 100 };
  const cases: readonly Partial<FitOptions>[] = [
    { sampler: poisson.value, privacy: { ...privacy, noise: tree } },
    { sampler: poisson.value, privacy: { ...privacy, noise: bands } },
    { sampler: anew.value, privacy: { ...privacy, noise: bands } },
    { ...once, privacy: { ...privacy, noise: { kind: "banded", bands: 16 } } },
    { ...once, privacy: { ...privacy, noise: { kind: "banded", bands: 1 } } },
    { ...once, privacy: { ...privacy, noise: { kind: "other" } as unknown as CorrelatedNoise } },
    { ...once, privacy: { ...privacy, noise: tree, adaptive: {} } },
  ];
  const ports = { backend: wasmBackend, entropy: seededEntropy(1) };
  for (const options of cases)
    expect(await fit([dense(10)], train, { optimizer: sgd(1), ...options }, ports)).toMatchObject({
      ok: false,
      problem: { code: "training-invalid" },
    });
});
