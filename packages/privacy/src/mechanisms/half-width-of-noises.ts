// How wide the error bar is where there is more, or less, than the noise of one event in a sum.

import { rationalFromStored, rationalToNumber } from "../budget/rational.ts";
import { gaussianHalfWidthAtLeast, laplaceHalfWidthAtLeast } from "./half-width.ts";
import type { MechanismEvent } from "./mechanism-event.ts";
import { laplaceSumHalfWidthAtLeast } from "./tail-of-sums.ts";

/**
 * The half-width, in grid units, that holds with the confidence; `noises` is how much of the event's noise there is. One whole
 * noise: the smallest there is. Otherwise by Chernoff bounds, so never too small. A discrete Gaussian is sub-Gaussian with its
 * own sigma squared (Canonne, Kamath and Steinke 2020, on its tails), and those of a sum add up.
 */
export function halfWidthOfNoises(event: MechanismEvent, noises: number, confidence: number): bigint {
  if (event.mechanism === "discrete-laplace") {
    const scale = rationalFromStored(event.scale);
    return noises === 1
      ? laplaceHalfWidthAtLeast(scale, confidence)
      : laplaceSumHalfWidthAtLeast(scale, noises, confidence);
  }
  const sigmaSquared = rationalFromStored(event.sigmaSquared);
  if (noises === 1) return gaussianHalfWidthAtLeast(sigmaSquared, confidence);
  const variance = rationalToNumber(sigmaSquared) * noises;
  const reach = Math.sqrt(2 * variance * (Math.LN2 - Math.log1p(-confidence)));
  return BigInt(Math.ceil(reach * (1 + 2 ** -40)));
}
