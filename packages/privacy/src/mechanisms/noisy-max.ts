// Report noisy max: Dwork and Roth 2014, section 3.3 (Claim 3.9), with integer noise, so that ties happen and are
// settled in an order that was drawn without looking at the scores. The proof stands in `noisy-max.md`.

import { divideRationals, type Rational, rational } from "../budget/rational.ts";
import { geometric } from "../samplers/geometric.ts";
import { lazyDiscreteLaplace } from "../samplers/lazy-samplers.ts";
import { uniformOrder } from "../samplers/uniform-below.ts";
import type { Words } from "../samplers/uniform-words.ts";
import { type Choice, type ChoiceParameters, choiceBy, oneSidedShortfall, storedChoice } from "./choice.ts";
import { laplaceHalfWidthAtLeast } from "./half-width.ts";
import { permuteAndFlip } from "./permute-and-flip.ts";

/** Two-sided discrete Laplace, one-sided geometric, or one-sided exponential noise. */
export type MaxNoise = "discrete-laplace" | "geometric" | "exponential";

/**
 * The option whose score is largest after noise; never the noised score itself, which would cost more. Costs
 * epsilon, pure. Exponential noise has the law of permute-and-flip, whose event it therefore records, and is the
 * most accurate of the three.
 */
export function noisyMax(of: ChoiceParameters & { readonly noise: MaxNoise }): Choice {
  const { noise } = of;
  if (noise === "exponential") return permuteAndFlip(of);
  const event = { mechanism: "noisy-max", noise, ...storedChoice(of) } as const;
  return noise === "geometric"
    ? choiceBy(of, event, drawNoisyMax(geometric))
    : choiceBy(of, event, drawNoisyMax(lazyDiscreteLaplace), twoSidedShortfall);
}

export function drawNoisyMax(noise: (words: Words, scale: Rational) => bigint) {
  return (words: Words, scores: readonly bigint[], rate: Rational): number => {
    const scale = divideRationals(rational(1n), rate);
    const noised = scores.map((score) => score + noise(words, scale));
    const [first, ...rest] = uniformOrder(words, scores.length);
    return rest.reduce((best, at) => (noised[at]! > noised[best]! ? at : best), first!);
  };
}

/** Where no noise is larger than w, the shortfall is at most 2w; each is, but for (1 - confidence) / options. */
function twoSidedShortfall(confidence: number, rate: Rational, options: number): bigint {
  if (options === 1) return 0n;
  const each = 1 - (1 - confidence) / options;
  // Past the digits of a double the one-sided bound for twice as many options, twice over, is used instead.
  return each < 1
    ? 2n * laplaceHalfWidthAtLeast(divideRationals(rational(1n), rate), each)
    : 2n * oneSidedShortfall(confidence, rate, 2 * options + 1);
}
