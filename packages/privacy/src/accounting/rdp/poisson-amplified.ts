// Any mechanism with a Rényi curve on a Poisson sample: Zhu, Wang 2019 (Poisson subsampled Rényi differential privacy),
// Theorem 5. For whole alpha >= 2 and a curve r,
//
//   A <= (1-q)^(alpha-1) (alpha q - q + 1) + C(alpha,2) q^2 (1-q)^(alpha-2) e^r(2)
//        + 3 sum over k >= 3 of C(alpha,k) q^k (1-q)^(alpha-k) e^((k-1) r(k)).
//
// Three times as loose in the high terms as the Gaussian's own rule, and valid for Laplace, discrete noise and the rest.

import { logAdd, logChoose, logSum } from "../special-functions.ts";

/**
 * Bounds at `orders` from the bounds `inner` at the same orders and a function for whole orders. Never above `inner`,
 * because a mixture is never easier to tell apart than its worst part (joint quasi-convexity).
 */
export function poissonAmplifiedRdp(
  q: number,
  orders: Float64Array,
  inner: Float64Array,
  wholes: Float64Array,
): Float64Array {
  if (q === 0) return orders.map(() => 0);
  if (q === 1) return inner;
  const known = new Map<number, number>();
  const logA = (order: number) => {
    const value = known.get(order) ?? wholeOrder(q, order, wholes);
    known.set(order, value);
    return value;
  };
  return orders.map((order, i) => {
    const below = Math.floor(order);
    const weight = order - below;
    // ln A is convex in the order and 0 at 1; order 1 itself is bounded by order 2.
    const chord = weight === 0 ? logA(below) : (1 - weight) * logA(below) + weight * logA(below + 1);
    return Math.min(inner[i]!, order === 1 ? logA(2) : chord / (order - 1));
  });
}

/** wholes[k] is the inner curve at whole order k. */
function wholeOrder(q: number, order: number, wholes: Float64Array): number {
  if (order < 2) return 0;
  const [logQ, logRest] = [Math.log(q), Math.log1p(-q)];
  const logs = new Float64Array(order + 1).fill(Number.NEGATIVE_INFINITY);
  for (let k = 2; k <= order; k++) {
    const exponent = (k - 1) * wholes[k]!;
    // The leading terms are 1 less the binomial weights of k >= 2, so each weight counts factor e^x - 1 times.
    const excess = k === 2 ? Math.expm1(exponent) : 3 * Math.exp(exponent) - 1;
    const logExcess = exponent > 600 ? exponent + (k === 2 ? 0 : Math.log(3)) : Math.log(excess);
    logs[k] = logChoose(order, k) + k * logQ + (order - k) * logRest + logExcess;
  }
  return logAdd(0, logSum(logs));
}
