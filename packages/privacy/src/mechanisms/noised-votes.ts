// LNMax, GNMax, Confident-GNMax and Interactive-GNMax of PATE (Papernot and others 2017, arXiv 1610.05755; 2018, arXiv 1802.08908): the noise
// and the price of a whole run in one object. Why Gaussian noise on a fine grid costs what real noise costs and a little,
// which is charged, stands in `noised-votes.md`.

import { type Entropy, invariant, Once, Secret } from "@unseen/base";
import { describeRun, type Run } from "../accounting/describe-run.ts";
import { gdpAccountant } from "../accounting/gdp.ts";
import {
  expectVotes,
  independentLoss,
  type SmoothedEpsilon,
  sensitivityIsBounded,
  smoothedVoteEpsilon,
  tellingCost,
  type VotedRun,
  type Votes,
} from "../accounting/pate/smoothed-epsilon.ts";
import { PldAccountant } from "../accounting/pld/pld-accountant.ts";
import { pureAccountant } from "../accounting/pure.ts";
import { epsilonFromRdp } from "../accounting/rdp/conversions.ts";
import { afterRelease, type Released, releasedByMechanism } from "./released.ts";
import {
  isVoteNoise,
  onVoteGrid,
  type Scores,
  type VoteAggregator,
  voteUnevenness,
  type Winners,
  winnersOf,
} from "./vote-winners.ts";

export type VoteRules = {
  readonly aggregator: VoteAggregator;
  readonly teachers: number;
  readonly options: number;
  readonly queries: number;
};

/** How what the votes really cost is told: see `smoothedVoteEpsilon`. Chosen without looking at votes. */
export type TellingOfAgreement = { readonly order: number; readonly releaseCost: number };

export type NoisedVotes = {
  /** The run in an accountant's words, true whatever the votes but for what the grid adds, which `epsilonAtLeast` counts. */
  readonly run: Run;
  /**
   * All answers together are (this, delta)-private where one person changes one vote, whatever the votes. With `telling`,
   * the answers and `tellAgreement` together. Infinity where nothing is promised.
   */
  epsilonAtLeast(delta: number, telling?: TellingOfAgreement): number;
  /** The winner of each query, or `unanswered` (-1). One price is one list of answers: the second time throws. */
  answer(votes: Secret<Votes>, entropy: Entropy): Released<readonly number[]>;
  /** The same, one stretch of queries after another, where later ones may depend on what was answered. Shares its one use with `answer`. */
  answerInTurn(entropy: Entropy): AnswersInTurn;
  /** Whether `tellAgreement` can tell anything under these rules: Gaussian noise, and a known sensitivity. */
  canTell(order: number): boolean;
  /** What the answers and this telling cost the people who are there; the second time throws. About 15 ms a query. */
  tellAgreement(
    votes: Secret<Votes>,
    told: TellingOfAgreement & { readonly delta: number },
    entropy: Entropy,
  ): Released<SmoothedEpsilon>;
};

export type AnswersInTurn = {
  /**
   * The winner of each of these queries, `unanswered`, or for an interactive aggregator, which alone takes the student's public
   * `scores`, `undisputed` (-2). Throws after as many queries as were paid for.
   */
  next(votes: Secret<Votes>, scores?: Scores): Released<readonly number[]>;
};

/** A draw beyond `farthest` deviations comes once in e^800; times e^epsilon it has to stay far below every delta. */
const largestEpsilon = 400;
const leastDelta = 1e-100;
/** Of draws: they change the logarithm of no density by more than 2^-10 together. */
const mostDraws = 2 ** 23;
const mostTeachers = 2 ** 20;

/** Whether `noisedVotes` takes these rules. Looks at nothing private. */
export function areVoteRules({ aggregator, teachers, options, queries }: VoteRules): boolean {
  const isCount = (count: number, least: number) => Number.isSafeInteger(count) && count >= least;
  const isSized = isCount(teachers, 1) && isCount(options, 2) && isCount(queries, 1);
  if (!isSized || teachers > mostTeachers || queries * (options + 1) > mostDraws) return false;
  if (!isVoteNoise(aggregator.noise)) return false;
  if (!isTested(aggregator)) return true;
  const { threshold, mostAnswered } = aggregator;
  const isTest = isVoteNoise(threshold.noise) && isCount(threshold.votes, 0) && threshold.votes <= teachers;
  return isTest && isCount(mostAnswered, 1) && mostAnswered <= queries;
}

/** Throws where `areVoteRules` says no. */
export function noisedVotes(of: VoteRules): NoisedVotes {
  invariant(areVoteRules(of), "votes are counted under rules that can be kept");
  const rules = { ...of, aggregator: roundedUp(of.aggregator) };
  const { aggregator, options, queries } = rules;
  const run = runOf(rules);
  const voted = votedOf(rules);
  const answers = new Once(winnersOf(aggregator, rules));
  const tellings = new Once(smoothedVoteEpsilon);
  const canTell = (order: number) =>
    // What a smoothed epsilon rests on is proven of counts alone, without a student's scores.
    (aggregator.kind === "gaussian" || aggregator.kind === "confident") &&
    order > 1 &&
    Number.isFinite(order) &&
    sensitivityIsBounded(voted, order);
  const onGrid = (epsilon: number) =>
    epsilon <= largestEpsilon
      ? epsilon + 2 * queries * (options + 1) * voteUnevenness
      : Number.POSITIVE_INFINITY;
  return Object.freeze({
    run,
    canTell,
    epsilonAtLeast(delta: number, telling?: TellingOfAgreement) {
      invariant(telling === undefined || canTell(telling.order), "what cannot be told has no price");
      if (aggregator.kind === "laplace") return laplaceEpsilon(run, delta);
      if (!(delta >= leastDelta)) return Number.POSITIVE_INFINITY;
      if (telling === undefined) return onGrid(gaussianEpsilon(run, innerDelta(delta)));
      const loss = independentLoss(voted, telling.order) + tellingCost(telling.order, telling.releaseCost);
      return onGrid(epsilonFromLoss(telling.order, loss, innerDelta(delta)));
    },
    answer(votes: Secret<Votes>, entropy: Entropy) {
      invariant(aggregator.kind !== "interactive", "a student is asked in turns");
      const counts = expectVotes({ ...rules, votes });
      return releasedByMechanism(Object.freeze(answers.take()(entropy)(counts, undefined)));
    },
    answerInTurn: (entropy: Entropy) => inTurn(rules, answers.take()(entropy)),
    tellAgreement(
      votes: Secret<Votes>,
      { delta, ...telling }: TellingOfAgreement & { readonly delta: number },
      entropy: Entropy,
    ) {
      invariant(canTell(telling.order) && delta >= leastDelta, "agreement is told where it can be");
      const told = { ...telling, delta: innerDelta(delta) };
      return afterRelease(tellings.take()({ ...voted, votes }, told, entropy), (smoothed) =>
        Object.freeze({
          order: smoothed.order,
          epsilonAtMost: onGrid(smoothed.epsilonAtMost),
          estimate: onGrid(smoothed.estimate),
          independent: onGrid(smoothed.independent),
        }),
      );
    },
  });
}

function inTurn(rules: VoteRules, winners: Winners): AnswersInTurn {
  let left = rules.queries;
  return Object.freeze({
    next(votes: Secret<Votes>, scores?: Scores) {
      const queries = Secret.reveal(votes).length;
      invariant(queries <= left, "no more queries are answered than were paid for");
      invariant(
        (rules.aggregator.kind === "interactive") === (scores !== undefined),
        "a student's scores go with an interactive aggregator",
      );
      invariant(scores === undefined || areScores(scores, queries, rules.options), "scores lie from 0 to 1");
      left -= queries;
      return releasedByMechanism(Object.freeze(winners(expectVotes({ ...rules, queries, votes }), scores)));
    },
  });
}

function areScores(scores: Scores, queries: number, options: number): boolean {
  const isSound = (own: ArrayLike<number>) =>
    own.length === options && Array.from(own).every((score) => score >= 0 && score <= 1);
  return scores.length === queries && scores.every(isSound);
}

type Tested = Extract<VoteAggregator, { kind: "confident" | "interactive" }>;

function isTested(aggregator: VoteAggregator): aggregator is Tested {
  return aggregator.kind === "confident" || aggregator.kind === "interactive";
}

/** e^(2^-10) (1 - 2^-9) is below 1. */
function innerDelta(delta: number): number {
  return delta * (1 - 2 ** -9);
}

/** To noises that the grid holds exactly: by less than one part in 2^37, so that price and draw speak of the same. */
function roundedUp(aggregator: VoteAggregator): VoteAggregator {
  if (aggregator.kind === "laplace") return aggregator;
  const noise = onVoteGrid(aggregator.noise);
  if (!isTested(aggregator)) return { kind: "gaussian", noise };
  const { kind, threshold, mostAnswered } = aggregator;
  return {
    kind,
    noise,
    threshold: { votes: threshold.votes, noise: onVoteGrid(threshold.noise) },
    mostAnswered,
  };
}

function runOf({ aggregator, queries }: VoteRules): Run {
  const { noise } = aggregator;
  if (!isTested(aggregator))
    return { kind: "noised-votes", aggregator: aggregator.kind, noise, answered: queries };
  return {
    kind: "noised-votes",
    aggregator: "gaussian",
    noise,
    answered: aggregator.mostAnswered,
    tested: { queries, noise: aggregator.threshold.noise },
  };
}

function votedOf({ aggregator, teachers, options, queries }: VoteRules): Omit<VotedRun, "votes"> {
  const voted = { teachers, options, queries, noise: aggregator.noise };
  return isTested(aggregator) ? { ...voted, threshold: aggregator.threshold } : voted;
}

function gaussianEpsilon(run: Run, delta: number): number {
  const { events, relation } = describeRun(run);
  const composed = gdpAccountant(relation).compose({ kind: "composed", events });
  return composed.ok ? composed.value.epsilonAtLeast(delta) : Number.POSITIVE_INFINITY;
}

function laplaceEpsilon(run: Run, delta: number): number {
  const { events, relation } = describeRun(run);
  const together = { kind: "composed", events } as const;
  const accountants = [pureAccountant(relation), new PldAccountant({ relation })];
  return accountants.slice(0, delta > 0 ? 2 : 1).reduce((least, accountant) => {
    const composed = accountant.compose(together);
    return composed.ok ? Math.min(least, composed.value.epsilonAtLeast(delta)) : least;
  }, Number.POSITIVE_INFINITY);
}

function epsilonFromLoss(order: number, loss: number, delta: number): number {
  return epsilonFromRdp(Float64Array.of(order), Float64Array.of(loss), delta, "canonneKamathSteinke2020")
    .value;
}
