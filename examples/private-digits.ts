// A private model of handwritten digits in a few lines, beside the same model without privacy, and what each epsilon costs.
//
//   npm run examples -- private-digits

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dense, type Examples, sequential, sgd } from "unseen";

/** 1,797 digits of 8 by 8 pixels; every fifth is held out. */
const rows = readFileSync(new URL("../datasets/digits.csv", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split(",").map(Number));
const part = (isHeldOut: boolean): Examples => {
  const own = rows.filter((_, at) => (at % 5 === 0) === isHeldOut);
  return { x: own.map((row) => row.slice(0, 64).map((pixel) => pixel / 16)), y: own.map((row) => row[64]!) };
};
const [train, heldOut] = [part(false), part(true)];

const model = sequential([dense(32, "relu"), dense(10)]);
const plain = await model.fit(train, { optimizer: sgd(0.5), epochs: 20, batch: 64, heldOut });
console.log(`without privacy   ${percent(plain.heldOut!.accuracy)} of the held-out digits are read right`);

for (const epsilon of [8, 3, 1]) {
  const run = await model.fit(train, {
    optimizer: sgd(1),
    epochs: 20,
    batch: 128,
    heldOut,
    privacy: { clip: 1, epsilon, delta: 1e-4 },
  });
  const { noiseMultiplier, unit, relation, sampler, conversion } = run.epsilon!;
  console.log(
    `epsilon ${run.epsilon!.epsilon.toFixed(3)}     ${percent(run.heldOut!.accuracy)}, noise ${noiseMultiplier.toFixed(3)}`,
  );
  if (epsilon === 1)
    console.log(`\nOne is ${unit}; neighbours: ${relation}; ${sampler}; accountant: ${conversion}.`);
  assert(run.epsilon!.epsilon <= epsilon);
  assert(run.heldOut!.accuracy > 0.7);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
