// What answers of teachers cost, before a teacher exists.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  areVoteRules,
  describeRun,
  type NoisedVotes,
  noisedVotes,
  type TellingOfAgreement,
  type VoteAggregator,
  type VoteRules,
} from "@unseen/privacy";

export type PateRules = VoteRules & {
  /** From 0 to 1, well below one over the number of people; above 0 unless the noise is Laplace's. */
  readonly delta: number;
  /** Also tells what the votes cost the people who are there, for a price of its own. Chosen without looking at votes. */
  readonly telling?: TellingOfAgreement;
};

/** A promise about all that a run of teachers gives away: answers, student, and what is told of agreement. */
export type PatePromised = {
  /** Whatever the votes were, so that it is known before a row is read. */
  readonly epsilon: number;
  readonly delta: number;
  /** What counts as one: all rows of a person, where rows have people. */
  readonly unit: string;
  /** Which datasets are neighbours. */
  readonly relation: string;
  readonly aggregator: string;
  readonly conversion: string;
};

/** Who is protected. One person changes one vote whether they leave or another takes their place, so neighbours cost the same. */
export type ProtectedByVotes = {
  readonly unit: string;
  /** "add-or-remove-one" if left out. */
  readonly relation?: "add-or-remove-one" | "replace-one";
};

export type PricedVotes = { readonly votes: NoisedVotes; readonly promised: PatePromised };

/** Refuses rules that nobody can keep (`training-invalid`), and a promise that would be none (`epsilon-unreachable`). */
export function pricePate(
  rules: PateRules,
  who: ProtectedByVotes = { unit: "a row" },
): Result<PatePromised, Problem> {
  const priced = pricedVotes(rules, who);
  return priced.ok ? ok(priced.value.promised) : priced;
}

/** The price together with the one list of answers that it buys. */
export function pricedVotes(
  rules: PateRules,
  { unit, relation }: ProtectedByVotes,
): Result<PricedVotes, Problem> {
  const { aggregator, delta, telling } = rules;
  const wrong = (what: string, hint: string) => err(problem("training-invalid", what, { hint }));
  if (!["laplace", "gaussian", "confident", "interactive"].includes(aggregator.kind))
    return wrong("teachers' votes are counted in a way that is not known", '{ kind: "gaussian", noise: 40 }');
  if (!areVoteRules(rules))
    return wrong(
      "teachers vote for two options or more, at least once, with noise from 2^-10 to 2^20 votes, a threshold of at most all of them, and at most 2^23 counts in all",
      '{ kind: "confident", noise: 40, threshold: { votes: 200, noise: 150 }, mostAnswered: 500 }',
    );
  const isDelta = aggregator.kind === "laplace" ? delta >= 0 && delta < 1 : delta >= 1e-100 && delta < 1;
  if (!isDelta) return wrong("a delta is between 0 and 1, and 0 with Laplace noise alone", "delta: 1e-5");
  const votes = noisedVotes(rules);
  if (telling !== undefined && !(telling.releaseCost >= 1e-6 && telling.releaseCost <= 1e6))
    return wrong(
      "telling agreement costs from a millionth to a million",
      "telling: { order: 20, releaseCost: 0.1 }",
    );
  if (telling !== undefined && !votes.canTell(telling.order))
    return wrong(
      "how much teachers agree cannot be told for this noise and order",
      "Gaussian noise, more of it, or a smaller order; an interactive run tells none",
    );
  const epsilon = votes.epsilonAtLeast(delta, telling);
  if (!Number.isFinite(epsilon))
    return err(
      problem("epsilon-unreachable", "so many answers with so little noise promise nothing", {
        hint: "more noise, or fewer queries",
      }),
    );
  const promised = {
    epsilon,
    delta,
    unit,
    relation: relation ?? describeRun(votes.run).relation,
    aggregator: inWords(aggregator),
    conversion: conversionOf(rules),
  };
  return ok({ votes, promised: Object.freeze(promised) });
}

function inWords(aggregator: VoteAggregator): string {
  const { kind, noise } = aggregator;
  switch (kind) {
    case "laplace":
      return `LNMax, Laplace noise of scale ${noise}`;
    case "gaussian":
      return `GNMax, Gaussian noise of deviation ${noise}`;
    case "confident":
    case "interactive": {
      const { threshold, mostAnswered } = aggregator;
      const name = kind === "confident" ? "Confident-GNMax" : "Interactive-GNMax";
      return `${name}, threshold ${threshold.votes} with noise ${threshold.noise}, Gaussian noise of deviation ${noise}, at most ${mostAnswered} answers`;
    }
    default:
      return kind satisfies never;
  }
}

function conversionOf({ aggregator, telling }: PateRules): string {
  if (aggregator.kind === "laplace") return "pure losses or their distribution, whichever is less";
  return telling === undefined
    ? "Gaussian differential privacy"
    : `Rényi divergence of order ${telling.order}`;
}
