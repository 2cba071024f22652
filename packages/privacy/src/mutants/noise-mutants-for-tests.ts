// Wrong ways to draw noise and to add it.

import { type Entropy, Secret } from "@unseen/base";
import { rational } from "../budget/rational.ts";
import { treeSums } from "../mechanisms/tree-sums.ts";
import {
  drawSign,
  floorOfScaled,
  lazyBernoulliExp,
  lazyDiscreteLaplace,
  lazyExponential,
} from "../samplers/lazy-samplers.ts";
import { UniformWords } from "../samplers/uniform-words.ts";
import { entropyOfWords, seededEntropy } from "../testing/seeded-entropy.ts";
import { byTester, type Mutant, mutant, type OnTrial } from "./mutant-for-tests.ts";

const half = rational(1n, 2n);
const one = rational(1n);
const laplace = (words: UniformWords, scale = one) => Number(lazyDiscreteLaplace(words, scale));
/** A count that neighbours move by one, at epsilon 1. */
const count = { left: 0, right: 1, epsilon: 1 };
const noised: OnTrial<number> = (sum, words) => sum + laplace(words);
const noisedBy =
  (scale: bigint): OnTrial<number> =>
  (sum, words) =>
    sum + laplace(words, rational(scale));
/** Bytes from the words of the trial, for mechanisms that take entropy. */
const entropyOf = (words: UniformWords): Entropy => entropyOfWords(() => words.next());

export const noiseMutants: readonly Mutant[] = [
  byTester("noise is half as large as it should be", count, {
    wrong: (sum, words) => sum + laplace(words, half),
    right: noised,
  }),
  byTester("zero noise comes up with both signs", count, {
    wrong: (sum, words) => {
      const magnitude = Number(floorOfScaled(words, lazyExponential(words), one));
      return sum + (drawSign(words) ? -1 : 1) * magnitude;
    },
    right: noised,
  }),
  byTester("noise has one sign only", count, {
    wrong: (sum, words) => sum + Math.abs(laplace(words)),
    right: noised,
  }),
  byTester("noise is left out once in twenty draws", count, {
    wrong: (sum, words) => (words.next() % 20 === 0 ? `plain ${sum}` : `noised ${sum + laplace(words)}`),
    right: (sum, words) => (words.next() % 20 === 0 ? "nothing" : `noised ${sum + laplace(words)}`),
  }),
  byTester("noise is cut off at three scales", count, {
    wrong: (sum, words) => sum + Math.max(-3, Math.min(3, laplace(words))),
    right: noised,
  }),
  byTester("noise comes from a fixed seed", count, {
    wrong: (sum) => sum + laplace(new UniformWords(seededEntropy(7))),
    right: noised,
  }),
  byTester(
    "one draw of noise is used for two sums",
    { left: [0, 0], right: [1, 0], epsilon: 1 },
    {
      wrong: (sums, words) => {
        const noise = laplace(words);
        return sums.map((sum) => sum + noise);
      },
      right: (sums, words) => sums.map((sum) => sum + laplace(words)),
    },
  ),
  byTester(
    "noise is a float and the sum is a float",
    { ...count, runs: 4_000 },
    {
      // Told apart by what doubles it lands on: see `audit/floating-point-attacks.test.ts` for how far this goes.
      wrong: (sum, words) => {
        const uniform = (words.next() + 0.5) / 2 ** 32;
        const value = sum + (drawSign(words) ? -1 : 1) * -Math.log(uniform);
        return Math.abs(value) < 0.25 ? Number.isInteger(value * 2 ** 53) : "large";
      },
      right: (sum, words) => {
        const value = sum + laplace(words);
        return Math.abs(value) < 0.25 ? Number.isInteger(value * 2 ** 53) : "large";
      },
    },
  ),
  byTester(
    "a vector is noised by its length in L2 and with Laplace noise",
    { left: 0, right: 1, epsilon: 2 },
    {
      // Sixteen elements moved by one each: 16 in L1, 4 in L2.
      wrong: (each, words) => totalOf(16, () => each + laplace(words, rational(2n))),
      right: (each, words) => totalOf(16, () => each + laplace(words, rational(8n))),
    },
  ),
  byTester(
    "a person's three rows are noised as one",
    { left: 0, right: 3, epsilon: 1 },
    { wrong: noisedBy(1n), right: noisedBy(3n) },
  ),
  byTester(
    "the replacement of a person is noised as a removal",
    // Values from -1 to 1, and the person goes from one end to the other.
    { left: -1, right: 1, epsilon: 1 },
    { wrong: noisedBy(1n), right: noisedBy(2n) },
  ),
  byTester(
    "a mean divides a noised sum by the exact number of people",
    { left: 7, right: 8, epsilon: 1 },
    {
      wrong: (people, words) => laplace(words) / people,
      right: (people, words) =>
        `${laplace(words, rational(2n))} over ${people + laplace(words, rational(2n))}`,
    },
  ),
  byTester(
    "a tree of sums is noised for one level",
    { left: 0n, right: 1n, epsilon: 1, runs: 3_000 },
    { wrong: treeTold(rational(4n)), right: treeTold(one) },
  ),
  byTester(
    "asking again draws fresh noise for one charge",
    { left: 0, right: 1, epsilon: 1 },
    {
      wrong: (sum, words) => Math.round(totalOf(9, () => sum + laplace(words)) / 9),
      right: (sum, words) => {
        const recorded = sum + laplace(words);
        return Math.round(totalOf(9, () => recorded) / 9);
      },
    },
  ),
  byTester(
    "a randomised answer is drawn anew at each report",
    { left: 0, right: 1, epsilon: 1 },
    {
      wrong: (truth, words) => totalOf(5, () => respond(truth, words)),
      right: (truth, words) => {
        const kept = respond(truth, words);
        return totalOf(5, () => kept);
      },
    },
  ),
  byTester(
    "four options are answered with the odds of two",
    { left: 0, right: 1, epsilon: 1 },
    {
      wrong: (truth, words) => (lies(words) ? (truth + 1 + (words.next() % 3)) % 4 : truth),
      right: (truth, words) => {
        for (;;) {
          const option = words.next() % 4;
          if (option === truth || lazyBernoulliExp(words, 1n, 1n)) return option;
        }
      },
    },
  ),
  mutant("the scale is a rounded double", "property", {
    // 0.1 + 0.2 of epsilon: as doubles the noise is for more than was paid, by one part in 2^53; fractions have no parts.
    wrong: (a: number, b: number) => {
      const exact = 0.1 + 0.2;
      return a === 1 && b === 2 ? toFraction(exact) : rational(0n);
    },
    right: (a: number, b: number) => rational(BigInt(a + b), 10n),
    convicts: (add) => {
      const spent = add(1, 2);
      return spent.num * 10n !== 3n * spent.den;
    },
  }),
];

function totalOf(times: number, draw: () => number): number {
  let total = 0;
  for (let time = 0; time < times; time++) total += draw();
  return total;
}

/** Two options at epsilon 1: a lie with probability 1 / (1 + e). */
function lies(words: UniformWords): boolean {
  for (;;) {
    const truthful = drawSign(words);
    if (truthful) return false;
    if (lazyBernoulliExp(words, 1n, 1n)) return true;
  }
}

function respond(truth: number, words: UniformWords): number {
  return lies(words) ? 1 - truth : truth;
}

/** How far the path of one person's leaf stands out, all levels together. */
function treeTold(epsilon: ReturnType<typeof rational>): OnTrial<bigint> {
  const tree = treeSums({ leaves: 8, branching: 2, leafL1: 1n, price: { kind: "pure", epsilon } });
  return (leaf, words) => {
    const leaves = BigInt64Array.of(leaf, 0n, 0n, 0n, 0n, 0n, 0n, 0n);
    const { value } = tree.release(Secret.of(leaves), entropyOf(words));
    return value.levels.reduce((sum, level) => sum + level[0]!, 0n);
  };
}

function toFraction(value: number) {
  let den = 1n;
  let scaled = value;
  for (; !Number.isInteger(scaled); scaled *= 2) den *= 2n;
  return rational(BigInt(scaled), den);
}
