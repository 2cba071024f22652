// Five thousand random questions on random neighbouring datasets; twenty thousand are in `sensitivity.nightly.test.ts`.

import { expect, test } from "vitest";
import { questionsMoveNoSumTooFar } from "../testing/drawn-questions-for-tests.ts";
import { type DrawnCase, drawnCase, ownRules } from "../testing/moved-sums.ts";
import { slowSums } from "../testing/slow-sums.ts";
import { wrongRules } from "../testing/wrong-rules.ts";
import { sensitivityOf } from "./sensitivity.ts";

questionsMoveNoSumTooFar(8);

test("the same holds from a seed that nobody chose", () => {
  const first = 320_000_000 + Math.floor(Math.random() * 10_000_000);
  for (let seed = first; seed < first + 300; seed++) {
    const drawn = drawnCase(seed);
    if (drawn.kind === "planned") expect(drawn.violation).toBeUndefined();
  }
});

test("a question is drawn the same for the same seed", () => {
  expect(drawnCase(4_711)).toEqual(drawnCase(4_711));
});

test.each(wrongRules)("a planted wrong rule is caught: $name", ({ rules, during }) => {
  const run = () => {
    for (let seed = 0; seed < 6_000; seed++) if (isCaught(() => drawnCase(seed, rules))) return true;
    return false;
  };
  expect(during === undefined ? run() : during(run)).toBe(true);
});

test("a wrong one-hot claim costs accuracy and never privacy, for one element of a row is all that counts", () => {
  const claimed = {
    ...ownRules,
    sensitivity: (contribution, dataset) => sensitivityOf({ ...contribution, oneHot: true }, dataset),
    sums: (contribution, rows) => ownRules.sums({ ...contribution, oneHot: true }, rows),
  } satisfies typeof ownRules;
  for (let seed = 0; seed < 500; seed++) {
    const drawn = drawnCase(seed, claimed);
    if (drawn.kind === "planned") expect(drawn.violation).toBeUndefined();
  }
});

test("the wrong rules' own sums, with nothing wrong in them, are the exact sums", () => {
  const same = {
    ...ownRules,
    sums: (contribution, rows) => {
      const sums = ownRules.sums(contribution, rows);
      expect(slowSums()(contribution, rows)).toEqual(sums);
      return sums;
    },
  } satisfies typeof ownRules;
  for (let seed = 0; seed < 500; seed++) drawnCase(seed, same);
});

/** A sum that moved too far, or one that is no integer at all. */
function isCaught(draw: () => DrawnCase): boolean {
  try {
    const drawn = draw();
    return drawn.kind === "planned" && drawn.violation !== undefined;
  } catch (error) {
    if (error instanceof RangeError) return true;
    throw error;
  }
}
