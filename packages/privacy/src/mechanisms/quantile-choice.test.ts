import { Secret } from "@unseen/base";
import { choosePlainly } from "@unseen/program";
import fc from "fast-check";
import { expect, test } from "vitest";
import { rational } from "../budget/rational.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import { mostMovedByOneRow, quantileChoice, quantileScores } from "./quantile-choice.ts";

const median = rational(1n, 2n);
const parameters = {
  share: median,
  bins: 5,
  rowsEach: 1n,
  neighbours: "add-or-remove",
  epsilon: rational(1n),
} as const;
const someCounts = fc.array(fc.bigInt({ min: 1n, max: 20n }), { minLength: 2, maxLength: 6 });
const someShare = fc
  .tuple(fc.integer({ min: 1, max: 19 }), fc.integer({ min: 2, max: 20 }))
  .filter(([a, b]) => a < b);

test("the median age of a thousand people is found among declared bins", () => {
  // People below 20, from 20 to 40, from 40 to 60, from 60 to 80, and from 80 on.
  const bins = Secret.of(BigInt64Array.of(100n, 200n, 250n, 300n, 150n));
  const choice = quantileChoice(parameters);
  expect(choice.choose(bins, seededEntropy(1)).value).toBe(2);
  expect(choice.cost.epsilon).toEqual(rational(1n));
  expect(choice.rankErrorAtLeast(0.95)).toBeLessThan(10n);
});

test("a score is the rows between a bin and the wanted rank, in whole numbers", () => {
  expect(quantileScores([1n, 1n, 2n], median)).toEqual([-2n, 0n, 0n]);
  expect(quantileScores([3n, 0n, 0n, 1n], rational(3n, 4n))).toEqual([0n, 0n, 0n, 0n]);
  // Seven of ten people have one value, and the median is theirs.
  expect(quantileScores([3n, 0n, 7n], median)).toEqual([-4n, -4n, 0n]);
  const many = quantileScores([2n ** 40n, 2n ** 40n], rational(1n, 2n ** 40n));
  expect(many).toEqual([0n, -(2n ** 80n) + 2n ** 41n]);
});

test("the rule for numbers in the open picks a bin with the best score", () => {
  fc.assert(
    fc.property(someCounts, someShare, (counts, [a, b]) => {
      const scores = quantileScores(counts, rational(BigInt(a), BigInt(b)));
      const best = scores.reduce((most, score) => (score > most ? score : most));
      const [place] = choosePlainly({ by: "rank", num: a, den: b }, Float64Array.from(counts, Number));
      expect(scores[place!]).toBe(best);
    }),
  );
});

test("one person added, removed or replaced moves no score by more than was paid for, and some by as much", () => {
  let reached = false;
  fc.assert(
    fc.property(someCounts, someShare, fc.nat(), fc.nat(), (counts, [a, b], out, into) => {
      const of = rational(BigInt(a), BigInt(b));
      const before = quantileScores(counts, of);
      const left = counts.with(out % counts.length, counts[out % counts.length]! - 1n);
      const moved = left.with(into % counts.length, left[into % counts.length]! + 1n);
      for (const [after, neighbours] of [
        [left, "add-or-remove"],
        [moved, "replace"],
      ] as const) {
        const allowed = mostMovedByOneRow(of, neighbours);
        for (const [at, score] of quantileScores(after, of).entries()) {
          const distance = score < before[at]! ? before[at]! - score : score - before[at]!;
          expect(distance <= allowed).toBe(true);
          reached ||= distance === allowed;
        }
      }
    }),
  );
  expect(reached).toBe(true);
});

test("the chosen rank is off by more than stated no more often than stated", () => {
  const counts = BigInt64Array.from({ length: 21 }, () => 10n);
  const choice = quantileChoice({ ...parameters, bins: 21 });
  const scores = quantileScores(counts, median);
  let beyond = 0;
  for (let seed = 0; seed < 1_000; seed++) {
    const chosen = choice.choose(Secret.of(counts), seededEntropy(seed)).value;
    if (-scores[chosen]! / 2n > choice.rankErrorAtLeast(0.9)) beyond += 1;
  }
  expect(beyond).toBeLessThan(170);
});

test("the least and the greatest are not asked for, and other bins than were priced are refused", () => {
  for (const share of [rational(0n), rational(1n), rational(-1n, 2n), rational(3n, 2n)])
    expect(() => quantileChoice({ ...parameters, share })).toThrow("strictly between 0 and 1");
  expect(() => quantileChoice({ ...parameters, rowsEach: 0n })).toThrow("one row");
  expect(() => quantileChoice(parameters).choose(Secret.of(new BigInt64Array(4)), seededEntropy(1))).toThrow(
    "as many options",
  );
});
