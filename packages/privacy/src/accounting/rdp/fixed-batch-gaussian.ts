// The Rényi divergence of a Gaussian sum over a batch of fixed size, drawn without replacement, when one record is
// replaced: Wang, Balle, Kasiviswanathan 2019 (arXiv 1808.00087), Theorem 27. For whole alpha >= 2,
//
//   (alpha - 1) RDP(alpha) <= ln(1 + sum over k >= 2 of C(alpha, k) q^k m(k)),
//
// where m(2) = min(4 (e^(r(2)) - 1), 2 e^(r(2))), m(k) = min(4 sqrt(B(2 floor(k/2)) B(2 ceil(k/2))), 2 e^((k-1) r(k))),
// r(k) = k / (2 sigma^2), and B(l) = E[(p/q - 1)^l] for the two Gaussians. Peers get B by repeated differences of
// exponentials, which cancel for large sigma; for even l the integrand is positive, so we integrate it.

import { logAdd, logChoose, logSum } from "../special-functions.ts";
import { largestSummedOrder } from "./sampled-gaussian.ts";

/** Above this order only the second of the two bounds is taken, which is as tight there and needs no integral. */
const largestIntegratedOrder = 256;
/** Trapezoid error exp(-2 pi^2 / step^2) = 1e-548, below even the smallest B that a double can hold the logarithm of. */
const step = 0.125;
const reach = 13;

/**
 * Upper bounds of the Rényi divergence at orders of at least 1 (up to rounding, 1e-11). `share` is batch size over
 * dataset size; `sigma` is noise over the L2 sensitivity under replacement.
 */
export function fixedBatchGaussianRdp(share: number, sigma: number, orders: Float64Array): Float64Array {
  if (share === 0) return orders.map(() => 0);
  if (sigma === 0) return orders.map(() => Number.POSITIVE_INFINITY);
  if (share === 1) return orders.map((order) => order / (2 * sigma * sigma));
  const [moments, wholes] = [new Map<number, number>(), new Map<number, number>()];
  const logA = (order: number) => remembered(wholes, order, () => wholeOrder(share, sigma, order, moments));
  return orders.map((order) => {
    // The divergence grows with the order, so order 2 bounds order 1.
    if (order === 1) return logA(2);
    if (order > largestSummedOrder) return order / (2 * sigma * sigma);
    const below = Math.floor(order);
    // ln A is convex in the order (they show it too) and 0 at order 1: the chord is an upper bound.
    const weight = order - below;
    const chord = weight === 0 ? logA(below) : (1 - weight) * logA(below) + weight * logA(below + 1);
    return chord / (order - 1);
  });
}

function wholeOrder(share: number, sigma: number, order: number, moments: Map<number, number>): number {
  if (order < 2) return 0;
  const logShare = Math.log(share);
  const half = 1 / (2 * sigma * sigma);
  const logs = new Float64Array(order + 1).fill(Number.NEGATIVE_INFINITY);
  const logB = (l: number) => remembered(moments, l, () => logEvenMoment(sigma, l));
  for (let k = 2; k <= order; k++) {
    let factor = Math.LN2 + k * (k - 1) * half;
    if (k === 2) factor = Math.min(Math.log(4) + Math.log(Math.expm1(2 * half)), Math.LN2 + 2 * half);
    else if (order <= largestIntegratedOrder) {
      const [low, high] = [logB(2 * Math.floor(k / 2)), logB(2 * Math.ceil(k / 2))];
      factor = Math.min(factor, Math.log(4) + 0.5 * (low + high));
    }
    logs[k] = factor + k * logShare + logChoose(order, k);
  }
  return logAdd(0, logSum(logs));
}

/** ln E[(exp(y / sigma - 1 / (2 sigma^2)) - 1)^l] for y ~ N(0, 1) and even l, by the trapezoid rule. */
function logEvenMoment(sigma: number, l: number): number {
  const count = Math.ceil((2 * reach + l / sigma + Math.sqrt(l)) / step);
  const start = -reach - Math.sqrt(l);
  const logs = new Float64Array(count + 1 + Math.ceil(Math.sqrt(l) / step));
  for (let i = 0; i < logs.length; i++) {
    const y = start + i * step;
    const exponent = y / sigma - 1 / (2 * sigma * sigma);
    const size = exponent > 40 ? exponent : Math.log(Math.abs(Math.expm1(exponent)));
    logs[i] = -0.5 * y * y + l * size;
  }
  return logSum(logs) + Math.log(step) - 0.5 * Math.log(2 * Math.PI);
}

function remembered(known: Map<number, number>, key: number, compute: () => number): number {
  const value = known.get(key) ?? compute();
  known.set(key, value);
  return value;
}
