// From noised integers to answers: grid steps become numbers again, the rest of the program runs on them,
// and simulated noise says how far the answer may be off. All of it is free, because it reads nothing but
// what was released.

import { type Entropy, err, invariant, ok, type Problem, problem, type Result } from "@unseen/base";
import type { PlainTensor } from "@unseen/program";
import type { Measurement } from "../mechanisms/measurement.ts";
import { afterRelease, type Released, releasedTogether } from "../mechanisms/released.ts";
import { NoiseForError } from "./noise-for-error.ts";
import type { Plan } from "./plan-answer.ts";
import { PublicFinish } from "./public-finish.ts";
import type { SumQuestion } from "./stage.ts";

/** One noised sum with what is needed to read it. */
export type ReleasedSum = {
  readonly question: SumQuestion;
  readonly measurement: Measurement;
  readonly value: PlainTensor;
};

export type Finished = {
  readonly values: readonly PlainTensor[];
  readonly plusMinus: readonly PlainTensor[];
};

export const confidence = 0.95;
/** Simulated answers for an error bar; fewer where one answer takes many draws. */
const mostSimulations = 400;
const fewestSimulations = 40;
const mostDraws = 200_000;
const mostSimulatedWork = 160_000_000;

/** Turns grid steps back into numbers. */
export function readSum(
  question: SumQuestion,
  measurement: Measurement,
  noised: Released<readonly bigint[]>,
): Released<ReleasedSum> {
  const { grid, shape } = question.contribution;
  return afterRelease(noised, (steps) => ({
    question,
    measurement,
    value: { shape, data: Float64Array.from(steps, (step, at) => Number(step) * 2 ** grid.exponent[at]!) },
  }));
}

/**
 * The answers and the half-widths of their 95 % intervals. An interval is about the noise, given what
 * earlier stages released; it is not about how the people were sampled, nor about what clipping cut off.
 */
export function finish(
  plan: Plan,
  sums: readonly Released<ReleasedSum>[],
  entropy: Entropy,
): Released<Result<Finished, Problem>> {
  return afterRelease(releasedTogether<ReleasedSum[]>(sums), (all) => finishOn(plan, all, entropy));
}

/** The same on expected sums: what an answer would look like and how accurate it would be, for a price. */
export function expectFinish(
  plan: Plan,
  questions: readonly SumQuestion[],
  measure: (question: SumQuestion) => Measurement,
  entropy: Entropy,
): Result<Finished, Problem> {
  const sums = questions.map((question): ReleasedSum => {
    const typical = plan.typical[question.cut.node];
    invariant(typical?.kind === "public", "a cut's typical value is public");
    return { question, measurement: measure(question), value: typical.value };
  });
  return finishOn(plan, sums, entropy);
}

function finishOn(plan: Plan, sums: readonly ReleasedSum[], entropy: Entropy): Result<Finished, Problem> {
  const publicFinish = new PublicFinish(plan);
  const values = publicFinish.run(new Map(sums.map((sum) => [sum.question.cut.node, sum.value])));
  const allFinite = values.every(({ data }) => data.every(Number.isFinite));
  if (!allFinite) return err(notANumber());
  return ok({ values, plusMinus: errorBars(plan, publicFinish, sums, values, entropy) });
}

function errorBars(
  plan: Plan,
  publicFinish: PublicFinish,
  sums: readonly ReleasedSum[],
  values: readonly PlainTensor[],
  entropy: Entropy,
): readonly PlainTensor[] {
  const exact = plan.outputs.map((output) => {
    const sum = sums.find(({ question }) => question.cut.node === output);
    return sum === undefined ? undefined : ownHalfWidth(sum);
  });
  if (exact.every((bar) => bar !== undefined)) return exact;
  const simulated = simulate(plan, publicFinish, sums, values, entropy);
  return values.map((_, which) => exact[which] ?? simulated[which]!);
}

/** Where the answer is the noised sum itself, the half-width is known exactly. */
function ownHalfWidth({ question, measurement, value }: ReleasedSum): PlainTensor {
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
  sums: readonly ReleasedSum[],
  values: readonly PlainTensor[],
  entropy: Entropy,
): readonly PlainTensor[] {
  const drawsAnAnswer = sums.reduce((total, { value }) => total + value.data.length, 1);
  const count = Math.max(
    fewestSimulations,
    Math.min(
      mostSimulations,
      Math.floor(mostDraws / drawsAnAnswer),
      Math.floor(mostSimulatedWork / (plan.publicWork + 1)),
    ),
  );
  const noises = sums.map(({ measurement }) => new NoiseForError(measurement, entropy));
  const misses = values.map(({ data }) => Array.from(data, () => new Float64Array(count)));
  for (let round = 0; round < count; round++) {
    const shaken = new Map(
      sums.map(({ question, value }, which) => {
        const { exponent } = question.contribution.grid;
        return [
          question.cut.node,
          {
            shape: value.shape,
            data: value.data.map((x, at) => x + noises[which]!.draw() * 2 ** exponent[at]!),
          },
        ];
      }),
    );
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

function notANumber(): Problem<"answer-not-computed"> {
  return problem(
    "answer-not-computed",
    "after the noise the computation has no finite result: it divides by, or takes a root of, a released number that came out as zero or below",
    {
      hint: "guard it with clip, or ask the sums themselves and go on at home",
    },
  );
}
