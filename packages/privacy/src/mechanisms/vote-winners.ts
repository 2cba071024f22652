// Which option wins each query, after noise. Gaussian noise lies on a grid of 2^38 steps or more a deviation, so that it has
// real noise's density but for the factor that `noised-votes.md` bounds; Laplace noise is drawn on whole votes.

import { type Entropy, Secret } from "@unseen/base";
import type { Votes } from "../accounting/pate/smoothed-epsilon.ts";
import { divideRationals, fromDoubleRoundedDown, rational } from "../budget/rational.ts";
import { DiscreteGaussian } from "../samplers/discrete-gaussian.ts";
import { drawSign } from "../samplers/lazy-samplers.ts";
import { uniformOrder } from "../samplers/uniform-below.ts";
import { UniformWords } from "../samplers/uniform-words.ts";
import { noisyMax } from "./noisy-max.ts";

export type VoteAggregator =
  /** LNMax: Laplace noise of scale `noise` votes on each count. */
  | { readonly kind: "laplace"; readonly noise: number }
  /** GNMax: Gaussian noise of standard deviation `noise` votes on each count. */
  | { readonly kind: "gaussian"; readonly noise: number }
  /**
   * Confident-GNMax: only where the most voted count, with its own noise, reaches `threshold.votes`. Queries are taken in
   * order, and none is looked at after `mostAnswered` answers.
   */
  | {
      readonly kind: "confident";
      readonly noise: number;
      readonly threshold: { readonly votes: number; readonly noise: number };
      readonly mostAnswered: number;
    }
  /**
   * Interactive-GNMax: only where the teachers disagree with a student. Its public scores of the options, from 0 to 1, times the
   * number of teachers are taken from the counts; the greatest difference, with its own noise, has to reach `threshold.votes`.
   * Otherwise the student is told that it may keep what it thinks.
   */
  | {
      readonly kind: "interactive";
      readonly noise: number;
      readonly threshold: { readonly votes: number; readonly noise: number };
      readonly mostAnswered: number;
    };

/** A student's scores of the options, for each query: public. */
export type Scores = readonly ArrayLike<number>[];

/** In place of a winner, where too few agreed, or enough had been answered. */
export const unanswered = -1;
/** In place of a winner, where teachers do not disagree with the student. */
export const undisputed = -2;

/** Steps in a deviation are from 2^38 to 2^39: the sampler is fast up to 2^40. */
const stepBits = 38;
/** No draw lies beyond so many deviations but for 2 e^-800. */
const farthest = 40;
/** Of the logarithm of one draw's density within `farthest` deviations; 1 more than the proof's half of it, for rounding. */
export const voteUnevenness = (farthest / 2 + 1) * 2 ** -stepBits;

export function isVoteNoise(noise: number): boolean {
  return noise >= 2 ** -10 && noise <= 2 ** 20;
}

/** The least noise of at least this deviation that is a whole number of the grid's steps. */
export function onVoteGrid(noise: number): number {
  const steps = 2 ** stepBitsOf(noise);
  return Math.ceil(noise * steps) / steps;
}

export type Winners = (votes: Votes, scores: Scores | undefined) => number[];

/** Draws the winners of a run, of which one person moves one vote in each query, one stretch of queries after another. */
export function winnersOf(aggregator: VoteAggregator, { options, teachers }: Voters) {
  const each =
    aggregator.kind === "laplace"
      ? laplaceWinner(aggregator.noise, options)
      : gaussianWinner(aggregator.noise);
  const hasTest = aggregator.kind === "confident" || aggregator.kind === "interactive";
  const passes = hasTest ? thresholdTest(aggregator.threshold) : () => true;
  const most = hasTest ? aggregator.mostAnswered : Number.POSITIVE_INFINITY;
  const failed = aggregator.kind === "interactive" ? undisputed : unanswered;
  return (entropy: Entropy): Winners => {
    let answered = 0;
    return (votes, scores) => {
      const words = new UniformWords(entropy);
      const expected = scores?.map((own) => Array.from(own, (score) => score * teachers));
      const winners = votes.map((counts, query) => {
        if (answered === most) return unanswered;
        if (!passes(counts, expected?.[query], words)) return failed;
        answered++;
        return each(counts, words, entropy);
      });
      words.discard();
      return winners;
    };
  };
}

type Voters = { readonly options: number; readonly teachers: number };

/** A vote that moves takes one from a count and gives one to another, so the choice is not monotone: 2 / noise a query. */
function laplaceWinner(noise: number, options: number) {
  const epsilon = divideRationals(rational(2n), fromDoubleRoundedDown(noise));
  const choice = noisyMax({
    options,
    sensitivity: 1n,
    isMonotone: false,
    epsilon,
    noise: "discrete-laplace",
  });
  return (counts: readonly number[], _words: UniformWords, entropy: Entropy) =>
    choice.choose(Secret.of(counts.map(BigInt)), entropy).value;
}

/** Equal counts are settled by lot, which is what noise below the grid would do. */
function gaussianWinner(noise: number) {
  const { draw, bits } = gridNoise(noise);
  return (counts: readonly number[], words: UniformWords) => {
    const noised = counts.map((count) => (BigInt(count) << bits) + draw(words));
    const [first, ...rest] = uniformOrder(words, counts.length);
    return rest.reduce((best, at) => (noised[at]! > noised[best]! ? at : best), first!);
  };
}

/** The greatest count, or by how much one exceeds what was expected. Either moves by one at most with one vote. */
function thresholdTest(threshold: { readonly votes: number; readonly noise: number }) {
  const { draw, bits } = gridNoise(threshold.noise);
  const least = BigInt(threshold.votes) << bits;
  return (counts: readonly number[], expected: readonly number[] | undefined, words: UniformWords) => {
    const above = counts.map((count, option) => {
      // What is expected is public: it does no harm to round it.
      const known = expected === undefined ? 0n : BigInt(Math.round(expected[option]! * 2 ** Number(bits)));
      return (BigInt(count) << bits) - known;
    });
    const noised = above.reduce((most, each) => (each > most ? each : most)) + draw(words);
    return noised > least || (noised === least && drawSign(words));
  };
}

function gridNoise(noise: number) {
  const bits = BigInt(stepBitsOf(noise));
  const deviation = BigInt(noise * 2 ** stepBitsOf(noise));
  const sampler = new DiscreteGaussian(rational(deviation * deviation));
  return { bits, draw: (words: UniformWords) => sampler.draw(words) };
}

/** Of a step, as a power of two in one vote. */
function stepBitsOf(noise: number): number {
  return stepBits - Math.floor(Math.log2(noise));
}
