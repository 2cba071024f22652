// Algorithms 1, 2 and 3 of Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy"
// (arXiv 2004.00010, section 5), as printed, over bigint, one line of the paper a line of code. They are the
// oracle and the measured baseline of the fast samplers beside this file; nothing that is released uses them.

import { invariant } from "@unseen/base";
import { floorSquareRoot, type Rational, rational } from "../budget/rational.ts";
import { uniformBelow } from "./uniform-below.ts";
import type { Words } from "./uniform-words.ts";

/** True with probability `num / den`, which lies in [0, 1]. */
export function plainBernoulli(words: Words, num: bigint, den: bigint): boolean {
  invariant(0n <= num && num <= den, "a probability lies between 0 and 1");
  return uniformBelow(words, den) < num;
}

/** Algorithm 1: true with probability exp(-num/den), where num/den is not negative. */
export function plainBernoulliExp(words: Words, num: bigint, den: bigint): boolean {
  invariant(num >= 0n && den > 0n, "a decay is not negative");
  let rest = num;
  for (; rest > den; rest -= den) {
    if (!plainBernoulliExpBelowOne(words, 1n, 1n)) return false;
  }
  return plainBernoulliExpBelowOne(words, rest, den);
}

function plainBernoulliExpBelowOne(words: Words, num: bigint, den: bigint): boolean {
  let k = 1n;
  while (plainBernoulli(words, num, den * k)) k += 1n;
  return k % 2n === 1n;
}

/** How often an event of probability exp(-num/den) happens before it first does not; num/den is positive. */
export function plainGeometric(words: Words, num: bigint, den: bigint): bigint {
  invariant(num > 0n && den > 0n, "a decay is positive");
  let count = 0n;
  while (plainBernoulliExp(words, num, den)) count += 1n;
  return count;
}

/** Algorithm 2: x with probability proportional to exp(-|x| / scale); the scale is positive. */
export function plainDiscreteLaplace(words: Words, scale: Rational): bigint {
  const { num: t, den: s } = scale;
  invariant(t > 0n, "a scale is positive");
  for (;;) {
    const u = uniformBelow(words, t);
    if (!plainBernoulliExp(words, u, t)) continue;
    const v = plainGeometric(words, 1n, 1n);
    const y = (u + t * v) / s;
    const isNegative = plainBernoulli(words, 1n, 2n);
    if (isNegative && y === 0n) continue;
    return isNegative ? -y : y;
  }
}

/** Algorithm 3: x with probability proportional to exp(-x^2 / (2 sigma^2)); sigma squared is positive. */
export function plainDiscreteGaussian(words: Words, sigmaSquared: Rational): bigint {
  const { num, den } = sigmaSquared;
  invariant(num > 0n, "a variance is positive");
  const t = floorSquareRoot(num / den) + 1n;
  for (;;) {
    const y = plainDiscreteLaplace(words, rational(t));
    const distance = (y < 0n ? -y : y) * t * den - num;
    if (plainBernoulliExp(words, distance * distance, 2n * num * den * t * t)) return y;
  }
}
