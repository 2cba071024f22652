// What a run of noised votes cost its own data, in a form that may be told. Papernot and others 2018 (arXiv 1802.08908),
// Theorem 23: the data-dependent loss plus Gaussian noise as wide as its smooth sensitivity. What is added here, with the
// proof beside this file in `smoothed-epsilon.md`: the noise is exact and its grid public, the width is told too, noised,
// so that the answer is an upper bound and not a guess, and no parameter looks at the votes.

import { type Entropy, invariant, Secret } from "@unseen/base";
import { fromDoubleRoundedDown, type Rational, rational } from "../../budget/rational.ts";
import { type Released, releasedByMechanism } from "../../mechanisms/released.ts";
import { DiscreteGaussian } from "../../samplers/discrete-gaussian.ts";
import { UniformWords } from "../../samplers/uniform-words.ts";
import { epsilonFromRdp } from "../rdp/conversions.ts";
import { gaussianVoteRdp, independentThresholdRdp, independentVoteRdp, thresholdRdp } from "./vote-rdp.ts";
import { sensitivityConditions, thresholdSensitivities, voteSensitivities } from "./vote-sensitivity.ts";
import { logLoserWinsGaussian, logRarerAnswer } from "./winner-odds.ts";

/** One array of counts for each query: how many teachers voted for each option. */
export type Votes = readonly (readonly number[])[];

export type VotedRun = {
  readonly votes: Secret<Votes>;
  /** Public: each teacher votes once a query. */
  readonly teachers: number;
  readonly options: number;
  readonly queries: number;
  /** Standard deviation of the noise on each count. */
  readonly noise: number;
  /** For Confident-GNMax: the test before each vote. */
  readonly threshold?: { readonly votes: number; readonly noise: number };
};

export type SmoothedEpsilon = {
  /** The order at which everything was counted; chosen without looking at votes. */
  readonly order: number;
  /** Epsilon at the delta that was asked for, of the votes and of this very answer; true but for one run in a thousand. */
  readonly epsilonAtMost: number;
  /** The same without the margin for the noise: as often too low as too high. */
  readonly estimate: number;
  /** Whatever the votes were, and without this answer. Nothing private is in it. */
  readonly independent: number;
};

/** Both noises stay below so many deviations but for 2 * 4.9e-4 of all runs. */
const deviations = 3.3;
/** Of the noise's grid: so many steps a deviation, the largest that the fast sampler takes. */
const stepBits = 40n;
/** The answer's grid, and the least width, as a share of the largest width. */
const share = 2 ** -20;
/** What the grids add to the logarithm of any probability, each way. */
const unevenness = 2 ** -16;
/** Room for the rounding of doubles in the logarithm of a width: 1e-11 of the largest width, over the least. */
const smoothingRoom = 2 ** -14;

/**
 * The data-dependent Rényi loss of all queries at this order. It says how much the teachers agreed, so it is as secret
 * as the votes. Every query pays for its test and its vote, answered or not: weighing by the chance of an answer, as is
 * often plotted, is the cost on average and no bound.
 */
export function voteLoss(run: VotedRun, order: number): Secret<number> {
  return Secret.of(lossOf(run, expectVotes(run), order));
}

/**
 * Costs, beside the votes: `releaseCost` of Rényi divergence at `order` (told half by the loss, half by its width) and
 * what smoothing costs. `order` above 1 and `releaseCost` above 0 must not be chosen by looking at votes. Throws where
 * the sensitivity is not bounded for these parameters, which depends on nothing private. Time depends on the votes and
 * is not hidden: tell it where nobody measures. About 15 ms a query at a thousand teachers.
 */
export function smoothedVoteEpsilon(
  run: VotedRun,
  told: { readonly order: number; readonly delta: number; readonly releaseCost: number },
  entropy: Entropy,
): Released<SmoothedEpsilon> {
  const { order, delta, releaseCost } = told;
  invariant(order > 1 && delta > 0 && delta < 1 && releaseCost > 0, "an order, a delta and a cost are given");
  invariant(sensitivityIsBounded(run, order), "the loss has a known sensitivity for this noise and order");
  const votes = expectVotes(run);
  const most = independentLoss(run, order);

  const smoothing = smoothingOf(order);
  const spread = Math.sqrt((2 * order * Math.exp(2 * (smoothing + smoothingRoom))) / releaseCost);
  const widthSpread = Math.sqrt(order / releaseCost);
  const loss = lossOf(run, votes, order);
  const width = smoothSensitivity(run, votes, order, smoothing) + most * share;

  const words = new UniformWords(entropy);
  const unit = fromDoubleRoundedDown(most * spread * share, 20);
  const noise = new DiscreteGaussian(rational(1n << (2n * stepBits))).draw(words);
  const noised = Number(gridPoint(loss, width * spread, noise, unit)) * toNumber(unit);
  // ln(width) moves by less than one step of this grid and a rounding: by 1 + 1 steps at most with the room.
  const logStep = smoothing + smoothingRoom;
  const logNoise = new DiscreteGaussian(fromDoubleRoundedDown(widthSpread ** 2 * 4 ** 20)).draw(words);
  const logWidth =
    ((Math.round((Math.log(width) / logStep) * 2 ** 20) + Number(logNoise)) / 2 ** 20) * logStep;
  words.discard();

  const widthAtMost = Math.min(most * 2, Math.exp(logWidth + deviations * widthSpread * logStep));
  const margin = deviations * spread * widthAtMost + toNumber(unit);
  const cost = tellingCost(order, releaseCost);
  const epsilonOf = (rdp: number) =>
    epsilonFromRdp(Float64Array.of(order), Float64Array.of(rdp), delta, "canonneKamathSteinke2020").value;
  const clamped = (rdp: number) => Math.min(most, Math.max(0, rdp));
  return releasedByMechanism(
    Object.freeze({
      order,
      epsilonAtMost: epsilonOf(clamped(noised + margin) + cost),
      estimate: epsilonOf(clamped(noised) + cost),
      independent: epsilonOf(most),
    }),
  );
}

/** Whether `smoothedVoteEpsilon` can tell anything for these parameters. Depends on no vote. */
export function sensitivityIsBounded(run: Omit<VotedRun, "votes">, order: number): boolean {
  const { curveGrows, stepGrows } = sensitivityConditions({ sigma: run.noise, order, options: run.options });
  return curveGrows && stepGrows;
}

/** Rényi divergence at `order` of the telling alone: what `releaseCost` pays for, what smoothing costs, and the grids. */
export function tellingCost(order: number, releaseCost: number): number {
  const smoothing = smoothingOf(order) + smoothingRoom;
  return releaseCost * (1 + 2 ** -18) + smoothingCost(order, smoothing) + gridCost(order);
}

function smoothingOf(order: number): number {
  return 0.4 / order;
}

/** Gaussian noise with smooth sensitivity, without the part of the noise itself: 1 < order < 1 / (2 smoothing). */
export function smoothingCost(order: number, smoothing: number): number {
  return (smoothing * order - Math.log1p(-2 * order * smoothing) / 2) / (order - 1);
}

function gridCost(order: number): number {
  return ((2 * order - 1) / (order - 1)) * unevenness;
}

/** The Rényi loss of all queries at this order, whatever the votes. */
export function independentLoss(run: Omit<VotedRun, "votes">, order: number): number {
  const { threshold } = run;
  const test = threshold === undefined ? 0 : independentThresholdRdp(threshold.noise, order);
  return run.queries * (test + independentVoteRdp(run.noise, order));
}

function lossOf(run: VotedRun, votes: Votes, order: number): number {
  const { threshold } = run;
  return votes.reduce((sum, counts) => {
    const vote = gaussianVoteRdp(logLoserWinsGaussian(counts, run.noise), run.noise, order);
    if (threshold === undefined) return sum + vote;
    const rarer = logRarerAnswer(Math.max(...counts), threshold.votes, threshold.noise);
    return sum + vote + thresholdRdp(rarer, threshold.noise, order);
  }, 0);
}

/** The most, over distances d, of e^(-smoothing d) times what one more teacher moves the loss by at d. */
export function smoothSensitivity(run: VotedRun, votes: Votes, order: number, smoothing: number): number {
  const { teachers, options, noise, threshold } = run;
  const total = new Float64Array(teachers);
  for (const counts of votes) {
    const parts = [voteSensitivities(counts, teachers, { sigma: noise, order, options })];
    if (threshold !== undefined) {
      const test = { sigma: threshold.noise, order };
      parts.push(thresholdSensitivities(Math.max(...counts), teachers, threshold.votes, test));
    }
    for (const part of parts) for (const [distance, each] of part.entries()) total[distance]! += each;
  }
  return total.reduce((most, each, distance) => Math.max(most, Math.exp(-smoothing * distance) * each), 0);
}

/** floor((loss + width * noise / 2^stepBits) / unit), in fractions: no double is rounded where the grid could show it. */
function gridPoint(loss: number, width: number, noise: bigint, unit: Rational): bigint {
  const [base, step] = [fromDoubleRoundedDown(loss), fromDoubleRoundedDown(width)];
  const num = (base.num * step.den * (1n << stepBits) + base.den * step.num * noise) * unit.den;
  const den = base.den * step.den * (1n << stepBits) * unit.num;
  const cut = num / den;
  return num < 0n && cut * den !== num ? cut - 1n : cut;
}

function toNumber({ num, den }: Rational): number {
  return Number(num) / Number(den);
}

/** What a mechanism may count on: every teacher voted once in each query. Throws where one did not. */
export function expectVotes(run: Pick<VotedRun, "votes" | "teachers" | "options" | "queries">): Votes {
  const votes = Secret.reveal(run.votes);
  const isSound = (counts: readonly number[]) =>
    counts.length === run.options &&
    counts.every((count) => Number.isSafeInteger(count) && count >= 0) &&
    counts.reduce((sum, count) => sum + count, 0) === run.teachers;
  invariant(votes.length === run.queries && run.options >= 2, "there is one count of votes for each query");
  invariant(votes.every(isSound), "each teacher votes once a query");
  return votes;
}
