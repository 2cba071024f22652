import { expect, test } from "vitest";
import { PoissonSampler } from "../sampling/poisson-sampler.ts";
import { isSampler } from "../sampling/sampler.ts";
import { ShuffledSampler } from "../sampling/shuffled-sampler.ts";
import { seededEntropy } from "../testing/predictable-entropy.ts";
import { epsilonSoFar, noiseOf, promised } from "./promise.ts";

const poisson = (rate: number, steps: number, expects: number) => {
  const made = PoissonSampler.of({ rate, steps, expects });
  if (!made.ok) throw new Error(made.problem.message);
  return made.value;
};
const shuffled = (units: number, batch: number, epochs: number) => {
  const made = ShuffledSampler.of({ units, batch, epochs, seed: 1 });
  if (!made.ok) throw new Error(made.problem.message);
  return made.value;
};

test("the published runs on MNIST cost what the accountants of others say", () => {
  // Brackets of Microsoft's PRV accountant for 60,000 people in batches of 240, delta 1e-5.
  for (const [noiseMultiplier, epochs, low, high] of [
    [1.3, 15, 0.8235, 0.8436],
    [0.7, 45, 5.4208, 5.4415],
  ] as const) {
    const privacy = { clip: 1, delta: 1e-5, noiseMultiplier };
    const sampler = poisson(240 / 60_000, epochs * 250, 240);
    const { epsilon, relation } = promised({ privacy, noiseMultiplier, sampler, unit: "a row" });
    expect(epsilon).toBeGreaterThan(low);
    expect(epsilon).toBeLessThan(high);
    expect(relation).toBe("add-or-remove-one");
    expect(epsilonSoFar(privacy, noiseMultiplier, sampler, sampler.steps)).toBeGreaterThan(epsilon);
  }
});

test("an epsilon is turned into noise that keeps within it, and not far within", () => {
  const sampler = poisson(0.05, 200, 50);
  const privacy = { clip: 1, delta: 1e-5, epsilon: 2 };
  const noise = noiseOf(privacy, sampler);
  if (!noise.ok) throw new Error(noise.problem.message);
  const { epsilon } = promised({ privacy, noiseMultiplier: noise.value, sampler, unit: "a row" });
  expect(epsilon).toBeLessThanOrEqual(2);
  expect(epsilon).toBeGreaterThan(1.98);
});

test("shuffled batches are charged as though everybody knew whose turn it is", () => {
  const privacy = { clip: 1, delta: 1e-5, noiseMultiplier: 2 };
  const sampler = shuffled(1000, 50, 3);
  const { event } = sampler.accounted({ noiseMultiplier: 2 }, sampler.steps);
  expect(event).toEqual({ kind: "self-composed", count: 3, event: { kind: "gaussian", noiseMultiplier: 2 } });
  const ofShuffled = promised({ privacy, noiseMultiplier: 2, sampler, unit: "a row" });
  const ofPoisson = promised({ privacy, noiseMultiplier: 2, sampler: poisson(0.05, 60, 50), unit: "a row" });
  expect(ofShuffled.epsilon).toBeGreaterThan(3 * ofPoisson.epsilon);
});

test("batches of one sampler and the price of another cannot be put together", () => {
  const mixed = { ...poisson(0.05, 60, 50), batches: () => shuffled(1000, 50, 3).batches() };
  expect(isSampler(mixed)).toBe(false);
  const inherited = Object.create(poisson(0.05, 60, 50), {
    batches: { value: () => () => Int32Array.of(1) },
  });
  expect(isSampler(inherited)).toBe(false);
  // @ts-expect-error a sampler has private makers
  expect(() => new PoissonSampler({ rate: 1, steps: 1, expects: 1 }).steps).not.toThrow();
  expect(() => Object.assign(poisson(0.05, 60, 50), { batches: () => 0 })).toThrow();
});

test("an epoch of shuffled batches holds each unit once, in another order each time", () => {
  const sampler = shuffled(10, 4, 2);
  const draw = sampler.batches();
  const epochs = [0, 3].map((from) => [0, 1, 2].flatMap((step) => [...draw(from + step)]));
  for (const epoch of epochs) expect(epoch.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(epochs[0]).not.toEqual(epochs[1]);
  expect(sampler.steps).toBe(6);
});

test("Poisson batches are drawn at the rate that is accounted for", () => {
  const draw = poisson(0.1, 10, 20).batches(200, seededEntropy(1));
  const sizes = Array.from({ length: 400 }, (_, step) => draw(step).length);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  expect(Math.abs(mean - 20)).toBeLessThan(6 * Math.sqrt(18 / sizes.length));
  expect(new Set(sizes).size).toBeGreaterThan(8);
});
