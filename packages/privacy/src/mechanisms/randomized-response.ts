// Randomized response: Warner 1965 for two options; Kairouz, Bonawitz, Ramage 2016 (arXiv 1602.07387), for
// k. Each person's own answer is noised before it leaves the person. The proof stands in `randomized-response.md`.

import { type Entropy, invariant, type Once, Secret } from "@unseen/base";
import { formatRational, type Rational, rationalToNumber } from "../budget/rational.ts";
import { lazyBernoulliExp } from "../samplers/lazy-samplers.ts";
import { uniformBelow } from "../samplers/uniform-below.ts";
import { UniformWords, type Words } from "../samplers/uniform-words.ts";
import type { ChoiceEvent } from "./choice-event.ts";
import { type Cost, pureCost } from "./cost.ts";
import { variancePerPerson } from "./local/estimate-counts.ts";
import { type Released, releasedByMechanism } from "./released.ts";

export type RandomizedResponse = {
  readonly event: ChoiceEvent;
  readonly cost: Cost;
  /**
   * What this person reports: the truth with probability e^eps / (e^eps + k - 1), each other option with
   * 1 / (e^eps + k - 1). The truth comes once, because two reports of one truth would cost twice.
   */
  respond(truth: Once<Secret<number>>, entropy: Entropy): Released<number>;
  /** Unbiased estimates of how many people hold each option, from how many reported it. May be negative. */
  estimate(reported: readonly number[]): readonly number[];
  /** Standard deviation of one estimate, in people, at most: over all ways that `people` people could be spread. */
  deviationAtLeast(people: number): number;
  /** Variance of one estimate over the number of people, for an option that `share` of them hold. */
  varianceEach(share: number): number;
};

/** Beyond this a report costs too many tries; local hashing is the tool for larger domains. */
const mostOptions = 65_536;

/** `options` >= 2 possible answers, numbered from 0. Costs each person epsilon, pure, even against who collects. */
export function randomizedResponse(of: {
  readonly options: number;
  readonly epsilon: Rational;
}): RandomizedResponse {
  const { options, epsilon } = of;
  invariant(
    Number.isSafeInteger(options) && options >= 2 && options <= mostOptions,
    "a response has between 2 and 65536 options",
  );
  invariant(epsilon.num > 0n && epsilon.den > 0n, "a guarantee has a positive price");
  const lie = Math.exp(-rationalToNumber(epsilon));
  const truthful = 1 / (1 + (options - 1) * lie);
  const other = lie * truthful;
  const event: ChoiceEvent = {
    mechanism: "randomized-response",
    epsilon: formatRational(epsilon),
    options,
  };
  return Object.freeze({
    event: Object.freeze(event),
    cost: pureCost(epsilon),
    respond(truth: Once<Secret<number>>, entropy: Entropy) {
      const held = Secret.reveal(truth.take());
      invariant(Number.isSafeInteger(held) && held >= 0 && held < options, "a truth is one of the options");
      const words = new UniformWords(entropy);
      const report = drawResponse(words, held, options, epsilon);
      words.discard();
      return releasedByMechanism(report);
    },
    estimate(reported: readonly number[]) {
      invariant(reported.length === options, "there is one count of reports for each option");
      const people = reported.reduce((sum, count) => sum + count, 0);
      return Object.freeze(reported.map((count) => (count - people * other) / (truthful - other)));
    },
    deviationAtLeast(people: number) {
      // An estimate's variance is largest at one of the ends, or, for two options, is the same everywhere.
      const nearer = Math.max(truthful * (1 - truthful), other * (1 - other));
      return Math.sqrt(people * nearer) / (truthful - other);
    },
    varianceEach: (share: number) => variancePerPerson({ held: truthful, other }, share),
  });
}

/** A uniform option is kept if it is the truth, and with probability exp(-epsilon) if not: at most k tries on average. */
export function drawResponse(words: Words, truth: number, options: number, epsilon: Rational): number {
  for (;;) {
    const option = Number(uniformBelow(words, BigInt(options)));
    if (option === truth || lazyBernoulliExp(words, epsilon.num, epsilon.den)) return option;
  }
}
