// The exponential mechanism: McSherry and Talwar 2007, "Mechanism Design via Differential Privacy".
// The proof stands in `exponential.md`.

import type { Rational } from "../budget/rational.ts";
import { lazyBernoulliExp } from "../samplers/lazy-samplers.ts";
import { uniformBelow } from "../samplers/uniform-below.ts";
import type { Words } from "../samplers/uniform-words.ts";
import { type Choice, type ChoiceParameters, choiceBy, gapsOf, storedChoice } from "./choice.ts";

/**
 * Chooses option i with probability proportional to exp(rate * score_i), where rate is epsilon / (2 sensitivity), or
 * epsilon / sensitivity for monotone scores. Costs epsilon, pure. Prefer `permuteAndFlip`, which is never worse.
 */
export function exponentialChoice(of: ChoiceParameters): Choice {
  return choiceBy(of, { mechanism: "exponential", ...storedChoice(of) }, drawExponential);
}

/** An option drawn uniformly is kept with probability exp(-rate * gap): `options` tries on average at most. */
export function drawExponential(words: Words, scores: readonly bigint[], rate: Rational): number {
  const gaps = gapsOf(scores);
  for (;;) {
    const at = Number(uniformBelow(words, BigInt(gaps.length)));
    if (lazyBernoulliExp(words, gaps[at]! * rate.num, rate.den)) return at;
  }
}
