// The staircase mechanism on whole numbers: Geng and Viswanath 2014 (arXiv 1212.1186). Noise whose probability falls in
// steps, one every `sensitivity`, instead of at each number: smaller than Laplace noise where epsilon is large. The proof
// stands in `staircase.md`.

import { type Entropy, invariant, Secret } from "@unseen/base";
import { formatRational, type Rational, rational, rationalToNumber } from "../budget/rational.ts";
import { geometric } from "../samplers/geometric.ts";
import { drawSign, lazyBernoulliExp } from "../samplers/lazy-samplers.ts";
import { uniformBelow } from "../samplers/uniform-below.ts";
import { UniformWords, type Words } from "../samplers/uniform-words.ts";
import type { ChoiceEvent } from "./choice-event.ts";
import { type Cost, pureCost } from "./cost.ts";
import { type Released, releasedByMechanism } from "./released.ts";

export type Staircase = {
  readonly event: ChoiceEvent;
  readonly cost: Cost;
  /** Width of the highest step, in grid units: 1 to the sensitivity. */
  readonly firstStep: bigint;
  /** One exact sum with noise. Not cut to 64 bits. */
  release(sum: Secret<bigint>, entropy: Entropy): Released<bigint>;
  /** Mean of |noise| in grid units: how far off an answer is on average. */
  readonly meanError: number;
};

/** A draw takes about e^(epsilon / 2) tries. */
const mostEpsilon = 10n;

/**
 * For ONE sum that one privacy unit moves by at most `sensitivity` >= 1 grid units; epsilon above 0 and at most 10. The
 * first step is the best for the mean error. Costs epsilon, pure. At sensitivity 1 it is discrete Laplace noise.
 */
export function staircase(of: { readonly sensitivity: bigint; readonly epsilon: Rational }): Staircase {
  const { sensitivity, epsilon } = of;
  invariant(sensitivity >= 1n, "a staircase is for a sum that somebody moves");
  invariant(
    epsilon.num > 0n && epsilon.den > 0n && epsilon.num <= mostEpsilon * epsilon.den,
    "a staircase has a price above 0 and at most 10",
  );
  const firstStep = bestFirstStep(sensitivity, rationalToNumber(epsilon));
  const event: ChoiceEvent = {
    mechanism: "staircase",
    epsilon: formatRational(epsilon),
    sensitivity: sensitivity.toString(),
    firstStep: firstStep.toString(),
  };
  return Object.freeze({
    event: Object.freeze(event),
    cost: pureCost(epsilon),
    firstStep,
    release(sum: Secret<bigint>, entropy: Entropy) {
      const words = new UniformWords(entropy);
      const noised = Secret.reveal(sum) + drawStaircase(words, sensitivity, firstStep, epsilon);
      words.discard();
      return releasedByMechanism(noised);
    },
    meanError: meanErrorOf(Number(sensitivity), Number(firstStep), rationalToNumber(epsilon)),
  });
}

/** A flight by geometric lot, a place in it, a sign: minus zero is drawn again, or zero would come up twice as often. */
export function drawStaircase(
  words: Words,
  sensitivity: bigint,
  firstStep: bigint,
  epsilon: Rational,
): bigint {
  const perFlight = rational(epsilon.den, epsilon.num);
  for (;;) {
    const place = uniformBelow(words, sensitivity);
    if (place >= firstStep && !lazyBernoulliExp(words, epsilon.num, epsilon.den)) continue;
    const magnitude = geometric(words, perFlight) * sensitivity + place;
    const isNegative = drawSign(words);
    if (isNegative && magnitude === 0n) continue;
    return isNegative ? -magnitude : magnitude;
  }
}

/** Near sensitivity / (1 + e^(epsilon / 2)), whichever neighbour errs less. Any step is private, so a double may choose. */
function bestFirstStep(sensitivity: bigint, epsilon: number): bigint {
  // For huge sensitivities the ratio is enough: one grid unit more or less changes nothing that can be seen.
  const ideal = BigInt(Math.floor(2 ** 40 / (1 + Math.exp(epsilon / 2))));
  const near = (sensitivity * ideal) >> 40n;
  const candidates = [near, near + 1n].map((step) =>
    step < 1n ? 1n : step > sensitivity ? sensitivity : step,
  );
  const errorOf = (step: bigint) => meanErrorOf(Number(sensitivity), Number(step), epsilon);
  return errorOf(candidates[0]!) <= errorOf(candidates[1]!) ? candidates[0]! : candidates[1]!;
}

/** Sum of |x| over the law, in closed form: flights are geometric, places within them weigh 1 or e^-epsilon. */
function meanErrorOf(sensitivity: number, firstStep: number, epsilon: number): number {
  const fall = Math.exp(-epsilon);
  const low = sensitivity - firstStep;
  const weight = firstStep + fall * low;
  const places = (firstStep * (firstStep - 1)) / 2 + fall * ((low * (firstStep + sensitivity - 1)) / 2);
  // Over one side: sums of fall^k and of k fall^k.
  const oneSide = (places + (weight * sensitivity * fall) / (1 - fall)) / (1 - fall);
  return (2 * oneSide) / ((2 * weight) / (1 - fall) - 1);
}
