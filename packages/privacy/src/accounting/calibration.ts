// The two questions that people ask before a run: what noise for this epsilon, and what epsilon for this accuracy.

import { err, ok, type Result } from "@unseen/base";
import type { Accountant, EventNotSupported } from "./accountant.ts";
import { gaussianNoiseAtLeast, leastThatHolds } from "./analytic-gaussian.ts";
import type { PrivacyEvent } from "./event.ts";
import { logErfc } from "./special-functions.ts";

export type CalibrationTarget = {
  readonly epsilon: number;
  readonly delta: number;
  /** The run as it would be with this noise multiplier; more noise must never lose more. */
  readonly eventAt: (noise: number) => PrivacyEvent;
  /** How much more noise than needed is acceptable, relative; 1e-6 if left out. */
  readonly tolerance?: number;
};

export type NotCalibrated =
  | EventNotSupported
  /** Not even noise of 1e6 keeps within the target. */
  | { readonly code: "target-out-of-reach" };

const mostNoise = 1e6;
const leastNoise = 1e-3;

/**
 * The noise multiplier that keeps the run within (epsilon, delta), on top of what `accountant` holds already. Rounded
 * to more noise: the returned value was itself checked. Cost: about 35 compositions.
 */
export function noiseMultiplierFor(
  target: CalibrationTarget,
  accountant: Accountant,
): Result<number, NotCalibrated> {
  let refusal: EventNotSupported | undefined;
  const holds = (noise: number) => {
    const composed = accountant.compose(target.eventAt(noise));
    if (!composed.ok) refusal = composed.problem;
    return composed.ok && composed.value.epsilonAtLeast(target.delta) <= target.epsilon;
  };
  let high = 1;
  while (!holds(high)) {
    if (refusal !== undefined) return err(refusal);
    if (high >= mostNoise) return err({ code: "target-out-of-reach" });
    high *= 2;
  }
  let low = high === 1 ? leastNoise : high / 2;
  if (high === 1 && holds(low)) return ok(low);
  const tolerance = Math.max(2 ** -50, target.tolerance ?? 1e-6);
  while (high > low * (1 + tolerance)) {
    const middle = Math.sqrt(low * high);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return ok(high);
}

export type AccuracyTarget = {
  /** The answer should be at most this far off, ... */
  readonly accuracy: number;
  /** ... with at least this probability, between 0 and 1. */
  readonly confidence: number;
  /** Most that one privacy unit moves the answer (L1 for Laplace, L2 for Gaussian), above zero. */
  readonly sensitivity: number;
} & ({ readonly noise: "laplace" } | { readonly noise: "gaussian"; readonly delta: number });

/** The epsilon that such an accuracy costs, rounded up: for one number, with continuous noise. */
export function epsilonForAccuracy(target: AccuracyTarget): number {
  const { accuracy, confidence, sensitivity } = target;
  if (target.noise === "laplace") return ((-Math.log1p(-confidence) * sensitivity) / accuracy) * (1 + 1e-14);
  // P(|N| > accuracy / sigma) = 1 - confidence.
  const logMissed = Math.log1p(-confidence);
  const deviations = Math.SQRT2 * leastThatHolds((x) => logErfc(x) <= logMissed, 1);
  const noise = accuracy / deviations / sensitivity;
  if (gaussianNoiseAtLeast(0, target.delta) <= noise) return 0;
  return leastThatHolds((epsilon) => gaussianNoiseAtLeast(epsilon, target.delta) <= noise, 1);
}
