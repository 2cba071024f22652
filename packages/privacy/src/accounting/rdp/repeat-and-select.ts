// Running a mechanism a random number of times and keeping the best: Papernot, Steinke 2022 (arXiv 2110.03620),
// Theorem 2 (truncated negative binomial) and Theorem 6 (Poisson).

import { expm1Over } from "../special-functions.ts";
import { deltaFromRdp } from "./conversions.ts";

/** The curve of the selection, from the curve of one run; Infinity at orders that the theorem does not reach. */
export function repeatAndSelectRdp(
  orders: Float64Array,
  rdp: Float64Array,
  mean: number,
  shape: number | "poisson",
): Float64Array {
  const selected = new Float64Array(orders.length).fill(Number.POSITIVE_INFINITY);
  if (shape === "poisson") {
    for (const [i, order] of orders.entries()) {
      if (order <= 1) continue;
      const epsilonHat = Math.log1p(1 / (order - 1));
      const deltaHat = deltaFromRdp(orders, rdp, epsilonHat, "canonneKamathSteinke2020").value;
      selected[i] = rdp[i]! + mean * deltaHat + Math.log(mean) / (order - 1);
    }
    return selected;
  }
  const logGammaOf = Math.log(haltingProbability(shape, mean));
  let atBest = Number.POSITIVE_INFINITY;
  for (const [i, order] of orders.entries())
    atBest = Math.min(atBest, (1 - 1 / order) * rdp[i]! - logGammaOf / order);
  const constant = (1 + shape) * atBest;
  let least = Number.POSITIVE_INFINITY;
  // The divergence grows with the order, so a bound at a higher order also bounds every lower one.
  const falling = [...orders.keys()].sort((a, b) => orders[b]! - orders[a]!);
  for (const i of falling) {
    const order = orders[i]!;
    if (order > 1) least = Math.min(least, rdp[i]! + Math.log(mean) / (order - 1) + constant);
    selected[i] = least;
  }
  return selected;
}

/** Mean of the truncated negative binomial of Definition 1, for halting probability `gamma` in (0, 1]. */
export function meanRepetitions(gamma: number, shape: number): number {
  if (shape === 1) return 1 / gamma;
  const logRatio =
    gamma > 0.9 && gamma < 1
      ? -Math.log1p(gamma - 1) / (1 - gamma)
      : gamma === 1
        ? 1
        : Math.log(gamma) / (gamma - 1);
  const power = shape === 0 ? 1 : expm1Over(shape * Math.log(gamma));
  return 1 / (gamma * power * logRatio);
}

/** The halting probability for a mean of at least 1, rounded down (smaller costs more), by bisection. */
export function haltingProbability(shape: number, mean: number): number {
  if (mean === 1) return 1;
  if (shape === 1) return (1 / mean) * (1 - 2 ** -52);
  let [low, high] = [0, Math.min(1, (2 * (shape + 1)) / mean)];
  for (let i = 0; i < 200 && high > low * (1 + 1e-13); i++) {
    const middle = (low + high) / 2;
    if (meanRepetitions(middle, shape) < mean) high = middle;
    else low = middle;
  }
  return low;
}
