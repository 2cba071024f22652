// What an (epsilon, delta) promise means for one person: how well anybody, with any knowledge and any computer, can
// tell from the answers whether that person is in the data. Wasserman and Zhou 2010; Kairouz, Oh, Viswanath 2015
// (arXiv 1311.0776), on what a promise means for a test.

import { invariant } from "@unseen/base";

export type PrivacyPromise = { readonly epsilon: number; readonly delta: number };

/**
 * The largest true-positive rate of any test for "this person is in the data" that is wrong about absent people at
 * the rate `falsePositiveRate`: the lesser of e^eps a + delta and 1 - e^-eps (1 - a - delta), held to [0, 1].
 */
export function truePositiveRateAtMost(
  { epsilon, delta }: PrivacyPromise,
  falsePositiveRate: number,
): number {
  invariant(
    epsilon >= 0 && delta >= 0 && delta <= 1,
    "a promise has epsilon at least 0 and delta a probability",
  );
  invariant(falsePositiveRate >= 0 && falsePositiveRate <= 1, "a rate lies between 0 and 1");
  const steep = Math.exp(epsilon) * falsePositiveRate + delta;
  const flat = 1 - Math.exp(-epsilon) * (1 - falsePositiveRate - delta);
  return Math.min(1, steep, flat);
}

/** What somebody who held `before` for the probability may hold at most after the answers; delta must be 0. */
export function beliefAtMost(epsilon: number, before: number): number {
  invariant(epsilon >= 0, "a promise has epsilon at least 0");
  invariant(before > 0 && before < 1, "a belief that can change lies strictly between 0 and 1");
  const odds = Math.exp(epsilon) * (before / (1 - before));
  return odds === Number.POSITIVE_INFINITY ? 1 : odds / (1 + odds);
}

/** The largest share of right guesses about a person who is in the data or not by a fair coin. */
export function rightGuessesAtMost({ epsilon, delta }: PrivacyPromise): number {
  return (Math.exp(epsilon) + delta) / (1 + Math.exp(epsilon));
}
