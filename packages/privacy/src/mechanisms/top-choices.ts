// The k best options by peeling: choose one, take it out, choose again. Durfee and Rogers 2019 (arXiv 1905.04273);
// each choice is a mechanism of its own on what is left, and their losses add up.

import { type Entropy, invariant, Secret } from "@unseen/base";
import { divideRationals, type Rational, rational } from "../budget/rational.ts";
import type { ChoiceParameters } from "./choice.ts";
import type { ChoiceEvent } from "./choice-event.ts";
import { type Cost, pureCost } from "./cost.ts";
import { permuteAndFlip } from "./permute-and-flip.ts";
import { type Released, releasedByMechanism } from "./released.ts";

export type TopChoices = {
  /** One event a choice, in order. */
  readonly events: readonly ChoiceEvent[];
  readonly cost: Cost;
  /** `count` different indices, the first chosen first. The asker learns the indices and their order. */
  choose(scores: Secret<BigInt64Array>, entropy: Entropy): Released<readonly number[]>;
  /** With the confidence asked for, each chosen score lies within this of the best that was left. Rounded up. */
  shortfallAtLeast(confidence: number): bigint;
};

/** `count` of the options by permute-and-flip, each at epsilon / count, exactly. Costs epsilon, pure. */
export function topChoices(of: ChoiceParameters & { readonly count: number }): TopChoices {
  const { count, epsilon } = of;
  invariant(
    Number.isSafeInteger(count) && count > 0 && count <= of.options,
    "between one and all of the options are chosen",
  );
  const each: Rational = divideRationals(epsilon, rational(BigInt(count)));
  const choices = Array.from({ length: count }, (_, taken) =>
    permuteAndFlip({ ...of, epsilon: each, options: of.options - taken }),
  );
  return Object.freeze({
    events: choices.map(({ event }) => event),
    cost: pureCost(epsilon),
    choose(scores: Secret<BigInt64Array>, entropy: Entropy) {
      const exact = Secret.reveal(scores);
      invariant(exact.length === of.options, "a choice is among as many options as it was priced for");
      const left = Array.from(exact, (_, at) => at);
      const chosen: number[] = [];
      for (const choice of choices) {
        const still = Secret.of(BigInt64Array.from(left, (at) => exact[at]!));
        chosen.push(...left.splice(choice.choose(still, entropy).value, 1));
      }
      return releasedByMechanism(Object.freeze(chosen));
    },
    // The first choice has the most options to go wrong with; the chances of all add up.
    shortfallAtLeast: (confidence: number) => choices[0]!.shortfallAtLeast(1 - (1 - confidence) / count),
  });
}
