// The error bar of a sum of independent discrete Laplace draws, by the Chernoff bound: for every 0 < l < 1/scale,
//   P(|sum of m| >= t) <= 2 M(l)^m exp(-l t),  M(l) = (1-q)^2 / ((1 - q e^l)(1 - q e^-l)),  q = exp(-1/scale),
// M being the moment generating function. Each l is valid; the search only looks for a good one. A share of a draw, one of t
// that add up to one, has the t-th root of M, so m may be a fraction.

import { type Rational, rationalToNumber } from "../budget/rational.ts";

/** Golden-section steps: the bracket shrinks to 1e-8 of itself, where the bound is flat. */
const steps = 40;
/** Relative room for a dozen double operations on values of like size. */
const room = 2 ** -40;

/** The smallest t that the bound gives with P(|sum of `draws` draws| <= t) >= confidence. A scale of 0 gives 0. */
export function laplaceSumHalfWidthAtLeast(scale: Rational, draws: number, confidence: number): bigint {
  if (scale.num === 0n || draws === 0) return 0n;
  const width = rationalToNumber(scale);
  const logTwoOverAllowed = Math.LN2 - Math.log1p(-confidence);
  // In units of the scale, so that l lies in (0, 1) whatever the scale.
  const reach = (l: number) => (draws * logMoment(l / width, 1 / width) + logTwoOverAllowed) * (width / l);
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [1e-6, 1 - 1e-9];
  let best = Number.POSITIVE_INFINITY;
  for (let step = 0; step < steps; step++) {
    const [left, right] = [high - golden * (high - low), low + golden * (high - low)];
    const [atLeft, atRight] = [reach(left), reach(right)];
    best = Math.min(best, atLeft, atRight);
    if (atLeft < atRight) high = right;
    else low = left;
  }
  return BigInt(Math.ceil(best * (1 + room)));
}

/** ln M(l), with every factor through expm1: (1-q)^2 / ((1-q)^2 - q (e^(l/2) - e^(-l/2))^2). */
function logMoment(l: number, rate: number): number {
  const q = Math.exp(-rate);
  const oneLess = -Math.expm1(-rate);
  const spread = 2 * Math.sinh(l / 2);
  return -Math.log1p((-q * spread * spread) / (oneLess * oneLess));
}
