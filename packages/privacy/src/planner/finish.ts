// From exact integers to answers: a mechanism noises them or chooses from them. All after that is free, because it reads
// nothing but what was released: grid steps become numbers again, the rest of the program runs on them, and
// simulated noise says how far the answer may be off.

import {
  type Entropy,
  err,
  invariant,
  ok,
  type Problem,
  problem,
  type Result,
  type Secret,
} from "@unseen/base";
import type { PlainTensor } from "@unseen/program";
import type { Measurement } from "../mechanisms/measurement.ts";
import { noiseOfAll } from "../mechanisms/noise-of-all.ts";
import { afterRelease, type Released, releasedTogether } from "../mechanisms/released.ts";
import { confidence } from "./confidence.ts";
import { promiseOf } from "./describe-releases.ts";
import { NoiseForError } from "./noise-for-error.ts";
import type { Plan } from "./plan-answer.ts";
import type { CutMechanism } from "./price.ts";
import { PublicFinish } from "./public-finish.ts";
import type { SumQuestion } from "./stage.ts";

/** What one cut released, with what is needed to read it. */
export type ReleasedCut = {
  readonly question: SumQuestion;
  readonly mechanism: CutMechanism;
  readonly value: PlainTensor;
};

export type Finished = {
  readonly values: readonly PlainTensor[];
  /** NaN where a number was chosen and not noised: a choice has no half-width. */
  readonly plusMinus: readonly PlainTensor[];
  /** What each choice promises instead, in words. */
  readonly choices: readonly string[];
};

/** Simulated answers for an error bar; fewer where one answer takes many draws. */
const mostSimulations = 400;
const fewestSimulations = 40;
const mostDraws = 200_000;
const mostSimulatedWork = 160_000_000;

/** Noises or chooses, and reads what came out. What leaves of the exact sums, leaves here. */
export function releaseCut(
  question: SumQuestion,
  mechanism: CutMechanism,
  exact: Secret<BigInt64Array>,
  entropy: Entropy,
): Released<ReleasedCut> {
  switch (mechanism.kind) {
    case "noise":
      return afterRelease(mechanism.measurement.release(exact, entropy), (steps) => ({
        question,
        mechanism,
        value: readSum(question, steps),
      }));
    case "choice":
      return afterRelease(mechanism.chooser.choose(exact, entropy), (value) => ({
        question,
        mechanism,
        value,
      }));
    default:
      return mechanism satisfies never;
  }
}

/** A mechanism as so many owners use it together, each adding its part of the noise. A choice is one owner's. */
export function mechanismOfAll(mechanism: CutMechanism, owners: number): CutMechanism {
  if (mechanism.kind === "choice" || owners === 1) return mechanism;
  return { kind: "noise", measurement: noiseOfAll(mechanism.measurement, owners) };
}

/** Reads a total to which `owners` added what one measurement adds each, one's own among them. */
export function readTotal(
  question: SumQuestion,
  measurement: Measurement,
  total: Released<readonly bigint[]>,
  owners: number,
): Released<ReleasedCut> {
  const mechanism = mechanismOfAll({ kind: "noise", measurement }, owners);
  return afterRelease(total, (steps) => ({ question, mechanism, value: readSum(question, steps) }));
}

/** Turns grid steps back into numbers. */
function readSum({ contribution: { grid, shape } }: SumQuestion, steps: readonly bigint[]): PlainTensor {
  return { shape, data: Float64Array.from(steps, (step, at) => Number(step) * 2 ** grid.exponent[at]!) };
}

/**
 * The answers and the half-widths of their 95 % intervals. An interval is about the noise, given what
 * earlier stages released and what was chosen; it is not about how the people were sampled, nor about what clipping cut off.
 */
export function finish(
  plan: Plan,
  cuts: readonly Released<ReleasedCut>[],
  entropy: Entropy,
): Released<Result<Finished, Problem>> {
  return afterRelease(releasedTogether<ReleasedCut[]>(cuts), (all) => finishOn(plan, all, entropy));
}

/** The same on expected sums: what an answer would look like and how accurate it would be, for a price. */
export function expectFinish(
  plan: Plan,
  questions: readonly SumQuestion[],
  mechanismOf: (question: SumQuestion) => CutMechanism,
  entropy: Entropy,
): Result<Finished, Problem> {
  const cuts = questions.map((question): ReleasedCut => {
    const typical = plan.typical[question.cut.node];
    invariant(typical?.kind === "public", "a cut's typical value is public");
    return { question, mechanism: mechanismOf(question), value: typical.value };
  });
  return finishOn(plan, cuts, entropy);
}

function finishOn(plan: Plan, cuts: readonly ReleasedCut[], entropy: Entropy): Result<Finished, Problem> {
  const publicFinish = new PublicFinish(plan);
  const values = publicFinish.run(new Map(cuts.map((cut) => [cut.question.cut.node, cut.value])));
  const allFinite = values.every(({ data }) => data.every(Number.isFinite));
  if (!allFinite) return err(notANumber());
  const plusMinus = errorBars(plan, publicFinish, cuts, values, entropy);
  const choices = cuts.flatMap(({ question, mechanism }) =>
    mechanism.kind === "choice" ? [promiseOf(question, mechanism.chooser)] : [],
  );
  return ok({ values, plusMinus, choices });
}

function errorBars(
  plan: Plan,
  publicFinish: PublicFinish,
  cuts: readonly ReleasedCut[],
  values: readonly PlainTensor[],
  entropy: Entropy,
): readonly PlainTensor[] {
  const origins = originsOf(plan);
  const exact = plan.outputs.map((output, which) => {
    if (origins[output] === "chosen") return withoutHalfWidth(values[which]!);
    const own = cuts.find(({ question }) => question.cut.node === output);
    return own?.mechanism.kind === "noise" ? ownHalfWidth(own, own.mechanism.measurement) : undefined;
  });
  if (exact.every((bar) => bar !== undefined)) return exact;
  const simulated = simulate(plan, publicFinish, cuts, values, entropy);
  return values.map((_, which) => exact[which] ?? simulated[which]!);
}

type Origin = "known" | "chosen" | "noised";

/** What each node's value was made from: noise if any is in it. What an earlier stage released counts as known. */
function originsOf({ nodes }: Plan): readonly Origin[] {
  const origins: Origin[] = [];
  for (const node of nodes) {
    if (node.kind === "cut") origins.push(node.release.by === "sum" ? "noised" : "chosen");
    else if (node.kind !== "operation") origins.push("known");
    else {
      const from = node.inputs.map((input) => origins[input]!);
      origins.push(from.includes("noised") ? "noised" : from.includes("chosen") ? "chosen" : "known");
    }
  }
  return origins;
}

function withoutHalfWidth({ shape, data }: PlainTensor): PlainTensor {
  return { shape, data: new Float64Array(data.length).fill(Number.NaN) };
}

/** Where the answer is the noised sum itself, the half-width is known exactly. */
function ownHalfWidth({ question, value }: ReleasedCut, measurement: Measurement): PlainTensor {
  const steps = Number(measurement.halfWidthAtLeast(confidence));
  return {
    shape: value.shape,
    data: Float64Array.from(question.contribution.grid.exponent, (exponent) => steps * 2 ** exponent),
  };
}

/** Parametric bootstrap (Efron and Tibshirani 1993, section 6.5) with the noise's own distribution. */
function simulate(
  plan: Plan,
  publicFinish: PublicFinish,
  cuts: readonly ReleasedCut[],
  values: readonly PlainTensor[],
  entropy: Entropy,
): readonly PlainTensor[] {
  const drawsAnAnswer = cuts.reduce(
    (total, { mechanism, value }) => total + (mechanism.kind === "noise" ? value.data.length : 0),
    1,
  );
  const count = Math.max(
    fewestSimulations,
    Math.min(
      mostSimulations,
      Math.floor(mostDraws / drawsAnAnswer),
      Math.floor(mostSimulatedWork / (plan.publicWork + 1)),
    ),
  );
  const shakers = cuts.map(({ question, mechanism, value }) => ({
    node: question.cut.node,
    shaken: shakerOf(question, mechanism, value, entropy),
  }));
  const misses = values.map(({ data }) => Array.from(data, () => new Float64Array(count)));
  for (let round = 0; round < count; round++) {
    const shaken = new Map(shakers.map(({ node, shaken: draw }) => [node, draw()]));
    const answers = publicFinish.run(shaken);
    for (const [which, { data }] of values.entries()) {
      for (let at = 0; at < data.length; at++) {
        const miss = Math.abs(answers[which]!.data[at]! - data[at]!);
        misses[which]![at]![round] = Number.isNaN(miss) ? Number.POSITIVE_INFINITY : miss;
      }
    }
  }
  const rank = Math.min(count - 1, Math.ceil(confidence * count) - 1);
  return values.map(({ shape }, which) => ({
    shape,
    data: Float64Array.from(misses[which]!, (all) => all.sort()[rank]!),
  }));
}

/** The released value with noise of its own kind once more; what was chosen stays chosen. */
function shakerOf(
  { contribution: { grid } }: SumQuestion,
  mechanism: CutMechanism,
  value: PlainTensor,
  entropy: Entropy,
): () => PlainTensor {
  if (mechanism.kind === "choice") return () => value;
  const noise = new NoiseForError(mechanism.measurement, entropy);
  const { shape, data } = value;
  return () => ({ shape, data: data.map((x, at) => x + noise.draw() * 2 ** grid.exponent[at]!) });
}

function notANumber(): Problem<"answer-not-computed"> {
  return problem(
    "answer-not-computed",
    "after the noise the computation has no finite result: it divides by, or takes a root of, a released number that came out as zero or below",
    {
      hint: "guard it with clip, or ask the sums themselves and go on at home",
    },
  );
}
