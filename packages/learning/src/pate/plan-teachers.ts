// Everything of teachers that can be refused, before a row is looked at.

import { ok, type Problem, type Result } from "@unseen/base";
import type { Program } from "@unseen/program";
import { resultsProgram } from "../fit/measure.ts";
import { planSteps, type StepsPlan, unitsEachRunAtMost } from "../fit/plan-training.ts";
import type { Network } from "../model/network.ts";
import { ShuffledSampler } from "../sampling/shuffled-sampler.ts";
import { type PateRules, type PricedVotes, type ProtectedByVotes, pricedVotes } from "./price-pate.ts";
import type { TeachingOptions } from "./teachers.ts";

/** How teachers learn, and how their votes are told. */
export type TeachersOptions = Pick<PateRules, "teachers" | "aggregator" | "delta" | "telling"> & {
  readonly teaching: TeachingOptions;
};

export type TeachersPlan = {
  /** The price, and the one list of answers that it buys. */
  readonly priced: PricedVotes;
  /** Of a teacher with the largest runs: one with fewer rows than a batch may have larger ones than others. Where so many do not fit, half. */
  readonly steps: StepsPlan;
  /** What a teacher runs for each `rowsAtOnce` queries. */
  readonly voting: Program;
};

/** What is refused here is refused whatever the rows say; what passes fails for no teacher but by its numbers. */
export function planTeachers(
  network: Network,
  { teachers, aggregator, delta, telling, teaching }: TeachersOptions,
  queries: number,
  who: ProtectedByVotes,
): Result<TeachersPlan, Problem> {
  const { batch, epochs, seed = 1, optimizer } = teaching;
  const whole = ShuffledSampler.of({ units: batch, batch, epochs, seed });
  if (!whole.ok) return whole;
  const units = Math.min(batch, unitsEachRunAtMost);
  const sampler = ShuffledSampler.of({ units, batch: units, epochs, seed });
  if (!sampler.ok) return sampler;
  const rules = { teachers, aggregator, delta, options: network.outputs, queries };
  const priced = pricedVotes(telling === undefined ? rules : { ...rules, telling }, who);
  if (!priced.ok) return priced;
  const of = { sampler: sampler.value, rowsEach: 1, unitInWords: who.unit, reportEvery: 1 };
  const steps = planSteps(network, of, { optimizer, seed });
  if (!steps.ok) return steps;
  const voting = resultsProgram(network);
  return voting.ok ? ok({ priced: priced.value, steps: steps.value, voting: voting.value }) : voting;
}
