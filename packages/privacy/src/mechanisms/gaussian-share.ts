// How much discrete Gaussian noise each of t owners adds so that all t together keep rho-zCDP. Sums of discrete Gaussians are
// not discrete Gaussians; Kairouz, Liu and Steinke 2021 (arXiv 2102.06387), on sums of discrete Gaussians, bound what that
// costs. The proof, with the constants used here, stands in `shared-noise.md`.
//
// With shares of variance v >= 1/4, T = t v, and sqrt(D2) the distance in Euclidean length that a person moves d sums:
//
//   rho of the total <= (sqrt(D2 / T) + tau sqrt(d))^2 / 2,     tau = 10 sum over k < t of exp(-2 pi^2 v k/(k+1)).
//
// The slack is paid in noise and not in price: v is so large that sqrt(D2 / T) <= (1 - slack) sqrt(2 rho) and
// tau sqrt(d) <= slack sqrt(2 rho).

import {
  addRationals,
  compareRationals,
  fromDoubleRoundedUp,
  multiplyRationals,
  type Rational,
  rational,
  rationalToNumber,
} from "../budget/rational.ts";

/** The part of sqrt(2 rho) that is kept for tau: it costs a part in 2^19 of the variance. */
const slack = 2 ** -20;
/** At least (1 - 2^-20)^-2. */
const widened = addRationals(rational(1n), rational(1n, 2n ** 18n));
/** Relative room for the rounding of a dozen double operations on values of like size. */
const room = 1e-9;
const leastVariance = rational(1n, 4n);

/** The variance of one of `parts` shares, above zero: never too small. `variance` is D2 / (2 rho), exactly. */
export function gaussianShareVariance(of: {
  readonly variance: Rational;
  readonly rho: Rational;
  readonly dimension: number;
  readonly parts: number;
}): Rational {
  const { variance, rho, dimension, parts } = of;
  const even = multiplyRationals(multiplyRationals(variance, widened), rational(1n, BigInt(parts)));
  const floor = varianceForTau((slack * Math.sqrt(2 * rationalToNumber(rho))) / Math.sqrt(dimension), parts);
  return greatest(even, greatest(floor, leastVariance));
}

/** A variance at which tau is at most `allowed`: every k/(k+1) is at least 1/2, so tau <= 10 (parts - 1) exp(-pi^2 v). */
function varianceForTau(allowed: number, parts: number): Rational {
  const exact = Math.log((10 * (parts - 1)) / allowed) / Math.PI ** 2;
  return exact <= 0 ? rational(0n) : fromDoubleRoundedUp(exact * (1 + room), 45);
}

function greatest(one: Rational, other: Rational): Rational {
  return compareRationals(one, other) >= 0 ? one : other;
}
