// A list of sums against thresholds, in one watch of above-threshold: one draw hides all thresholds, and it halts
// after so many answers of "above". The proof of `above-threshold.md` is for sums less their own thresholds.

import { type Entropy, invariant, Secret } from "@unseen/base";
import { aboveThreshold, type ThresholdParameters } from "./above-threshold.ts";
import type { ChoiceEvent } from "./choice-event.ts";
import { type Cost, pureCost } from "./cost.ts";
import { type Released, releasedByMechanism } from "./released.ts";

export type AboveEach = {
  readonly event: ChoiceEvent;
  readonly cost: Cost;
  /**
   * For each sum in order 1 (above), 0 (not above), or -1 (not asked, because it had halted). The asker learns these
   * alone. One paid event is one list of answers: the second time throws.
   */
  answer(sums: Secret<BigInt64Array>, entropy: Entropy): Released<readonly number[]>;
  /** With the confidence asked for, each answer is right wherever sum and threshold are further apart. Rounded up. */
  halfWidthAtLeast(confidence: number): bigint;
};

/** Costs epsilon, pure, for all answers together. A threshold for each sum, in the sums' unit; public. */
export function aboveEach(
  of: Omit<ThresholdParameters, "mostAbove"> & {
    readonly thresholds: readonly bigint[];
    readonly mostAbove: number;
  },
): AboveEach {
  const { thresholds } = of;
  invariant(thresholds.length > 0, "at least one sum is compared");
  // No more can be above than are asked, and noise grows with how many may be.
  const parameters = { ...of, mostAbove: Math.min(of.mostAbove, thresholds.length) };
  const { event, watch: watchOnce, halfWidthAtLeast } = aboveThreshold(parameters);
  return Object.freeze({
    event,
    cost: pureCost(of.epsilon),
    answer(sums: Secret<BigInt64Array>, entropy: Entropy) {
      const exact = Secret.reveal(sums);
      invariant(exact.length === thresholds.length, "as many sums are compared as were priced for");
      const watch = watchOnce(0n, entropy);
      const answers = thresholds.map((threshold, at) => {
        if (watch.isHalted) return -1;
        return watch.isAbove(Secret.of(exact[at]! - threshold)).value ? 1 : 0;
      });
      return releasedByMechanism(Object.freeze(answers));
    },
    halfWidthAtLeast: (confidence: number) => halfWidthAtLeast(confidence, thresholds.length),
  });
}
