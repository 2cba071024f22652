// The noise of a total to which several owners each added their part of a noise, or a whole one.
//
// As many parts as make up the noise keep the promise to the people of the owners that added them, whatever all others do or
// tell each other: what the others add does not depend on those people's rows, and adding it is post-processing (Dwork and Roth
// 2014, Proposition 2.1). So the price is that of one measurement at each owner, and the error that of all parts together.

import { BrokenInvariant, invariant } from "@unseen/base";
import { halfWidthOfNoises } from "./half-width-of-noises.ts";
import type { Measurement } from "./measurement.ts";
import { afterRelease, type Released } from "./released.ts";

/** Describes the total of so many owners' releases, at least as many as share a noise; it releases nothing itself. */
export function noiseOfAll(measurement: Measurement, owners: number): Measurement {
  invariant(
    Number.isSafeInteger(owners) && owners >= measurement.parts,
    "a total has at least as many owners as share one noise",
  );
  const noises = measurement.noises * owners;
  return Object.freeze({
    ...measurement,
    owners,
    noises,
    release: () => {
      throw new BrokenInvariant("each owner releases its own sums");
    },
    noise: (count: number, entropy: Parameters<Measurement["noise"]>[1]) => {
      const drawn = Array.from({ length: owners }, () => measurement.noise(count, entropy));
      return Array.from({ length: count }, (_, at) => drawn.reduce((total, one) => total + one[at]!, 0n));
    },
    halfWidthAtLeast: (confidence: number) => halfWidthOfNoises(measurement.event, noises, confidence),
  });
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
