import { Secret } from "@unseen/base";
import { expect, test } from "vitest";
import { rational, rationalToNumber } from "../budget/rational.ts";
import type { Words } from "../samplers/uniform-words.ts";
import { thresholdProbability } from "../testing/choice-probabilities.ts";
import { enumerateOutcomes, impossibleOutcomes } from "../testing/enumerated-outcomes.ts";
import { breachOf } from "../testing/enumerated-privacy.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import { aboveThreshold, type ThresholdScales, thresholdScales, watchThreshold } from "./above-threshold.ts";
import { costOf } from "./choice-event.ts";

const parameters = { sensitivity: 1n, isMonotone: true, mostAbove: 1, epsilon: rational(1n) };

test("whether the sum of a database is above a threshold is told, at the price stated before it was asked", () => {
  const question = aboveThreshold(parameters);
  const watch = question.watch(500n, seededEntropy(1));
  expect(watch.isAbove(Secret.of(100n)).value).toBe(false);
  expect(watch.isAbove(Secret.of(900n)).value).toBe(true);
  expect(watch.isHalted).toBe(true);
  expect(question.event).toEqual({ mechanism: "above-threshold", epsilon: "1/1", mostAbove: 1 });
  expect(costOf(question.event)).toEqual(question.cost);
});

test("once it has said yes as often as was paid for, it answers nothing more, whatever is asked", () => {
  const watch = aboveThreshold({ ...parameters, mostAbove: 2 }).watch(0n, seededEntropy(2));
  for (let asked = 0; asked < 2; asked++) expect(watch.isAbove(Secret.of(10_000n)).value).toBe(true);
  for (const sum of [10_000n, -10_000n])
    expect(() => watch.isAbove(Secret.of(sum))).toThrow("answers nothing more");
});

test("what was paid once is watched once", () => {
  const question = aboveThreshold(parameters);
  question.watch(0n, seededEntropy(1));
  expect(() => question.watch(0n, seededEntropy(2))).toThrow("taken twice");
});

test("answers of no are free: a thousand of them leave it ready to say yes", () => {
  const watch = aboveThreshold(parameters).watch(0n, seededEntropy(3));
  for (let asked = 0; asked < 1_000; asked++) expect(watch.isAbove(Secret.of(-1_000n)).value).toBe(false);
  expect(watch.isAbove(Secret.of(1_000n)).value).toBe(true);
});

const inDoubles = ({ ofThreshold, ofSum }: ThresholdScales) => ({
  ofThreshold: rationalToNumber(ofThreshold),
  ofSum: rationalToNumber(ofSum),
});

test("no run of answers is likelier than e^epsilon allows on any neighbours, by the sums of the definition", () => {
  const sums = [
    [0, 0, 0],
    [1, -1, 2],
    [-2, 3, 0],
  ];
  const neighbours = { "one way": oneWay(), "either way": eitherWay() };
  let worst = 0;
  for (const mostAbove of [1, 2]) {
    for (const [how, moves] of Object.entries(neighbours)) {
      const isMonotone = how === "one way";
      const scales = inDoubles(thresholdScales({ ...parameters, isMonotone, mostAbove }));
      for (const answers of runsOf(3, mostAbove)) {
        for (const before of sums) {
          const p = thresholdProbability(before, answers, 0, scales);
          for (const move of moves) {
            const after = before.map((sum, at) => sum + move[at]!);
            const loss = Math.abs(Math.log(p / thresholdProbability(after, answers, 0, scales)));
            expect(loss).toBeLessThanOrEqual(1 + 1e-9);
            worst = Math.max(worst, loss);
          }
        }
      }
    }
  }
  // The promise is not kept by a wide margin, which would be noise that nobody needed.
  expect(worst).toBeGreaterThan(0.5);
});

test("every stream of random bits gives the law of the definition, and no evidence against the promise", () => {
  const scales = thresholdScales({ ...parameters, epsilon: rational(4n) });
  const run = (sums: readonly bigint[]) =>
    enumerateOutcomes((words) => answersOf(words, sums, scales, 1), { bits: 1, depth: 16 });
  const found = run([0n]);
  expect(
    impossibleOutcomes(found, (text) =>
      thresholdProbability(
        [0],
        [...text].map((letter) => letter === "y"),
        0,
        inDoubles(scales),
      ),
    ),
  ).toEqual([]);
  expect(found.mass.size).toBe(2);
  expect(Number(found.undecided) / Number(found.whole)).toBeLessThan(0.99);
  expect(breachOf(found, run([1n]), rational(4n))).toEqual([]);
});

test("answers are right beyond the stated distance as often as stated", () => {
  const question = aboveThreshold(parameters);
  const away = question.halfWidthAtLeast(0.9, 5);
  let wrong = 0;
  for (let seed = 0; seed < 1_000; seed++) {
    const watch = aboveThreshold(parameters).watch(0n, seededEntropy(seed));
    const below = Array.from({ length: 4 }, () => watch.isHalted || watch.isAbove(Secret.of(-away)).value);
    if (below.some(Boolean) || !watch.isAbove(Secret.of(away + 1n)).value) wrong += 1;
  }
  // 100 expected at most; 170 would happen once in 10^10.
  expect(wrong).toBeLessThan(170);
});

test("unsound parameters never make a question", () => {
  expect(() => aboveThreshold({ ...parameters, sensitivity: 0n })).toThrow("public");
  expect(() => aboveThreshold({ ...parameters, mostAbove: 0 })).toThrow("one answer");
  expect(() => aboveThreshold({ ...parameters, epsilon: rational(-1n) })).toThrow("positive price");
  expect(() => aboveThreshold(parameters).halfWidthAtLeast(1, 1)).toThrow("strictly between");
});

function answersOf(
  words: Words,
  sums: readonly bigint[],
  scales: ThresholdScales,
  mostAbove: number,
): string {
  const watch = watchThreshold(words, 0n, scales, mostAbove);
  let answers = "";
  for (const sum of sums) if (!watch.isHalted) answers += watch.isAbove(Secret.of(sum)).value ? "y" : "n";
  return answers;
}

/** All runs of up to `length` answers that end with the last yes allowed, or are of full length. */
function runsOf(length: number, mostAbove: number): boolean[][] {
  const all = (left: number, above: number): boolean[][] =>
    left === 0 || above === 0
      ? [[]]
      : [true, false].flatMap((answer) =>
          all(left - 1, above - (answer ? 1 : 0)).map((rest) => [answer, ...rest]),
        );
  return all(length, mostAbove);
}

function eitherWay(): number[][] {
  return [-1, 0, 1].flatMap((a) => [-1, 0, 1].flatMap((b) => [-1, 0, 1].map((c) => [a, b, c])));
}

function oneWay(): number[][] {
  return eitherWay().filter((move) => move.every((m) => m >= 0) || move.every((m) => m <= 0));
}
