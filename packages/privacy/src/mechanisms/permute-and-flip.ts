// Permute-and-flip: McKenna and Sheldon 2020, "Permute-and-Flip: A new mechanism for differentially private
// selection" (arXiv 2010.12603), Algorithm 1. The proof stands in `permute-and-flip.md`.

import type { Rational } from "../budget/rational.ts";
import { lazyBernoulliExp } from "../samplers/lazy-samplers.ts";
import { uniformOrder } from "../samplers/uniform-below.ts";
import type { Words } from "../samplers/uniform-words.ts";
import { type Choice, type ChoiceParameters, choiceBy, gapsOf, storedChoice } from "./choice.ts";

/**
 * Chooses an option with a high score at the price of the exponential mechanism, and its expected score is never
 * lower and up to half nearer to the best. Costs epsilon, pure. Also the law of the largest score under exponential noise (Ding and
 * others 2021, arXiv 2105.07260).
 */
export function permuteAndFlip(of: ChoiceParameters): Choice {
  return choiceBy(of, { mechanism: "permute-and-flip", ...storedChoice(of) }, drawPermuteAndFlip);
}

/**
 * In a random order, the first option whose coin of probability exp(-rate * gap) falls well. The best one's always does. The
 * coins after it are flipped too: how many there were to flip would tell more of the scores than the choice does.
 */
export function drawPermuteAndFlip(words: Words, scores: readonly bigint[], rate: Rational): number {
  const gaps = gapsOf(scores);
  const order = uniformOrder(words, gaps.length);
  const [first] = order.filter((at) => lazyBernoulliExp(words, gaps[at]! * rate.num, rate.den));
  return first ?? order[0]!;
}
