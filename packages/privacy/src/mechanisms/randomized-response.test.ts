import { Once, Secret } from "@unseen/base";
import { expect, test } from "vitest";
import { seenLeak } from "../audit/epsilon-tester.ts";
import { rational } from "../budget/rational.ts";
import { enumerateOutcomes, impossibleOutcomes } from "../testing/enumerated-outcomes.ts";
import { breachOf } from "../testing/enumerated-privacy.ts";
import { chiSquare, meanFits } from "../testing/goodness-of-fit.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import { costOf } from "./choice-event.ts";
import { forAccounting } from "./for-accounting.ts";
import { drawResponse, randomizedResponse } from "./randomized-response.ts";

const truth = (option: number) => new Once(Secret.of(option));

test("each person answers for themselves, and the share of all is estimated without bias", () => {
  const response = randomizedResponse({ options: 2, epsilon: rational(1n) });
  const entropy = seededEntropy(1);
  const reported = [0, 0];
  for (let person = 0; person < 10_000; person++)
    reported[response.respond(truth(person < 3_000 ? 1 : 0), entropy).value]! += 1;
  const estimated = response.estimate(reported);
  expect(estimated[0]! + estimated[1]!).toBeCloseTo(10_000, 6);
  expect(Math.abs(estimated[1]! - 3_000)).toBeLessThan(6 * response.deviationAtLeast(10_000));
  expect(costOf(response.event)).toEqual(response.cost);
});

test("no report's odds change by more than e^epsilon whatever the truth, on every stream of random bits", () => {
  for (const options of [2, 3]) {
    for (const epsilon of [rational(1n, 2n), rational(1n), rational(2n)]) {
      const lie = Math.exp((-1 * Number(epsilon.num)) / Number(epsilon.den));
      const whole = 1 + (options - 1) * lie;
      const runs = Array.from({ length: options }, (_, held) =>
        enumerateOutcomes((words) => drawResponse(words, held, options, epsilon), { bits: 1, depth: 13 }),
      );
      for (const [held, found] of runs.entries()) {
        expect(impossibleOutcomes(found, (report) => (report === held ? 1 : lie) / whole)).toEqual([]);
        expect(Number(found.undecided) / Number(found.whole)).toBeLessThan(0.5);
        expect(breachOf(found, runs[0]!, epsilon)).toEqual([]);
      }
    }
  }
});

test("the promise is used up: reports are seen to leak nearly epsilon, and not more", () => {
  const response = randomizedResponse({ options: 3, epsilon: rational(1n) });
  const entropy = seededEntropy(4);
  const { epsilonAtLeast } = seenLeak({
    run: (held: number) => String(response.respond(truth(held), entropy).value),
    left: 0,
    right: 1,
    runs: 40_000,
    delta: 0,
    errorRate: 1e-9,
  });
  expect(epsilonAtLeast).toBeGreaterThan(0.8);
  expect(epsilonAtLeast).toBeLessThanOrEqual(1);
});

test("forty thousand reports of four options fit the law, at a false-alarm rate of 1e-9", () => {
  const response = randomizedResponse({ options: 4, epsilon: rational(3n, 2n) });
  const counts = [0, 0, 0, 0];
  const entropy = seededEntropy(9);
  for (let run = 0; run < 40_000; run++) counts[response.respond(truth(2), entropy).value]! += 1;
  const whole = Math.exp(1.5) + 3;
  expect(
    chiSquare(counts.map((drawn, at) => ({ drawn, probability: (at === 2 ? Math.exp(1.5) : 1) / whole })))
      .fits,
  ).toBe(true);
});

test("the stated deviation is that of the estimates, and the variance at a rare option is the textbook's", () => {
  const response = randomizedResponse({ options: 4, epsilon: rational(1n) });
  const estimates: number[] = [];
  for (let world = 0; world < 300; world++) {
    const entropy = seededEntropy(world);
    const reported = [0, 0, 0, 0];
    for (let person = 0; person < 100; person++) reported[response.respond(truth(0), entropy).value]! += 1;
    estimates.push(response.estimate(reported)[3]!);
  }
  const mean = estimates.reduce((sum, value) => sum + value) / estimates.length;
  const variance = estimates.reduce((sum, value) => sum + (value - mean) ** 2, 0) / estimates.length;
  expect(meanFits(mean, 0, variance, estimates.length)).toBe(true);
  // (e^eps + k - 2) / (e^eps - 1)^2 a person: Wang, Blocki, Li, Jha 2017.
  const textbook = (100 * (Math.E + 2)) / (Math.E - 1) ** 2;
  expect(variance / textbook).toBeGreaterThan(0.7);
  expect(variance / textbook).toBeLessThan(1.4);
  expect(response.deviationAtLeast(100) ** 2).toBeGreaterThanOrEqual(textbook * (1 - 1e-12));
});

test("one truth is reported once: a second report of it does not happen", () => {
  const response = randomizedResponse({ options: 2, epsilon: rational(1n) });
  const mine = truth(1);
  response.respond(mine, seededEntropy(1));
  expect(() => response.respond(mine, seededEntropy(2))).toThrow("taken twice");
});

test("an accountant reads the same loss from it", () => {
  const { event } = randomizedResponse({ options: 3, epsilon: rational(1n) });
  const told = forAccounting(event);
  if (told.kind !== "randomized-response") throw new Error("it is told as what it is");
  const other = told.noise / told.buckets;
  expect(Math.log((1 - told.noise + other) / other)).toBeCloseTo(1, 12);
  expect(told.buckets).toBe(3);
});

test("unsound parameters and truths that are no option are refused", () => {
  for (const options of [1, 0, 2.5, 100_000])
    expect(() => randomizedResponse({ options, epsilon: rational(1n) })).toThrow("options");
  expect(() => randomizedResponse({ options: 2, epsilon: rational(0n) })).toThrow("positive price");
  const response = randomizedResponse({ options: 2, epsilon: rational(1n) });
  for (const held of [2, -1, 0.5, Number.NaN])
    expect(() => response.respond(truth(held), seededEntropy(1))).toThrow("one of the options");
  expect(() => response.estimate([1])).toThrow("each option");
});
