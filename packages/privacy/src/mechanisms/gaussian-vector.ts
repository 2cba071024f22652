// Exact Gaussian noise on very many whole numbers at once, as a step of training adds it. The noise is discrete; what it
// promises is at least what continuous Gaussian noise promises, in a sample too: `gaussian-vector.md` beside this file.

import { type Entropy, invariant, Secret } from "@unseen/base";
import type { WholeNumbers } from "@unseen/compute";
import type { PrivacyEvent } from "../accounting/event.ts";
import {
  addRationals,
  fromDoubleRoundedUp,
  multiplyRationals,
  type Rational,
  rational,
} from "../budget/rational.ts";
import { DiscreteGaussian } from "../samplers/discrete-gaussian.ts";
import { TableGaussian } from "../samplers/table-gaussian.ts";
import { UniformWords } from "../samplers/uniform-words.ts";
import { type Released, releasedByMechanism } from "./released.ts";

/** A table is made in the time of some ten thousand draws without one: for vectors that come again and again. */
const leastForTable = 1_000;

/** Variance, in squared units of the grid, beyond that of the continuous noise that is accounted for. */
const roundingVariance = rational(16n);
/** What a table of noise is made for, and far below what doubles hold as whole numbers with all that is drawn. */
export const largestDeviation = 2 ** 38;
/** Sums and noise are whole numbers in doubles, and so is what they add up to. */
const largestSum = 2 ** 52;

export type GaussianVector = {
  /** For the accountants. */
  readonly event: Extract<PrivacyEvent, { kind: "gaussian" }>;
  /** Variance of the noise on each number, exactly. */
  readonly sigmaSquared: Rational;
  /**
   * Adds noise of its own to each of the `dimension` whole numbers, which lie within 2^52 of zero, where they lie: what is released
   * takes the place of the secret. Cost: some hundredths of a microsecond a number where they are many, half of one where they are few.
   */
  release(sums: Secret<WholeNumbers>, entropy: Entropy): Released<Float64Array>;
};

/**
 * Noise for whole numbers that one privacy unit moves by at most `l2Sensitivity` in Euclidean length (above zero, in
 * units of the grid). It loses no more than Gaussian noise of standard deviation `noiseMultiplier` times that, which is at most
 * `largestDeviation`.
 */
export function gaussianVector(of: {
  readonly l2Sensitivity: bigint;
  readonly noiseMultiplier: number;
  readonly dimension: number;
}): GaussianVector {
  const { l2Sensitivity, noiseMultiplier, dimension } = of;
  invariant(l2Sensitivity > 0n, "a vector's sensitivity is above zero");
  invariant(
    noiseMultiplier > 0 && Number.isFinite(noiseMultiplier),
    "a noise multiplier is above zero and finite",
  );
  invariant(Number(l2Sensitivity) * noiseMultiplier <= largestDeviation, "noise is of at most 2^38 steps");
  const deviation = multiplyRationals(fromDoubleRoundedUp(noiseMultiplier), rational(l2Sensitivity));
  const sigmaSquared = addRationals(multiplyRationals(deviation, deviation), roundingVariance);
  const addNoise = noiseOf(sigmaSquared, dimension);
  return Object.freeze({
    event: Object.freeze({ kind: "gaussian", noiseMultiplier } as const),
    sigmaSquared,
    release(sums: Secret<WholeNumbers>, entropy: Entropy) {
      const exact = Secret.reveal(sums);
      invariant(exact.numbers.length === dimension, "a measurement noises as many sums as it was priced for");
      invariant(exact.areWithin(largestSum), "sums are whole numbers within 2^52");
      const words = new UniformWords(entropy);
      addNoise(exact, words);
      words.discard();
      return releasedByMechanism(exact.numbers);
    },
  });
}

/** Two ways to draw from the same distribution. */
function noiseOf(
  sigmaSquared: Rational,
  dimension: number,
): (numbers: WholeNumbers, words: UniformWords) => void {
  if (dimension >= leastForTable) {
    const table = new TableGaussian(sigmaSquared);
    return (numbers, words) => table.addTo(numbers, words);
  }
  const single = new DiscreteGaussian(sigmaSquared);
  return ({ numbers }, words) => {
    for (let at = 0; at < numbers.length; at++) numbers[at]! += single.drawNumber(words);
  };
}
