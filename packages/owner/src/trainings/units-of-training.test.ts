import { mostRowsEach } from "@unseen/learning";
import { expect, test } from "vitest";
import { usualTrainingPolicy } from "./training-policy.ts";
import { priceSetup, type TrainingSetup } from "./training-setup.ts";
import { unitsOfTraining } from "./units-of-training.ts";

const setup: TrainingSetup = {
  recipe: {
    x: [{ column: "age", as: "scaled" }],
    y: "ill",
    layers: [{ kind: "dense", units: 2 }],
    loss: "cross-entropy",
    optimizer: { kind: "sgd", rate: { kind: "constant", rate: 1 }, momentum: 0, nesterov: false },
    batches: { kind: "drawn", rate: 0.1, steps: 10, expects: 4 },
    privacy: { clip: 1, delta: "1e-6", noiseMultiplier: 1 },
    seed: 1,
  },
  declared: [
    { name: "age", type: "integer", least: 0, greatest: 90 },
    { name: "ill", type: "category", categories: ["no", "yes"] },
  ],
  relation: "add-or-remove-one",
  rowsEach: mostRowsEach,
  unitInWords: "a person",
  peopleAtMost: 100,
  isCountPublic: false,
  delta: 1e-6,
  epsilon: undefined,
  policy: usualTrainingPolicy,
};

test("more rows of one person than a training can hold together have no price, and so no training", () => {
  expect(priceSetup(setup).ok).toBe(true);
  const priced = priceSetup({ ...setup, rowsEach: mostRowsEach + 1 });
  expect(priced).toMatchObject({ ok: false, problem: { code: "training-too-large" } });
});

test("a price tells what all rows that there may be would take, however few there are", () => {
  const wide = { ...setup, rowsEach: 2, peopleAtMost: 1e6 };
  const x = [{ column: "age", as: "one-hot" }] as const;
  const priced = priceSetup({ ...wide, recipe: { ...setup.recipe, x } });
  const ofRows = 2e6 * (2 * (2 * 8 + 4) + 4 * (91 + 2));
  expect(priced.ok && priced.value.bytes - ofRows).toBeGreaterThan(0);
  expect(priced.ok && priced.value.bytes / ofRows).toBeLessThan(1.01);
});

test("noise that cannot be drawn on so large a model is refused with the price, and not after the charge", () => {
  const layers = [
    { kind: "dense", units: 2_000 },
    { kind: "dense", units: 2 },
  ] as const;
  const noised = (noiseMultiplier: number) =>
    priceSetup({
      ...setup,
      recipe: { ...setup.recipe, layers, privacy: { ...setup.recipe.privacy, noiseMultiplier } },
    });
  expect(noised(2).ok).toBe(true);
  expect(noised(1e6)).toMatchObject({ ok: false, problem: { code: "training-invalid" } });
});

test("many runs of few people count for the calls that they take", () => {
  const batches = (expects: number) => ({ kind: "drawn", rate: 1, steps: 10_000, expects }) as const;
  const priced = (expects: number) =>
    priceSetup({
      ...setup,
      rowsEach: 1,
      peopleAtMost: 1e5,
      recipe: { ...setup.recipe, batches: batches(expects) },
    });
  expect(priced(1)).toMatchObject({ ok: false, problem: { code: "training-too-large" } });
});

test("what was promised to persons is kept for persons, or nothing is trained", () => {
  const people = Int32Array.of(0, 0, 1, 1, 1);
  const units = unitsOfTraining({ ...setup, rowsEach: 2 }, { rowCount: 5, people });
  expect(units).toMatchObject({ ok: true, value: { count: 2, rowsEach: 2, inWords: "a person" } });
  expect(units.ok && [0, 1].map(units.value.rowsOf)).toEqual([
    [0, 1],
    [2, 3],
  ]);
  for (const [rowsEach, own] of [
    [mostRowsEach + 1, people],
    [2, people.subarray(1)],
    [2, undefined],
  ] as const)
    expect(unitsOfTraining({ ...setup, rowsEach }, { rowCount: 5, people: own }).ok).toBe(false);
  expect(unitsOfTraining({ ...setup, rowsEach: 1 }, { rowCount: 5, people: undefined })).toMatchObject({
    ok: true,
    value: { count: 5 },
  });
});
