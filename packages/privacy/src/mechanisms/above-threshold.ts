// Above-threshold and its repetition, the sparse vector technique: Dwork and Roth 2014, Algorithms 1 and 2, in the
// form of Lyu, Su and Li 2017 (arXiv 1603.01699), Algorithm 1, which lists six published variants that are wrong.
// The proof stands in `above-threshold.md`.

import { type Entropy, invariant, Once, Secret } from "@unseen/base";
import {
  divideRationals,
  formatRational,
  multiplyRationals,
  type Rational,
  rational,
} from "../budget/rational.ts";
import { lazyDiscreteLaplace } from "../samplers/lazy-samplers.ts";
import { UniformWords, type Words } from "../samplers/uniform-words.ts";
import type { ChoiceEvent } from "./choice-event.ts";
import { type Cost, pureCost } from "./cost.ts";
import { laplaceHalfWidthAtLeast } from "./half-width.ts";
import { type Released, releasedByMechanism } from "./released.ts";

export type ThresholdParameters = {
  /** Most that one privacy unit moves any one of the sums that will be asked about; positive. */
  readonly sensitivity: bigint;
  /** Whether one privacy unit moves all of those sums up, or all down (counts: yes). */
  readonly isMonotone: boolean;
  /** Answers of "above" after which it halts; positive. */
  readonly mostAbove: number;
  readonly epsilon: Rational;
};

export type AboveThreshold = {
  readonly event: ChoiceEvent;
  /** The whole price, for all answers together. Pay it before `watch`. */
  readonly cost: Cost;
  /** Draws the noise of the threshold and begins. One paid event is one watch: the second time throws. */
  watch(threshold: bigint, entropy: Entropy): ThresholdWatch;
  /**
   * With the confidence asked for, each of `asks` answers is right wherever sum and threshold are further apart
   * than this, in the sums' unit. Rounded up.
   */
  halfWidthAtLeast(confidence: number, asks: number): bigint;
};

/** Answers "is this sum above the threshold" until it has said yes `mostAbove` times; then it is used up. */
export type ThresholdWatch = {
  readonly isHalted: boolean;
  /** Adaptive: the next sum may depend on earlier answers. Throws once it has halted. */
  isAbove(sum: Secret<bigint>): Released<boolean>;
};

/**
 * Many yes-or-no answers at one price: the asker pays for each "above", not for each question. Half
 * of epsilon hides the threshold, the rest the sums. For one question alone a plain count or sum is more accurate.
 */
export function aboveThreshold(of: ThresholdParameters): AboveThreshold {
  const scales = thresholdScales(of);
  const paid = new Once(scales);
  const event: ChoiceEvent = {
    mechanism: "above-threshold",
    epsilon: formatRational(of.epsilon),
    mostAbove: of.mostAbove,
  };
  return Object.freeze({
    event: Object.freeze(event),
    cost: pureCost(of.epsilon),
    watch(threshold: bigint, entropy: Entropy) {
      return watchThreshold(new UniformWords(entropy), threshold, paid.take(), of.mostAbove);
    },
    halfWidthAtLeast(confidence: number, asks: number) {
      invariant(confidence > 0 && confidence < 1, "a confidence lies strictly between 0 and 1");
      invariant(Number.isSafeInteger(asks) && asks > 0, "accuracy is stated for a number of asks");
      const each = 1 - (1 - confidence) / (asks + 1);
      invariant(each < 1, "so close a confidence for so many asks is beyond the digits of a double");
      return laplaceHalfWidthAtLeast(scales.ofThreshold, each) + laplaceHalfWidthAtLeast(scales.ofSum, each);
    },
  });
}

export type ThresholdScales = { readonly ofThreshold: Rational; readonly ofSum: Rational };

/** Half of epsilon each: sensitivity / (epsilon/2) for the threshold; as much times mostAbove, doubled unless monotone, for sums. */
export function thresholdScales(of: ThresholdParameters): ThresholdScales {
  invariant(of.sensitivity > 0n, "sums that nobody can move are public and need no mechanism");
  invariant(of.epsilon.num > 0n && of.epsilon.den > 0n, "a guarantee has a positive price");
  invariant(Number.isSafeInteger(of.mostAbove) && of.mostAbove > 0, "it halts after one answer at least");
  const ofThreshold = divideRationals(rational(2n * of.sensitivity), of.epsilon);
  const factor = BigInt(of.mostAbove) * (of.isMonotone ? 1n : 2n);
  return { ofThreshold, ofSum: multiplyRationals(ofThreshold, rational(factor)) };
}

/** The walk itself over any words, so that tests can enumerate them. */
export function watchThreshold(
  words: Words & { discard?(): void },
  threshold: bigint,
  { ofThreshold, ofSum }: ThresholdScales,
  mostAbove: number,
): ThresholdWatch {
  const noised = threshold + lazyDiscreteLaplace(words, ofThreshold);
  let left = mostAbove;
  return Object.freeze({
    get isHalted() {
      return left === 0;
    },
    isAbove(sum: Secret<bigint>) {
      invariant(left > 0, "a threshold watch that has halted answers nothing more");
      const above = Secret.reveal(sum) + lazyDiscreteLaplace(words, ofSum) > noised;
      if (above) left -= 1;
      if (left === 0) words.discard?.();
      return releasedByMechanism(above);
    },
  });
}
