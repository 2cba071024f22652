// Teachers learn from people and never leave; they answer public digits by noised votes, and a student learns from the
// answers. What that costs is known before anything runs.
//
//   npm run examples -- teachers-and-student

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { adam, dense, type Examples, pricePate, sequential, type TeachOptions } from "unseen";

/** 1,797 digits of 8 by 8 pixels: every fifth is held out, the first 150 of the others are public, the rest are private. */
const rows = readFileSync(new URL("../datasets/digits.csv", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split(",").map(Number));
const examples = (own: readonly (readonly number[])[]): Examples => ({
  x: own.map((row) => row.slice(0, 64).map((pixel) => pixel / 16)),
  y: own.map((row) => row[64]!),
});
const heldOut = examples(rows.filter((_, at) => at % 5 === 0));
const others = rows.filter((_, at) => at % 5 !== 0);
const [queries, own] = [examples(others.slice(0, 150)), examples(others.slice(150))];

const options: TeachOptions = {
  teachers: 60,
  delta: 1e-4,
  aggregator: { kind: "confident", noise: 8, threshold: { votes: 30, noise: 14 }, mostAnswered: 75 },
  teaching: { optimizer: adam(0.05), epochs: 20, batch: 16 },
  student: { optimizer: adam(0.02), epochs: 40, batch: 16, heldOut },
};
const price = pricePate({ ...options, options: 10, queries: 150 });
assert(price.ok);
console.log(`before anything runs: epsilon ${price.value.epsilon.toFixed(3)} at delta ${price.value.delta}`);

const taught = await sequential([dense(10)]).teach(own, { x: queries.x }, options);
assert.equal(taught.epsilon.epsilon, price.value.epsilon);
const right = taught.answers.filter((answer, at) => answer === queries.y[at]).length;
const read = taught.student.heldOut!.accuracy;
console.log(`${taught.answered} of 150 public digits were answered, ${right} of them right`);
console.log(`the student reads ${(100 * read).toFixed(1)} % of digits that nobody had seen`);
console.log(
  `\nOne is ${taught.epsilon.unit}; neighbours: ${taught.epsilon.relation}; ${taught.epsilon.aggregator}.`,
);
assert(read > 0.55);
