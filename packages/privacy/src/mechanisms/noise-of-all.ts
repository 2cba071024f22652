// The noise of a total to which several owners each added the whole noise of one measurement.
//
// Each owner's noise alone keeps the promise to its own people, whatever all others do or tell each other: what the others
// add does not depend on its rows, and adding it is post-processing (Dwork and Roth 2014, Proposition 2.1). So the price is
// that of one measurement at each owner, and the error that of all noises together.

import { BrokenInvariant, invariant } from "@unseen/base";
import { rationalFromStored, rationalToNumber } from "../budget/rational.ts";
import type { Measurement } from "./measurement.ts";
import { afterRelease, type Released } from "./released.ts";
import { laplaceSumHalfWidthAtLeast } from "./tail-of-sums.ts";

/** Describes the total; it releases nothing itself. */
export function noiseOfAll(measurement: Measurement, owners: number): Measurement {
  invariant(Number.isSafeInteger(owners) && owners >= 1, "a total has at least one owner");
  return Object.freeze({
    ...measurement,
    summands: owners,
    release: () => {
      throw new BrokenInvariant("each owner releases its own sums");
    },
    noise: (count: number, entropy: Parameters<Measurement["noise"]>[1]) => {
      const drawn = Array.from({ length: owners }, () => measurement.noise(count, entropy));
      return Array.from({ length: count }, (_, at) => drawn.reduce((total, one) => total + one[at]!, 0n));
    },
    halfWidthAtLeast: (confidence: number) =>
      owners === 1
        ? measurement.halfWidthAtLeast(confidence)
        : halfWidthOfSum(measurement, owners, confidence),
  });
}

/**
 * Chernoff bounds, so never too small. A discrete Gaussian is sub-Gaussian with its own sigma squared (Canonne, Kamath and
 * Steinke 2020, on its tails), and those of a sum add up.
 */
function halfWidthOfSum({ event }: Measurement, owners: number, confidence: number): bigint {
  if (event.mechanism === "discrete-laplace")
    return laplaceSumHalfWidthAtLeast(rationalFromStored(event.scale), owners, confidence);
  const variance = rationalToNumber(rationalFromStored(event.sigmaSquared)) * owners;
  const reach = Math.sqrt(2 * variance * (Math.LN2 - Math.log1p(-confidence)));
  return BigInt(Math.ceil(reach * (1 + 2 ** -40)));
}

/**
 * The total of all owners' noised sums, once one's own is among them: `others` is what the rest adds up to, told by parties
 * that nobody needs to trust.
 */
export function releasedTotal(
  mine: Released<readonly bigint[]>,
  others: readonly bigint[],
): Released<readonly bigint[]> {
  return afterRelease(mine, (own) => {
    invariant(own.length === others.length, "owners' sums are of one length");
    return own.map((sum, at) => sum + others[at]!);
  });
}
