// Where the number of people is public, neighbours replace one: the price of Poisson samples is another, and higher.

import { expect, test } from "vitest";
import { noiseOf, promised } from "../private/promise.ts";
import { type PoissonRelation, PoissonSampler } from "./poisson-sampler.ts";

function samplerOf(relation: PoissonRelation) {
  const sampler = PoissonSampler.of({ rate: 0.05, steps: 200, expects: 20, relation });
  if (!sampler.ok) throw new Error(sampler.problem.message);
  return sampler.value;
}
const at = (relation: PoissonRelation, noiseMultiplier: number) =>
  promised({
    privacy: { clip: 1, delta: 1e-5, noiseMultiplier },
    noiseMultiplier,
    sampler: samplerOf(relation),
    unit: "a row",
  });

test("replacing one person costs more than adding one, and less than adding and removing one", () => {
  const [added, replaced] = [at("add-or-remove-one", 1), at("replace-one", 1)];
  expect(replaced.relation).toBe("replace-one");
  expect(replaced.epsilon).toBeGreaterThan(added.epsilon);
  // Group privacy of two would be twice, at a delta of (1 + e^epsilon) times.
  expect(replaced.epsilon).toBeLessThan(2 * added.epsilon + 1);
});

test("the noise that is found keeps the epsilon, and little less would not", () => {
  const noise = noiseOf({ clip: 1, delta: 1e-5, epsilon: 2 }, samplerOf("replace-one"));
  if (!noise.ok) throw new Error(noise.problem.message);
  expect(at("replace-one", noise.value).epsilon).toBeLessThanOrEqual(2);
  expect(at("replace-one", noise.value * 0.99).epsilon).toBeGreaterThan(2);
});

test("an epsilon that no noise keeps is refused, and does not search for ever", () => {
  const refused = noiseOf({ clip: 1, delta: 1e-300, epsilon: 1e-12 }, samplerOf("replace-one"));
  expect(refused).toMatchObject({ problem: { code: "epsilon-unreachable" } });
});
