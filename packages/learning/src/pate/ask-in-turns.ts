// Interactive-GNMax (Papernot and others 2018, arXiv 1802.08908): teachers are asked one round of queries after another, and
// answer where they disagree with what a student learnt from the rounds before. Everything of the student is public.

import { ok, type Problem, type Result } from "@unseen/base";
import { type NoisedVotes, unanswered, undisputed } from "@unseen/privacy";
import type { FitPorts } from "../fit/fit-options.ts";
import { resultsOn } from "../fit/measure.ts";
import { type Network, sizeOfShape } from "../model/network.ts";
import type { Weights } from "../model/weights.ts";
import type { Teachers } from "./teachers.ts";

export type Asking = {
  /** After each round the student learns anew; 5 if left out, or one for each query where there are fewer. */
  readonly rounds?: number;
  /** Where teachers do not disagree, the student keeps its own answer if its probability is above this; 0.9 if left out. */
  readonly confidence?: number;
};

export type AnsweredInTurn = {
  /** The class that teachers gave each query, or -1. */
  readonly answers: readonly number[];
  /** What the student learns from: teachers' answers and its own sure ones, or -1. */
  readonly labels: readonly number[];
};

/** Trains a student on labels of queries from the first on; undefined where it could not. */
export type Teach = (labels: readonly number[]) => Promise<Weights | undefined>;

/**
 * Costs what `votes` costs, whatever the student thinks: each query is one test, and no more than `mostAnswered` are answered. The
 * last round's student is left to the caller.
 */
export async function askInTurns(
  network: Network,
  x: Float32Array,
  { rounds = 5, confidence = 0.9 }: Asking,
  {
    teachers,
    votes,
    teach,
  }: { readonly teachers: Teachers; readonly votes: NoisedVotes; readonly teach: Teach },
  ports: FitPorts,
): Promise<Result<AnsweredInTurn, Problem>> {
  const size = sizeOfShape(network.shape);
  const queries = x.length / size;
  const turn = votes.answerInTurn(ports.entropy);
  const each = Math.ceil(queries / rounds);
  const answers: number[] = [];
  const labels: number[] = [];
  for (let from = 0; from < queries; from += each) {
    const own = x.subarray(from * size, Math.min(queries, from + each) * size);
    const student = from === 0 ? undefined : await teach(labels);
    const scores = await scoresOn(network, student, own, ports);
    if (!scores.ok) return scores;
    const counted = await teachers.votesOn(own, ports);
    if (!counted.ok) return counted;
    for (const [at, winner] of turn.next(counted.value, scores.value).value.entries()) {
      answers.push(winner === undisputed ? unanswered : winner);
      labels.push(winner === undisputed ? sureAnswer(scores.value[at]!, confidence) : winner);
    }
  }
  return ok({ answers, labels });
}

function sureAnswer(scores: readonly number[], confidence: number): number {
  const most = Math.max(...scores);
  return most > confidence ? scores.indexOf(most) : unanswered;
}

/** Probabilities of the options. A student that has learnt nothing finds all alike. */
async function scoresOn(
  network: Network,
  student: Weights | undefined,
  x: Float32Array,
  { backend }: FitPorts,
): Promise<Result<readonly (readonly number[])[], Problem>> {
  const { outputs } = network;
  const rows = x.length / sizeOfShape(network.shape);
  const unsure = Array.from({ length: rows }, () => new Array<number>(outputs).fill(1 / outputs));
  if (student === undefined) return ok(unsure);
  const results = await resultsOn(backend, network, student, x);
  if (!results.ok) return results;
  return ok(
    unsure.map((even, row) => softmax(results.value.subarray(row * outputs, (row + 1) * outputs)) ?? even),
  );
}

function softmax(results: Float32Array): readonly number[] | undefined {
  const most = Math.max(...results);
  const powers = Array.from(results, (each) => Math.exp(each - most));
  const total = powers.reduce((sum, each) => sum + each, 0);
  return Number.isFinite(total) ? powers.map((each) => each / total) : undefined;
}
