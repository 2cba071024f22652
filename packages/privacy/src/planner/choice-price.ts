// What a choice costs out of its cut's share of the price. The mechanisms that choose are pure; under a concentrated
// share each takes the largest epsilon whose epsilon^2 / 2 fits (Bun and Steinke 2016, Proposition 1.4).

import { invariant } from "@unseen/base";
import type { ChoiceRule } from "@unseen/program";
import {
  divideRationals,
  floorSquareRoot,
  fromDoubleRoundedDown,
  type Rational,
  rational,
  rationalToNumber,
} from "../budget/rational.ts";
import type { ChoiceEvent } from "../mechanisms/choice-event.ts";

/** One cut's share of a price, exactly. */
export type Share =
  | { readonly kind: "pure"; readonly epsilon: Rational }
  | { readonly kind: "concentrated"; readonly rho: Rational };

export type ChoiceLoss = {
  readonly mechanism: Extract<ChoiceEvent["mechanism"], "permute-and-flip" | "above-threshold">;
  /** How many mechanisms run, one after the other, and what each loses. */
  readonly count: number;
  readonly epsilonEach: Rational;
};

export function choiceLoss(rule: ChoiceRule, share: Share): ChoiceLoss {
  const mechanism = rule.by === "threshold" ? "above-threshold" : "permute-and-flip";
  const count = rule.by === "greatest" ? rule.count : 1;
  const parts = rational(BigInt(count));
  const epsilonEach =
    share.kind === "pure"
      ? divideRationals(share.epsilon, parts)
      : epsilonAtMost(divideRationals(share.rho, parts));
  return { mechanism, count, epsilonEach };
}

/** Digits of the root beyond those of rho, and digits that are kept, as of rho itself (`concentrated.ts`). */
const rootBits = 128n;
const keptBits = 45;
/** What the ledger rounds up where it writes a loss as a double, and more: the event still fits into the share. */
const room = 2 ** -46;

/** The largest epsilon, rounded down, with epsilon^2 / 2 <= rho. */
export function epsilonAtMost({ num, den }: Rational): Rational {
  const root = rational(floorSquareRoot((num << (2n * rootBits + 1n)) / den), 1n << rootBits);
  const epsilon = fromDoubleRoundedDown(rationalToNumber(root) * (1 - room), keptBits);
  invariant(epsilon.num > 0n, "every share of an offer that parses buys a positive epsilon");
  return epsilon;
}
