// A measurement is one object that holds both the function that noises and the promise that the function keeps, so
// that nobody can pair the noise of one with the price of another. The proofs stand in `discrete-laplace.md`,
// `discrete-gaussian.md` and `shared-noise.md`.

import { type Entropy, invariant, Secret } from "@unseen/base";
import {
  divideRationals,
  formatRational,
  multiplyRationals,
  type Rational,
  rational,
  rationalToNumber,
} from "../budget/rational.ts";
import { DiscreteGaussian } from "../samplers/discrete-gaussian.ts";
import { DiscreteLaplace } from "../samplers/discrete-laplace.ts";
import { LaplaceShare } from "../samplers/laplace-share.ts";
import { UniformWords } from "../samplers/uniform-words.ts";
import { gaussianShareVariance } from "./gaussian-share.ts";
import { halfWidthOfNoises } from "./half-width-of-noises.ts";
import type { MechanismEvent } from "./mechanism-event.ts";
import { type Released, releasedByMechanism } from "./released.ts";

export type Measurement = {
  readonly mechanism: "discrete-laplace" | "discrete-gaussian";
  /** What the ledger stores and an accountant composes. */
  readonly event: MechanismEvent;
  /** How many such releases have to be added up before the event's promise holds: 1, or as many as share the noise. */
  readonly parts: number;
  /** How many are added up: 1, or all owners of a total. */
  readonly owners: number;
  /** Noise in each element, as a multiple of the event's own: of its variance, and of the shape of a Laplace noise. */
  readonly noises: number;
  /**
   * Adds independent noise to each of the `dimension` exact sums. Sums and noise are integers in grid units; the
   * result is not cut to 64 bits, so no answer wraps around.
   */
  release(sums: Secret<BigInt64Array>, entropy: Entropy): Released<readonly bigint[]>;
  /** Noise alone, for error bars by simulation. Fresh draws, never those of a release. */
  noise(count: number, entropy: Entropy): readonly bigint[];
  /**
   * The smallest h, in grid units, with P(|noise of one element| <= h) >= confidence, for a confidence strictly
   * between 0 and 1. Rounded up where doubles cannot tell, by less than one part in 2^40. Never too small.
   */
  halfWidthAtLeast(confidence: number): bigint;
};

/** The ways to draw one integer, whatever the distribution, and how much of the event's noise one draw is. */
type Noise = { readonly noises: number; draw(words: UniformWords): bigint };
const noNoise: Noise = { noises: 1, draw: () => 0n };

/**
 * Pure epsilon-differential privacy for sums that one privacy unit moves by at most `l1Sensitivity` grid units
 * in all, over all `dimension` elements together. The scale is l1Sensitivity / epsilon, exactly. A sensitivity
 * of 0 means that nothing depends on any person: released as it is. With `parts` above one, a release has so small a share
 * of the noise that `parts` of them, by different owners and added up, keep the promise together, and fewer keep none.
 */
export function laplaceMeasurement(of: {
  readonly l1Sensitivity: bigint;
  readonly epsilon: Rational;
  readonly dimension: number;
  readonly parts?: number;
}): Measurement {
  const { parts = 1 } = of;
  requireSound(of.l1Sensitivity, of.epsilon, of.dimension, parts);
  const scale = divideRationals(rational(of.l1Sensitivity), of.epsilon);
  const event: MechanismEvent = {
    mechanism: "discrete-laplace",
    scale: formatRational(scale),
    l1Sensitivity: of.l1Sensitivity.toString(),
    dimension: of.dimension,
  };
  const noise = of.l1Sensitivity === 0n ? noNoise : laplaceNoise(scale, parts);
  return measurementOf(event, noise, parts);
}

/**
 * Rho-zero-concentrated differential privacy for sums that one privacy unit moves by at most
 * sqrt(`l2SensitivitySquared`) grid units in Euclidean length. Sigma squared is l2SensitivitySquared / (2 rho),
 * exactly. A sensitivity of 0 means that nothing depends on any person: released as it is. `parts` as for Laplace noise; as
 * sums of discrete Gaussians are none, all parts together have slightly more than sigma squared (`gaussian-share.ts`).
 */
export function gaussianMeasurement(of: {
  readonly l2SensitivitySquared: bigint;
  readonly rho: Rational;
  readonly dimension: number;
  readonly parts?: number;
}): Measurement {
  const { parts = 1 } = of;
  requireSound(of.l2SensitivitySquared, of.rho, of.dimension, parts);
  const sigmaSquared = divideRationals(
    rational(of.l2SensitivitySquared),
    multiplyRationals(rational(2n), of.rho),
  );
  const event: MechanismEvent = {
    mechanism: "discrete-gaussian",
    sigmaSquared: formatRational(sigmaSquared),
    l2SensitivitySquared: of.l2SensitivitySquared.toString(),
    dimension: of.dimension,
  };
  const noise = of.l2SensitivitySquared === 0n ? noNoise : gaussianNoise(sigmaSquared, { ...of, parts });
  return measurementOf(event, noise, parts);
}

function laplaceNoise(scale: Rational, parts: number): Noise {
  const sampler = parts === 1 ? new DiscreteLaplace(scale) : new LaplaceShare(scale, parts);
  return { noises: 1 / parts, draw: (words) => sampler.draw(words) };
}

function gaussianNoise(
  variance: Rational,
  of: { readonly rho: Rational; readonly dimension: number; readonly parts: number },
): Noise {
  const own = of.parts === 1 ? variance : gaussianShareVariance({ ...of, variance });
  const sampler = new DiscreteGaussian(own);
  return {
    noises: rationalToNumber(divideRationals(own, variance)),
    draw: (words) => sampler.draw(words),
  };
}

function requireSound(sensitivity: bigint, price: Rational, dimension: number, parts: number): void {
  invariant(Number.isSafeInteger(parts) && parts >= 1, "noise has at least one part");
  invariant(sensitivity >= 0n, "a sensitivity is not negative");
  invariant(price.num > 0n && price.den > 0n, "a guarantee has a positive price");
  invariant(Number.isSafeInteger(dimension) && dimension > 0, "a measurement has at least one element");
}

function measurementOf(event: MechanismEvent, noise: Noise, parts: number): Measurement {
  return Object.freeze({
    mechanism: event.mechanism,
    event: Object.freeze(event),
    parts,
    owners: 1,
    noises: noise.noises,
    release(sums: Secret<BigInt64Array>, entropy: Entropy) {
      const exact = Secret.reveal(sums);
      invariant(exact.length === event.dimension, "a measurement noises as many sums as it was priced for");
      const drawn = drawMany(noise, exact.length, entropy);
      return releasedByMechanism(Object.freeze(drawn.map((noised, index) => noised + exact[index]!)));
    },
    noise: (count: number, entropy: Entropy) => drawMany(noise, count, entropy),
    halfWidthAtLeast(confidence: number) {
      invariant(confidence > 0 && confidence < 1, "a confidence lies strictly between 0 and 1");
      return halfWidthOfNoises(event, noise.noises, confidence);
    },
  });
}

function drawMany(noise: Noise, count: number, entropy: Entropy): bigint[] {
  const words = new UniformWords(entropy);
  const drawn: bigint[] = [];
  for (let index = 0; index < count; index++) drawn.push(noise.draw(words));
  words.discard();
  return drawn;
}
