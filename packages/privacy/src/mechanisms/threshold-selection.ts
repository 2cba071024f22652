// The other way to show groups that are found in the data: tell each group's noised count where it reaches a
// threshold that a group of one person almost never reaches. Shows fewer groups than `partitionSelection`, and their
// counts with them. Korolova, Kenthapadi, Mishra, Ntoulas 2009; Desfontaines and others 2020 (arXiv 2006.03684).

import { invariant } from "@unseen/base";
import { type Rational, rationalToNumber } from "../budget/rational.ts";
import { erfc } from "./erfc.ts";

/** Relative room for the rounding of a dozen double operations, on the side that raises the threshold. */
const room = 2 ** -40;

/**
 * The smallest threshold, rounded up, that a group of one privacy unit, who moves it by `mostEach`, reaches under discrete
 * Laplace noise with probability `delta` / `mostGroups` at most: P(X >= m) = q^m / (1 + q) with q = exp(-1/scale).
 */
export function laplaceThresholdAtLeast(of: ThresholdOf & { readonly scale: Rational }): bigint {
  const width = rationalToNumber(of.scale);
  const q = Math.exp(-1 / width);
  const exact = -width * (logDeltaEach(of) + Math.log1p(q));
  return of.mostEach + atLeastOne(Math.ceil(exact * (1 + room)));
}

/** The same under discrete Gaussian noise of variance `sigmaSquared`. */
export function gaussianThresholdAtLeast(of: ThresholdOf & { readonly sigmaSquared: Rational }): bigint {
  const sigma = Math.sqrt(rationalToNumber(of.sigmaSquared));
  const allowed = Math.exp(logDeltaEach(of)) * (1 - 1e-11);
  // P(X >= m) <= erfc((m - 1) / (sigma sqrt 2)) / 2 for every m >= 1: the density falls, so each probability is below the
  // integral over the unit on its left, and the normaliser is at least sqrt(2 pi) sigma.
  const exceeds = (m: number) => erfc((m - 1) / (sigma * Math.SQRT2)) / 2 > allowed;
  let [below, above] = [0, 2 + 40 * sigma];
  invariant(!exceeds(above), "a threshold is for a delta of at least 1e-300");
  while (above - below > 0.5 && above - below > above * 2 ** -44) {
    const middle = (below + above) / 2;
    if (exceeds(middle)) below = middle;
    else above = middle;
  }
  return of.mostEach + atLeastOne(Math.ceil(above));
}

export type ThresholdOf = {
  /** Most that one privacy unit adds to one group. */
  readonly mostEach: bigint;
  readonly mostGroups: number;
  /** The part of delta that the threshold may use; Gaussian noise needs its own part besides. */
  readonly delta: Rational;
};

function logDeltaEach({ delta, mostGroups, mostEach }: ThresholdOf): number {
  invariant(delta.num > 0n && delta.num < delta.den, "groups are only ever shown at a delta between 0 and 1");
  invariant(Number.isSafeInteger(mostGroups) && mostGroups > 0, "a privacy unit is in at least one group");
  invariant(mostEach > 0n, "a privacy unit adds something to its groups");
  return Math.log(rationalToNumber(delta)) - Math.log(mostGroups);
}

function atLeastOne(steps: number): bigint {
  return BigInt(Math.max(1, steps));
}
