// What one noised vote of PATE loses, at one Rényi order. Papernot and others 2018 (arXiv 1802.08908), Theorem 6 with the
// orders of Proposition 10, for Gaussian noise; 2017 (arXiv 1610.05755), Theorem 3, for Laplace noise. The data-dependent
// curves are smaller where the teachers agree, and are themselves private: they say how much the teachers agreed.

import { logAdd } from "../special-functions.ts";

/** One record changes one teacher, whose vote leaves one count and joins another: L2 distance sqrt(2). */
export function independentVoteRdp(sigma: number, order: number): number {
  return order / (sigma * sigma);
}

/** The most voted count alone moves by one. */
export function independentThresholdRdp(sigma: number, order: number): number {
  return order / (2 * sigma * sigma);
}

/** `logQ` as `logLoserWinsGaussian` gives it, at most 0; order above 1. Never above the data-independent curve. */
export function gaussianVoteRdp(logQ: number, sigma: number, order: number): number {
  if (logQ === Number.NEGATIVE_INFINITY) return 0;
  const independent = independentVoteRdp(sigma, order);
  return isBoundedBelow(logQ, sigma, order)
    ? Math.min(independent, Math.max(0, dependentVoteRdp(logQ, sigma, order)))
    : independent;
}

/** As above for the test against a threshold, from `logRarerAnswer`. */
export function thresholdRdp(logRarer: number, sigma: number, order: number): number {
  // Noise on a value that moves by one is noise on one that moves by sqrt(2), sqrt(2) times as large.
  return gaussianVoteRdp(logRarer, Math.SQRT2 * sigma, order);
}

/** Laplace noise for a vote that is `epsilon`-private whatever the votes: the least of three bounds. */
export function pureVoteRdp(logQ: number, epsilon: number, order: number): number {
  const always = Math.min((epsilon * epsilon * order) / 2, epsilon);
  const q = Math.exp(logQ);
  if (q > 1 / (Math.exp(epsilon) + 1)) return always;
  const logRest = Math.log1p(-q);
  const same = logRest + (logRest - logOneMinusExp(epsilon + logQ)) * (order - 1);
  return Math.min(always, logAdd(same, logQ + epsilon * (order - 1)) / (order - 1));
}

/** The bound without asking whether it applies; see `isBoundedBelow`. */
export function dependentVoteRdp(logQ: number, sigma: number, order: number): number {
  const { upper, lower, atUpper, atLower } = ordersFor(logQ, sigma);
  const logRest = logOneMinusExp(logQ);
  const logA = (order - 1) * (logRest - logOneMinusExp((logQ + atLower) * (1 - 1 / lower)));
  const logB = (order - 1) * (atUpper - logQ / (upper - 1));
  return logAdd(logRest + logA, logQ + logB) / (order - 1);
}

/** Whether q is so small that the data-dependent bound holds at this order and grows with q. */
export function isBoundedBelow(logQ: number, sigma: number, order: number): boolean {
  const { upper, lower, atLower } = ordersFor(logQ, sigma);
  if (!(lower > 1 && upper > order && -logQ > atLower)) return false;
  const grows = (lower - 1) * atLower - lower * (Math.log1p(1 / (upper - 1)) + Math.log1p(1 / (lower - 1)));
  return logQ <= grows;
}

/** The two higher orders at which the plain curve is used, and its values there. */
function ordersFor(logQ: number, sigma: number) {
  const lower = sigma * Math.sqrt(-logQ);
  const upper = lower + 1;
  return {
    upper,
    lower,
    atUpper: independentVoteRdp(sigma, upper),
    atLower: independentVoteRdp(sigma, lower),
  };
}

/** ln(1 - e^x) for x <= 0. */
export function logOneMinusExp(x: number): number {
  return x < -1 ? Math.log1p(-Math.exp(x)) : Math.log(-Math.expm1(x));
}
