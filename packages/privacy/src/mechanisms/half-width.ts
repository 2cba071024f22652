// How wide the error bar is. Figures for people, so doubles will do; each is widened by more than its rounding, so
// that the stated confidence is never overstated.

import { type Rational, rationalToNumber } from "../budget/rational.ts";
import { erfc } from "./erfc.ts";

/** Relative room for what doubles round off: sums of a few ten thousand terms, each good to 1e-15. */
const room = 1e-11;
/** Up to this sigma the probabilities are summed one by one: at most some thirty thousand exponentials. */
const largestSummedSigma = 2_048;

/**
 * P(|X| > h) = 2 q^(h+1) / (1+q) with q = exp(-1/scale), so the smallest h is
 * scale * ln(2 / ((1+q)(1-confidence))) - 1, rounded up. A scale of 0 gives 0.
 */
export function laplaceHalfWidthAtLeast(scale: Rational, confidence: number): bigint {
  if (scale.num === 0n) return 0n;
  const width = rationalToNumber(scale);
  const logOfTwoOverOnePlusQ = -Math.log1p(Math.expm1(-1 / width) / 2);
  const exact = width * (logOfTwoOverOnePlusQ - Math.log1p(-confidence));
  return positive(BigInt(Math.ceil(exact * (1 + 2 ** -44))) - 1n);
}

/**
 * For small sigma by summing the probabilities. For large sigma by P(|X| > h) <= erfc((h + 1/2) / (sigma sqrt 2)):
 * beyond sigma the density is convex, so each summand is below the integral over the unit interval around it, and
 * the normaliser is at least sqrt(2 pi) sigma, by Poisson summation. Before sigma the summand is
 * only below the integral over the unit interval on its left, which widens the bar by half a grid unit.
 */
export function gaussianHalfWidthAtLeast(sigmaSquared: Rational, confidence: number): bigint {
  if (sigmaSquared.num === 0n) return 0n;
  const variance = rationalToNumber(sigmaSquared);
  const sigma = Math.sqrt(variance);
  const allowed = (1 - confidence) * (1 - room);
  return sigma <= largestSummedSigma ? summedHalfWidth(variance, allowed) : convexHalfWidth(sigma, allowed);
}

function summedHalfWidth(variance: number, allowed: number): bigint {
  // Beyond 14 sigma lies less than 1e-40 of the mass, and no confidence below 1 is closer to it than 1e-16.
  const farthest = Math.ceil(14 * Math.sqrt(variance)) + 2;
  const weight = (x: number) => Math.exp(-(x * x) / (2 * variance));
  let total = 0;
  for (let x = farthest; x >= 1; x--) total += weight(x);
  const normaliser = 1 + 2 * total;
  let tail = 0;
  for (let h = farthest; h >= 0; h--) {
    // Here `tail` is the weight above h on one side.
    if (2 * (tail + weight(h)) > allowed * normaliser || h === 0) return BigInt(h);
    tail += weight(h);
  }
  return 0n;
}

function convexHalfWidth(sigma: number, allowed: number): bigint {
  const exceeds = (edge: number) => erfc(edge / (sigma * Math.SQRT2)) > allowed;
  let [below, above] = [0, 40 * sigma];
  // Until the bracket is finer than both a grid unit and the digits of a double.
  while (above - below > 0.01 && above - below > above * 2 ** -44) {
    const middle = (below + above) / 2;
    if (exceeds(middle)) below = middle;
    else above = middle;
  }
  const isConvexThere = above >= sigma * (1 + room);
  return positive(BigInt(Math.ceil(isConvexThere ? above - 0.5 : above)));
}

function positive(value: bigint): bigint {
  return value > 0n ? value : 0n;
}
