// A running sum that is told after every step, while the steps still come in: the binary mechanism of Chan, Shi, Song
// 2011, "Private and Continual Release of Statistics", and Dwork, Naor, Pitassi, Rothblum 2010. The proof
// stands in `tree-sums.md`.

import { type Entropy, invariant, Once, Secret } from "@unseen/base";
import { divideRationals, formatRational, type Rational, rational } from "../budget/rational.ts";
import { lazyDiscreteLaplace } from "../samplers/lazy-samplers.ts";
import { UniformWords, type Words } from "../samplers/uniform-words.ts";
import { type Cost, pureCost } from "./cost.ts";
import type { MechanismEvent } from "./mechanism-event.ts";
import { type Released, releasedByMechanism } from "./released.ts";
import { laplaceSumHalfWidthAtLeast } from "./tail-of-sums.ts";

export type RunningSum = {
  readonly event: MechanismEvent;
  /** The whole price, for all steps together. */
  readonly cost: Cost;
  /** One paid event is one beginning: the second time throws. */
  begin(entropy: Entropy): RunningSumSteps;
  /** Of the sum told after any one step. Rounded up. */
  halfWidthAtLeast(confidence: number): bigint;
};

export type RunningSumSteps = {
  /** Takes in one step's sum and tells the noised sum of all steps so far. Throws after the last step. */
  add(step: Secret<bigint>): Released<bigint>;
};

/** Steps fit a binary tree of 32 levels with room; and nobody would wait for more. */
const mostSteps = 2 ** 32;

/** `sensitivity` is the most that one privacy unit moves all steps together, summed over the whole life. */
export function runningSum(of: {
  readonly steps: number;
  readonly sensitivity: bigint;
  readonly epsilon: Rational;
}): RunningSum {
  const { steps, sensitivity, epsilon } = of;
  invariant(
    Number.isSafeInteger(steps) && steps > 0 && steps <= mostSteps,
    "a running sum has 1 to 2^32 steps",
  );
  invariant(sensitivity > 0n, "sums that nobody can move are public and need no mechanism");
  invariant(epsilon.num > 0n && epsilon.den > 0n, "a guarantee has a positive price");
  const levels = Math.floor(Math.log2(steps)) + 1;
  const l1Sensitivity = BigInt(levels) * sensitivity;
  const scale = divideRationals(rational(l1Sensitivity), epsilon);
  const paid = new Once(scale);
  const event: MechanismEvent = {
    mechanism: "discrete-laplace",
    scale: formatRational(scale),
    l1Sensitivity: l1Sensitivity.toString(),
    dimension: steps,
  };
  return Object.freeze({
    event: Object.freeze(event),
    cost: pureCost(epsilon),
    begin: (entropy: Entropy) => runningSteps(new UniformWords(entropy), paid.take(), steps),
    halfWidthAtLeast(confidence: number) {
      invariant(confidence > 0 && confidence < 1, "a confidence lies strictly between 0 and 1");
      return laplaceSumHalfWidthAtLeast(scale, levels, confidence);
    },
  });
}

/** A block of 2^level steps that ended at the latest step divisible by it: its exact sum, and with noise. */
type Block = { readonly exact: bigint; readonly noised: bigint };

export function runningSteps(words: Words, scale: Rational, steps: number): RunningSumSteps {
  let taken = 0;
  let blocks: readonly (Block | undefined)[] = [];
  return Object.freeze({
    add(step: Secret<bigint>) {
      invariant(taken < steps, "a running sum ends with the steps that it was priced for");
      taken += 1;
      // Like adding one to a binary counter: full blocks below merge with the step into one new block, and each
      // block is noised once, when it is made.
      let level = 0;
      let exact = Secret.reveal(step);
      for (; blocks[level] !== undefined; level++) exact += blocks[level]!.exact;
      const merged: Block = { exact, noised: exact + lazyDiscreteLaplace(words, scale) };
      blocks = [...Array<undefined>(level).fill(undefined), merged, ...blocks.slice(level + 1)];
      return releasedByMechanism(blocks.reduce((sum, block) => sum + (block?.noised ?? 0n), 0n));
    },
  });
}
