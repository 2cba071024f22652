// The shape of every mechanism that picks one of several options by their scores and tells only which. Which
// mechanism it is decides how the option is drawn; what it promises, checks and costs is the same.

import { type Entropy, invariant, Secret } from "@unseen/base";
import {
  divideRationals,
  formatRational,
  type Rational,
  rational,
  rationalToNumber,
} from "../budget/rational.ts";
import { UniformWords, type Words } from "../samplers/uniform-words.ts";
import type { ChoiceEvent } from "./choice-event.ts";
import { type Cost, pureCost } from "./cost.ts";
import { type Released, releasedByMechanism } from "./released.ts";

/** What the asker wants chosen, and what it may cost. */
export type ChoiceParameters = {
  /** How many options there are: declared, never read from the data. */
  readonly options: number;
  /** Most that one privacy unit moves any one score; positive. In the scores' own unit. */
  readonly sensitivity: bigint;
  /** Whether one privacy unit moves all scores up, or all down, and never some up and some down (counts: yes). */
  readonly isMonotone: boolean;
  readonly epsilon: Rational;
};

export type Choice = {
  readonly event: ChoiceEvent;
  readonly cost: Cost;
  /**
   * The index of an option with a high score. The asker learns the index alone. The time of a draw depends on the
   * scores; whoever answers strangers must not let them time single draws.
   */
  choose(scores: Secret<ArrayLike<bigint>>, entropy: Entropy): Released<number>;
  /**
   * The smallest h for which we can show P(best score - chosen score <= h) >= confidence, whatever the scores.
   * In the scores' unit; rounded up. The confidence lies strictly between 0 and 1.
   */
  shortfallAtLeast(confidence: number): bigint;
};

/** Draws an index, given scores and the rate at which a lost point of score lowers the odds. */
export type DrawChoice = (words: Words, scores: readonly bigint[], rate: Rational) => number;

export function choiceBy(
  of: ChoiceParameters,
  event: ChoiceEvent,
  draw: DrawChoice,
  shortfallAtLeast: (confidence: number, rate: Rational, options: number) => bigint = oneSidedShortfall,
): Choice {
  const rate = rateOf(of);
  return Object.freeze({
    event: Object.freeze(event),
    cost: pureCost(of.epsilon),
    choose(scores: Secret<ArrayLike<bigint>>, entropy: Entropy) {
      const exact = Array.from(Secret.reveal(scores));
      invariant(exact.length === of.options, "a choice is among as many options as it was priced for");
      const words = new UniformWords(entropy);
      const chosen = draw(words, exact, rate);
      words.discard();
      return releasedByMechanism(chosen);
    },
    shortfallAtLeast(confidence: number) {
      invariant(confidence > 0 && confidence < 1, "a confidence lies strictly between 0 and 1");
      return shortfallAtLeast(confidence, rate, of.options);
    },
  });
}

/** Epsilon over twice the sensitivity, or over the sensitivity where all scores move the same way. */
export function rateOf({ options, sensitivity, isMonotone, epsilon }: ChoiceParameters): Rational {
  invariant(Number.isSafeInteger(options) && options > 0, "a choice has at least one option");
  invariant(sensitivity > 0n, "scores that nobody can move are public and need no mechanism");
  invariant(epsilon.num > 0n && epsilon.den > 0n, "a guarantee has a positive price");
  return divideRationals(epsilon, rational((isMonotone ? 1n : 2n) * sensitivity));
}

export function storedChoice(of: ChoiceParameters) {
  return { epsilon: formatRational(of.epsilon), options: of.options, isMonotone: of.isMonotone };
}

/** How far each score lies below the best. */
export function gapsOf(scores: readonly bigint[]): bigint[] {
  const best = scores.reduce((most, score) => (score > most ? score : most), scores[0]!);
  return scores.map((score) => best - score);
}

/** P(gap >= t) <= (options - 1) exp(-rate t), so h + 1 = ln((options - 1) / (1 - confidence)) / rate, rounded up. */
export function oneSidedShortfall(confidence: number, rate: Rational, options: number): bigint {
  if (options === 1) return 0n;
  const exact = (Math.log(options - 1) - Math.log1p(-confidence)) / rationalToNumber(rate);
  const least = BigInt(Math.ceil(exact * (1 + 2 ** -44))) - 1n;
  return least > 0n ? least : 0n;
}
