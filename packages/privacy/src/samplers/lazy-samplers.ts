// The samplers over lazily drawn real numbers: exact for every parameter, and slow. The fast samplers hand over
// to these functions, in the middle of a draw if need be, whenever machine integers cannot settle a question;
// the tests hold the two equal word by word, and enumerate this file over words of one to three bits.
//
// Where it differs from Algorithm 2 of Canonne, Kamath, Steinke 2020 (arXiv 2004.00010): that draws u uniform on
// {0..t-1}, keeps it with probability exp(-u/t), and returns floor((u + t v) / s). Here u/t is a uniform real f,
// so that x = f + v is exactly exponential and P(floor(x t/s) >= n) = P(x >= n s/t) = exp(-n s/t), as wanted.

import type { Rational } from "../budget/rational.ts";
import { LazyUniform } from "./lazy-uniform.ts";
import type { Words } from "./uniform-words.ts";

/** An exponential variable of mean 1: `whole + fraction`. */
export type LazyExponential = { readonly whole: number; readonly fraction: LazyUniform };

/**
 * Von Neumann 1951, "Various techniques used in connection with random digits": of uniforms f > u1 > u2 > ...,
 * the run that starts at f has exactly n descents with probability f^n/n! - f^(n+1)/(n+1)!. So it has an even
 * number with probability exp(-f), and a new f is refused with probability 1/e, which makes the count of refused
 * ones the whole part. `refused` uniforms were refused before this call.
 */
export function lazyExponential(words: Words, refused = 0): LazyExponential {
  for (let whole = refused; ; whole++) {
    const fraction = new LazyUniform(words);
    const first = new LazyUniform(words);
    if (runEndsEven(words, fraction, first, true)) return { whole, fraction };
  }
}

/**
 * Follows a descending run to its end and tells whether it had an even number of descents. `last` ends the run so
 * far, `next` is the uniform to be compared with it, `isEven` is the parity so far.
 */
export function runEndsEven(words: Words, last: LazyUniform, next: LazyUniform, isEven: boolean): boolean {
  let [end, candidate, even] = [last, next, isEven];
  while (candidate.isBelow(end)) {
    even = !even;
    end = candidate;
    candidate = new LazyUniform(words);
  }
  return even;
}

/** floor(exponential * scale), drawing digits until both ends of what is known agree; two words at least. */
export function floorOfScaled(words: Words, exponential: LazyExponential, scale: Rational): bigint {
  for (let count = 2; ; count++) {
    const unit = BigInt(words.bits * count);
    const prefix = (BigInt(exponential.whole) << unit) + exponential.fraction.prefix(count);
    const lowest = (prefix * scale.num) / (scale.den << unit);
    // The supremum is not attained, hence the last unit that lies strictly below it.
    const highest = ((prefix + 1n) * scale.num - 1n) / (scale.den << unit);
    if (lowest === highest) return lowest;
  }
}

/** x with probability proportional to exp(-|x| / scale), where the scale is positive. */
export function lazyDiscreteLaplace(words: Words, scale: Rational): bigint {
  for (;;) {
    const magnitude = floorOfScaled(words, lazyExponential(words), scale);
    const isNegative = drawSign(words);
    // Zero has one sign only, or it would come up twice as often as it may.
    if (isNegative && magnitude === 0n) continue;
    return isNegative ? -magnitude : magnitude;
  }
}

/** The top binary digit of one word. */
export function drawSign(words: Words): boolean {
  return words.next() >= 2 ** (words.bits - 1);
}

/** Algorithm 1 of the paper: true with probability exp(-num/den), where num/den is not negative. */
export function lazyBernoulliExp(words: Words, num: bigint, den: bigint): boolean {
  for (let whole = num / den; whole > 0n; whole--) {
    if (!lazyBernoulliExpMinusOne(words)) return false;
  }
  const rest = num % den;
  let k = 1n;
  while (new LazyUniform(words).isBelowFraction(rest, den * k)) k += 1n;
  return k % 2n === 1n;
}

/** Algorithm 1 at 1, whose first trial cannot fail and is not drawn. */
function lazyBernoulliExpMinusOne(words: Words): boolean {
  let k = 2n;
  while (new LazyUniform(words).isBelowFraction(1n, k)) k += 1n;
  return k % 2n === 1n;
}

/** Algorithm 3 of the paper: x with probability proportional to exp(-x^2 / (2 sigma^2)), `t` = floor(sigma) + 1. */
export function lazyDiscreteGaussian(words: Words, sigmaSquared: Rational, t: bigint): bigint {
  for (;;) {
    const y = lazyDiscreteLaplace(words, { num: t, den: 1n });
    if (lazyKeepsProposal(words, y < 0n ? -y : y, sigmaSquared, t)) return y;
  }
}

/** True with probability exp(-(|y| - sigma^2/t)^2 / (2 sigma^2)). */
export function lazyKeepsProposal(
  words: Words,
  magnitude: bigint,
  sigmaSquared: Rational,
  t: bigint,
): boolean {
  const { num, den } = sigmaSquared;
  const distance = magnitude * t * den - num;
  return lazyBernoulliExp(words, distance * distance, 2n * num * den * t * t);
}
