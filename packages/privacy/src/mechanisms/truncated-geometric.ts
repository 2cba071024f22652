// The truncated geometric mechanism: Ghosh, Roughgarden, Sundararajan 2009 (arXiv 0811.2841): a whole
// number with discrete Laplace noise, brought back into the range that it is known to lie in.

import { type Entropy, invariant, type Secret } from "@unseen/base";
import type { Rational } from "../budget/rational.ts";
import { type Cost, pureCost } from "./cost.ts";
import { laplaceMeasurement } from "./measurement.ts";
import type { MechanismEvent } from "./mechanism-event.ts";
import { afterRelease, type Released } from "./released.ts";

export type BoundedCount = {
  readonly event: MechanismEvent;
  readonly cost: Cost;
  /** Noised sums within [least, greatest]. A sum outside, which no honest bound allows, is as private as any other. */
  release(sums: Secret<BigInt64Array>, entropy: Entropy): Released<readonly bigint[]>;
  /** The half-width of the noise before it is brought back, which can only bring an answer nearer to the truth. */
  halfWidthAtLeast(confidence: number): bigint;
};

/**
 * For sums that are publicly known to lie in [least, greatest]: the truncation follows the noise, so it is free, and
 * every loss function that grows with the error is served as well as by any mechanism. Costs epsilon, pure.
 */
export function truncatedGeometric(of: {
  readonly least: bigint;
  readonly greatest: bigint;
  readonly l1Sensitivity: bigint;
  readonly epsilon: Rational;
  readonly dimension: number;
}): BoundedCount {
  const { least, greatest } = of;
  invariant(least <= greatest, "a range begins before it ends");
  const measurement = laplaceMeasurement(of);
  const held = (value: bigint) => (value < least ? least : value > greatest ? greatest : value);
  return Object.freeze({
    event: measurement.event,
    cost: pureCost(of.epsilon),
    release(sums: Secret<BigInt64Array>, entropy: Entropy) {
      return afterRelease(measurement.release(sums, entropy), (noised) => Object.freeze(noised.map(held)));
    },
    halfWidthAtLeast: measurement.halfWidthAtLeast,
  });
}
