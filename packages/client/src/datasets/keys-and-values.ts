// One offer for two questions: which keys may be shown, and then the numbers of each.

import type { Problem } from "@unseen/base";
import type { KeysAnswer } from "./keys-answer.ts";
import type { Loss, Offer } from "./offer.ts";

export type SplitOffer = { readonly keys: Offer; readonly values: Offer };

/** Budgets are counted in whole billionths. */
const nanos = 1e9;

/**
 * Half of the epsilon and the whole delta go to the keys, the other half of the epsilon to the numbers, whose guarantee is
 * then pure. To a whole billionth, so that the two parts add up to the offer. Without a delta the keys are refused.
 */
export function splitOffer({ epsilon, delta }: Offer): SplitOffer {
  const whole = Math.round(Number(epsilon) * nanos);
  const half = Math.floor(whole / 2);
  return {
    keys: { epsilon: decimal(half), ...(delta === undefined ? {} : { delta }) },
    values: { epsilon: decimal(whole - half) },
  };
}

/** What is not a number stays one, and the owner's node refuses it in its own words. */
function decimal(billionths: number): string {
  if (!Number.isSafeInteger(billionths) || billionths < 0) return String(billionths / nanos);
  return `${Math.floor(billionths / nanos)}.${String(billionths % nanos).padStart(9, "0")}`;
}

/** The name of the charge for the keys follows from the other's, so that asking both again costs nothing. */
export function keysAskId(askId: string): string {
  return `${askId.slice(0, 59)}-keys`;
}

export function lossOfBoth(keys: KeysAnswer, spent: Loss): Loss {
  // Sums of decimals such as 0.1 and 0.2 are shown as they are written.
  const sum = (one: number, other: number) => Number((one + other).toPrecision(15));
  return { epsilon: sum(keys.spent.epsilon, spent.epsilon), delta: sum(keys.spent.delta, spent.delta) };
}

/** The keys were paid for and are not lost: under the same name they are free. */
export function afterPaidKeys(problem: Problem, askId: string): Problem {
  const hint = `${problem.hint === undefined ? "" : `${problem.hint}; `}the keys were charged: with askId: "${askId}" they are not charged again`;
  return { ...problem, hint, facts: { ...problem.facts, askId } };
}
