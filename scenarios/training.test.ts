// Training at an owner's, from the asker's line of code to the weights, over a socket.

import { dense, type RemoteProgress, sequential, sgd } from "unseen";
import { expect, test } from "vitest";
import { trainingWorld } from "./training-world.ts";

const model = sequential([dense(2)]);
const asked = {
  x: ["age", "bp", "ward"],
  y: "ill",
  optimizer: sgd(2),
  rate: 0.1,
  steps: 100,
  expects: 40,
  privacy: { clip: 1, noiseMultiplier: 1, delta: 1e-6 },
} as const;

test("a model is trained where the rows are, is charged before, and tells who is ill", async () => {
  await using world = await trainingWorld();
  const dataset = await world.dataset();
  const price = await dataset.priceOfFit(model, asked);
  const seen: RemoteProgress[] = [];
  const run = await dataset.fit(model, { ...asked, onProgress: (progress) => seen.push(progress) });
  expect(run.spent).toEqual(price.cost);
  expect(run.epsilon).toEqual(price.epsilon);
  expect(run.spent.epsilon).toBeGreaterThanOrEqual(run.epsilon.epsilon);
  expect(run.steps).toBe(100);
  expect(seen.at(-1)).toMatchObject({ steps: 100 });
  const { spent, yours } = await dataset.currentBudget();
  expect(yours.spent.epsilon).toBeGreaterThanOrEqual(run.spent.epsilon - 1e-9);
  expect(spent.delta).toBeGreaterThanOrEqual(1e-6);
  const ill = await run.predict([{ age: 88, bp: 175, ward: "south" }, [22, 65, "north"]]);
  expect(ill).toEqual(["yes", "no"]);
  expect(new TextDecoder().decode(run.toSafetensors())).toContain("add-or-remove-one");
});
