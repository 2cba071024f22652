// No statistics here: each sampler runs on every possible stream of random bits, up to a length.

import { expect, test } from "vitest";
import { rational, rationalToNumber } from "../budget/rational.ts";
import { enumerateOutcomes, impossibleOutcomes } from "../testing/enumerated-outcomes.ts";
import {
  gaussianProbability,
  laplaceProbability,
  referenceGaussians,
  referenceLaplaces,
} from "../testing/reference-noise.ts";
import {
  drawSign,
  floorOfScaled,
  lazyBernoulliExp,
  lazyDiscreteGaussian,
  lazyDiscreteLaplace,
  lazyExponential,
} from "./lazy-samplers.ts";
import {
  plainBernoulli,
  plainBernoulliExp,
  plainDiscreteGaussian,
  plainDiscreteLaplace,
  plainGeometric,
} from "./plain-samplers.ts";
import { uniformBelow, uniformOrder } from "./uniform-below.ts";
import type { Words } from "./uniform-words.ts";

const oneBit = { bits: 1, depth: 16 };

/** Fails if too little was decided for the test to mean anything, or if any outcome has a mass it cannot have. */
function expectExactly<T>(
  draw: (words: Words) => T,
  probability: (outcome: T) => number,
  undecidedAtMost: number,
  how = oneBit,
) {
  const found = enumerateOutcomes(draw, how);
  expect(Number(found.undecided) / Number(found.whole)).toBeLessThan(undecidedAtMost);
  expect(impossibleOutcomes(found, probability)).toEqual([]);
}

test("a uniform draw below a bound has every outcome equally often", () => {
  for (const bound of [1n, 2n, 3n, 5n, 7n, 8n, 9n]) {
    expectExactly(
      (words) => uniformBelow(words, bound),
      () => 1 / Number(bound),
      0.05,
      { bits: 1, depth: 16 },
    );
    expectExactly(
      (words) => uniformBelow(words, bound),
      () => 1 / Number(bound),
      0.1,
      { bits: 3, depth: 18 },
    );
  }
});

test("every order of a few things is equally likely", () => {
  for (const [count, orders] of [
    [1, 1],
    [2, 2],
    [3, 6],
  ] as const)
    expectExactly(
      (words) => uniformOrder(words, count).join(),
      () => 1 / orders,
      0.05,
    );
});

test("a coin of a rational probability falls exactly that often", () => {
  for (const [num, den] of [
    [0n, 3n],
    [1n, 3n],
    [2n, 3n],
    [3n, 3n],
    [3n, 8n],
    [5n, 7n],
  ] as const) {
    const p = Number(num) / Number(den);
    expectExactly(
      (words) => plainBernoulli(words, num, den),
      (heads) => (heads ? p : 1 - p),
      0.01,
    );
  }
});

test("a coin of probability exp(-gamma) falls exactly that often, below one, at one and above", () => {
  for (const [num, den] of [
    [0n, 1n],
    [1n, 4n],
    [1n, 3n],
    [1n, 1n],
    [3n, 2n],
    [2n, 1n],
    [7n, 3n],
  ] as const) {
    const p = Math.exp(-Number(num) / Number(den));
    const probability = (heads: boolean) => (heads ? p : 1 - p);
    expectExactly((words) => plainBernoulliExp(words, num, den), probability, 0.05);
    expectExactly((words) => lazyBernoulliExp(words, num, den), probability, 0.02);
    expectExactly((words) => lazyBernoulliExp(words, num, den), probability, 0.08, { bits: 3, depth: 18 });
  }
});

test("a geometric count and the whole part of an exponential have the probabilities of their definitions", () => {
  const probability = (gamma: number) => (count: bigint | number) =>
    Math.exp(-gamma * Number(count)) * -Math.expm1(-gamma);
  expectExactly((words) => plainGeometric(words, 1n, 1n), probability(1), 0.1);
  expectExactly((words) => plainGeometric(words, 5n, 2n), probability(2.5), 0.1);
  expectExactly((words) => lazyExponential(words).whole, probability(1), 0.2);
});

test("discrete Laplace has exactly its distribution, lazily and as printed in the paper", () => {
  for (const [num, den] of [
    [1n, 10n],
    [1n, 2n],
    [2n, 3n],
    [1n, 1n],
    [3n, 2n],
    [2n, 1n],
  ] as const) {
    const scale = rational(num, den);
    const probability = (x: bigint) => laplaceProbability(Number(num) / Number(den), Number(x));
    expectExactly((words) => lazyDiscreteLaplace(words, scale), probability, 0.6);
    expectExactly((words) => lazyDiscreteLaplace(words, scale), probability, 0.7, { bits: 2, depth: 16 });
    expectExactly((words) => plainDiscreteLaplace(words, scale), probability, 0.55);
  }
});

test("discrete Gaussian has exactly its distribution, lazily and as printed in the paper", () => {
  for (const [num, den] of [
    [1n, 10n],
    [1n, 2n],
    [1n, 1n],
    [2n, 1n],
    [10n, 3n],
  ] as const) {
    const variance = rational(num, den);
    const t = num / den === 0n ? 1n : num / den >= 4n ? 3n : 2n;
    const probability = (x: bigint) => gaussianProbability(Number(num) / Number(den), Number(x));
    expectExactly((words) => lazyDiscreteGaussian(words, variance, t), probability, 0.8, {
      bits: 1,
      depth: 15,
    });
    expectExactly((words) => plainDiscreteGaussian(words, variance), probability, 0.8, {
      bits: 1,
      depth: 15,
    });
  }
});

test("the definitions that the tests use agree with the thirty digits of the reference", () => {
  for (const { parameter, pmf } of referenceLaplaces) {
    for (const [x, p] of pmf.entries()) {
      expect(laplaceProbability(rationalToNumber(parameter), x) / p).toBeCloseTo(1, 11);
    }
  }
  for (const { parameter, pmf } of referenceGaussians) {
    for (const [x, p] of pmf.entries()) {
      // Below the smallest normal double there are no eleven digits to compare.
      if (p > 1e-300) expect(gaussianProbability(rationalToNumber(parameter), x) / p).toBeCloseTo(1, 11);
    }
  }
});

test("planted wrong samplers are found out", () => {
  const scale = rational(2n);
  const right = (x: bigint) => laplaceProbability(2, Number(x));
  const signed = (words: Words, magnitude: bigint) => (drawSign(words) ? -magnitude : magnitude);
  const planted: Record<string, (words: Words) => bigint> = {
    "zero with both signs": (words) => signed(words, floorOfScaled(words, lazyExponential(words), scale)),
    "every magnitude one too large": (words) => {
      const x = lazyDiscreteLaplace(words, scale);
      return x > 0n ? x + 1n : x;
    },
    "a scale that was rounded": (words) => lazyDiscreteLaplace(words, rational(3n, 2n)),
    "a scale that was rounded a little": (words) => lazyDiscreteLaplace(words, rational(9n, 5n)),
    "only one sign": (words) => floorOfScaled(words, lazyExponential(words), scale),
  };
  for (const [name, draw] of Object.entries(planted)) {
    expect(impossibleOutcomes(enumerateOutcomes(draw, { bits: 1, depth: 18 }), right), name).not.toEqual([]);
  }
});
