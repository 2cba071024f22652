// The Rényi divergence of a Gaussian sum over a Poisson sample: Mironov, Talwar, Zhang 2019 (arXiv 1908.10530),
// section 3.3. The worst neighbour is the one with the extra record (they prove it), and
//
//   (alpha - 1) RDP(alpha) = ln A,   A = E[(1 + q u)^alpha],   u = exp((2z - 1) / (2 sigma^2)) - 1,   z ~ N(0, sigma^2).
//
// A is often 1 + 1e-9, where their log-space series keeps four digits (the published tables show it). Because E[u] = 0,
// A - 1 is also E[(1 + q u)^alpha - 1 - alpha q u], whose integrand is never negative: that is what we sum, so nothing
// cancels. Whole orders take the finite binomial sum with expm1 in place of exp, for the same reason.

import { logAdd, logChoose, logSum } from "../special-functions.ts";

/** Below this sigma the quadrature would need too many points; the convex bound between whole orders takes over. */
const smallestIntegratedSigma = 0.05;
/** A standard normal lies beyond with probability 1e-33, far below (A - 1) of any sample worth the name. */
const reach = 12;

/** Above this order a sum over all whole orders takes too long; the divergence without sampling is the bound. */
export const largestSummedOrder = 65_536;
/** Points that a quadrature may take; beyond, the chord between whole orders is the bound. */
const mostPoints = 2 ** 21;

/** Rényi divergence at `order` > 1 for sampling `probability` q in [0, 1] and noise `sigma` >= 0, within 1e-11 above or below. */
export function sampledGaussianRdp(probability: number, sigma: number, order: number): number {
  if (probability === 0) return 0;
  if (sigma === 0 || order === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (probability === 1 || order > largestSummedOrder) return order / (2 * sigma * sigma);
  // A mixture is never easier to tell apart than its worst part; the chord below can be looser than that.
  return Math.min(order / (2 * sigma * sigma), logMoment(probability, sigma, order) / (order - 1));
}

/** ln A of the file's head, for 0 < q < 1 and sigma > 0. */
export function logMoment(q: number, sigma: number, order: number): number {
  if (Number.isInteger(order)) return wholeOrder(q, sigma, order);
  const points = (2 * reach + order / sigma) / stepFor(sigma);
  if (sigma >= smallestIntegratedSigma && points < mostPoints) return anyOrder(q, sigma, order);
  // ln A is convex in the order (Wang, Balle, Kasiviswanathan 2019), so the chord is an upper bound.
  const below = Math.floor(order);
  const share = order - below;
  const atBelow = below === 1 ? 0 : wholeOrder(q, sigma, below);
  return (1 - share) * atBelow + share * wholeOrder(q, sigma, below + 1);
}

/** A - 1 = sum over k >= 2 of C(alpha, k) q^k (1-q)^(alpha-k) (exp(k(k-1) / (2 sigma^2)) - 1). */
function wholeOrder(q: number, sigma: number, order: number): number {
  const [logQ, logRest] = [Math.log(q), Math.log1p(-q)];
  const logs = new Float64Array(order + 1).fill(Number.NEGATIVE_INFINITY);
  for (let k = 2; k <= order; k++) {
    const exponent = (k * (k - 1)) / (2 * sigma * sigma);
    logs[k] = logChoose(order, k) + k * logQ + (order - k) * logRest + logExpm1(exponent);
  }
  return logOnePlusExp(logSum(logs));
}

/**
 * Trapezoid rule over y = z / sigma. The integrand is analytic up to the zeros of 1 + q u, which lie pi sigma away from
 * the real line, so the error is about exp(-2 pi^2 sigma / step): 1e-42 with the step below.
 */
function anyOrder(q: number, sigma: number, order: number): number {
  const step = stepFor(sigma);
  const last = reach + order / sigma;
  const count = Math.ceil((last + reach) / step);
  const logs = new Float64Array(count + 1);
  const logQ = Math.log(q);
  const logRest = Math.log1p(-q);
  for (let i = 0; i <= count; i++) {
    const y = -reach + i * step;
    const exponent = y / sigma - 1 / (2 * sigma * sigma);
    logs[i] = -0.5 * y * y + logExcess(q, exponent, order, logQ, logRest);
  }
  return logOnePlusExp(logSum(logs) + Math.log(step) - 0.5 * Math.log(2 * Math.PI));
}

function stepFor(sigma: number): number {
  return Math.min(0.2, sigma / 5);
}

/** ln of (1 + v)^alpha - 1 - alpha v with v = q (exp(exponent) - 1): never negative, because it is convex with slope 0 at 0. */
function logExcess(q: number, exponent: number, order: number, logQ: number, logRest: number): number {
  if (exponent > 30) {
    const logOnePlus = logAdd(logRest, logQ + exponent);
    const power = order * logOnePlus;
    // ln(1 + alpha v), from above: v < exp(logQ + exponent).
    const linear = logAdd(0, Math.log(order) + logQ + exponent);
    if (power - linear > 40) return power;
    return power + Math.log(-Math.expm1(linear - power));
  }
  const v = q * Math.expm1(exponent);
  if (v === 0) return Number.NEGATIVE_INFINITY;
  if (Math.abs(v) * Math.max(order, 1) < 0.5) {
    let term = 0.5 * order * (order - 1) * v * v;
    let sum = term;
    for (let k = 3; Math.abs(term) > sum * 1e-18; k++) {
      term *= ((order - k + 1) / k) * v;
      sum += term;
    }
    return Math.log(sum);
  }
  const power = order * Math.log1p(v);
  return power > 40 + Math.log1p(order * Math.abs(v)) ? power : Math.log(Math.expm1(power) - order * v);
}

/** ln(exp(x) - 1) for x > 0. */
function logExpm1(x: number): number {
  return x > 40 ? x : Math.log(Math.expm1(x));
}

/** ln(1 + exp(x)). */
function logOnePlusExp(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}
