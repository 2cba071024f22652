// Teachers that vote with noise (PATE), as a person describes it on the command line.

import { describeRun } from "@unseen/privacy";
import { usageFailure } from "../shell/failure.ts";
import type { DescribedAccount } from "./described-run.ts";

export type VoteOptions = {
  readonly teachers: number;
  readonly queries: number;
  /** Left out where every query is answered. */
  readonly answered?: number;
  readonly aggregator: "laplace" | "gaussian";
  readonly noise: number;
  readonly threshold?: number;
  readonly thresholdNoise?: number;
};

/** Figures that authors printed for runs of theirs, with the words in which they stand beside ours. */
const published: readonly (Omit<VoteOptions, "teachers"> & {
  readonly delta: number;
  readonly figure: string;
})[] = [
  {
    aggregator: "laplace",
    noise: 20,
    queries: 100,
    delta: 1e-5,
    figure: "2.04 for MNIST (Papernot and others 2017)",
  },
  {
    aggregator: "laplace",
    noise: 20,
    queries: 1000,
    delta: 1e-5,
    figure: "8.03 for MNIST (Papernot and others 2017)",
  },
  {
    aggregator: "gaussian",
    noise: 40,
    queries: 640,
    answered: 286,
    threshold: 200,
    thresholdNoise: 150,
    delta: 1e-5,
    figure: "1.97 for MNIST (Papernot and others 2018)",
  },
];

export function noisedVotes(options: VoteOptions, delta: number): DescribedAccount {
  const { teachers, queries, aggregator, noise, threshold, thresholdNoise } = options;
  const answered = options.answered ?? queries;
  if (answered > queries)
    throw usageFailure("no more is answered than asked", "--answered is at most --queries");
  if ((threshold === undefined) !== (thresholdNoise === undefined))
    throw usageFailure("a threshold is tested with noise", "--threshold and --threshold-noise go together");
  if (threshold !== undefined && threshold > teachers)
    throw usageFailure("so many teachers never agree", "--threshold is at most --teachers");
  if (threshold === undefined && answered < queries)
    throw usageFailure("without a threshold every query is answered", "--threshold, or leave --answered out");
  const at = (share: number) =>
    describeRun({
      kind: "noised-votes",
      aggregator,
      noise,
      answered: Math.ceil(answered * share),
      ...(thresholdNoise === undefined
        ? {}
        : { tested: { queries: Math.ceil(queries * share), noise: thresholdNoise } }),
    });
  const name = threshold === undefined ? (aggregator === "laplace" ? "LNMax" : "GNMax") : "Confident-GNMax";
  const test = threshold === undefined ? "" : `, threshold ${threshold} with noise ${thresholdNoise}`;
  const alike = published.find((one) => isAlike(one, { ...options, delta }));
  return {
    title: `PATE, ${name}: ${teachers.toLocaleString("en")} teachers, ${queries.toLocaleString("en")} queries, ${answered.toLocaleString("en")} answered, noise ${noise}${test}`,
    relation: at(1).relation,
    delta,
    eventsAt: (share) => at(share).events,
    ...(answered > 1 ? { progress: { unit: "answers", total: answered } } : {}),
    notes: [
      `These figures hold whatever the teachers voted. One person's records must reach one teacher alone, and the run must stop at ${answered.toLocaleString("en")} answers and ${queries.toLocaleString("en")} queries, whichever comes first.`,
      "Where teachers agree, less is lost. How much less is private itself: the library tells it only with noise (smoothedVoteEpsilon).",
      ...(alike === undefined
        ? []
        : [
            `Printed by the authors: ${alike.figure}. Their figure counts how much their teachers agreed, so it belongs to their votes alone, and it was printed without noise.`,
          ]),
    ],
  };
}

function isAlike(one: (typeof published)[number], run: VoteOptions & { readonly delta: number }): boolean {
  const fields = ["aggregator", "noise", "queries", "threshold", "thresholdNoise", "delta"] as const;
  return (
    fields.every((field) => one[field] === run[field]) &&
    (one.answered ?? one.queries) === (run.answered ?? run.queries)
  );
}
