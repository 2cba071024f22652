// An epsilon that one training run shows: Steinke, Nasr and Jagielski 2023 (arXiv 2305.08846), "Privacy auditing with one (1)
// training run". Each of many examples was put in by a fair coin, and somebody guesses the coins from what the run released.
// Under (epsilon, delta) differential privacy of each example the right guesses are hardly more than those of coins that
// fall right with probability e^epsilon / (1 + e^epsilon), so too many right ones show that the promise does not hold.

import { invariant } from "@unseen/base";
import { regularizedBeta } from "./clopper-pearson.ts";

export type Guessed = {
  /** Examples that were put in or left out, each by a fair coin of its own. */
  readonly examples: number;
  /** Of how many the coin was guessed; about the others nothing was said. */
  readonly guesses: number;
  readonly right: number;
};

/**
 * How likely so many right guesses are at most, for whatever (epsilon, delta)-private algorithm and whoever guesses. Small values
 * speak against the promise. In [0, 1].
 */
export function chanceOfGuesses(
  { examples, guesses, right }: Guessed,
  epsilon: number,
  delta: number,
): number {
  requireSound({ examples, guesses, right });
  invariant(
    epsilon >= 0 && delta >= 0 && delta <= 1,
    "a promise has epsilon at least 0 and delta a probability",
  );
  const probability = 1 / (1 + Math.exp(-epsilon));
  const atLeast = (count: number) =>
    count <= 0 ? 1 : regularizedBeta(count, guesses - count + 1, probability);
  const tail = atLeast(right);
  if (delta === 0) return Math.min(1, tail);
  let steepest = 0;
  for (let fewer = 1; fewer <= right; fewer++)
    steepest = Math.max(steepest, (atLeast(right - fewer) - tail) / fewer);
  return Math.min(1, tail + 2 * examples * delta * steepest);
}

/** Where the search ends: no number of guesses that fits in memory shows more. */
const mostEpsilon = 100;

/**
 * An epsilon that the algorithm does not keep for `delta`, wrong with probability `errorRate` at most over the coins and the
 * run. 0 where the guesses show nothing.
 */
export function epsilonShown(guessed: Guessed, delta: number, errorRate: number): number {
  invariant(errorRate > 0 && errorRate < 1, "an error rate lies strictly between 0 and 1");
  const isRefuted = (epsilon: number) => chanceOfGuesses(guessed, epsilon, delta) < errorRate;
  if (!isRefuted(0)) return 0;
  let [refuted, kept] = [0, 1];
  while (kept < mostEpsilon && isRefuted(kept)) [refuted, kept] = [kept, kept + 1];
  for (let step = 0; step < 40; step++) {
    const middle = (refuted + kept) / 2;
    if (isRefuted(middle)) refuted = middle;
    else kept = middle;
  }
  return refuted;
}

function requireSound({ examples, guesses, right }: Guessed): void {
  const isSound =
    [examples, guesses, right].every(Number.isSafeInteger) &&
    right >= 0 &&
    right <= guesses &&
    guesses <= examples &&
    guesses > 0;
  invariant(isSound, "right guesses are among the guesses, and those are about examples");
}
