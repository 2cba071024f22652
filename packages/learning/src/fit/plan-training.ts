// Everything of a training that is settled before a row is looked at again: what runs, how batches are drawn, what it costs.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { crossEntropy, type TrainingLoss } from "../loss/training-loss.ts";
import { learntNumbers, type Network } from "../model/network.ts";
import { PrivateSums, type PrivateSumsOptions } from "../private/private-sums.ts";
import { checkPrivacy, noiseOf, type PrivacyOptions } from "../private/promise.ts";
import { PoissonSampler } from "../sampling/poisson-sampler.ts";
import { isSampler, type Sampler } from "../sampling/sampler.ts";
import { ShuffledSampler } from "../sampling/shuffled-sampler.ts";
import { plainStep, type Step } from "../step/plain-step.ts";
import { privateStep } from "../step/private-step.ts";
import type { Units } from "../step/units.ts";
import { type Examples, type Prepared, prepared } from "./examples.ts";
import type { FitOptions } from "./fit-options.ts";
import { everyRow, rowsByPerson, type UnitRows } from "./unit-rows.ts";

export type TrainingPlan = StepsPlan & OwnRows;

export type OwnRows = { readonly rows: Prepared; readonly unitRows: UnitRows };

/** What is settled without looking at a row. */
export type StepsPlan = {
  readonly network: Network;
  readonly loss: TrainingLoss;
  readonly units: Units;
  readonly sampler: Sampler;
  readonly step: Step;
  readonly private: PrivatePlan | undefined;
  readonly reportEvery: number;
  /** The settings in words: trainings with the same go on from each other's checkpoints. */
  readonly description: string;
};

export type PrivatePlan = {
  readonly privacy: PrivacyOptions;
  readonly noiseMultiplier: number;
  readonly sums: PrivateSums;
};

/**
 * Runs of few units keep float32's rounding, and so the noise that covers it, small: a part in a thousand for 72. And they are what
 * threads share out. They are the same however many threads there are, and so are the sums.
 */
export const unitsEachRunAtMost = 72;

export function planTraining(
  network: Network,
  examples: Examples,
  options: FitOptions,
): Result<TrainingPlan, Problem> {
  const loss = options.loss ?? crossEntropy();
  const rows = prepared(examples, network, loss);
  if (!rows.ok) return rows;
  const unitRows = unitsOf(examples, rows.value, options);
  if (!unitRows.ok) return unitRows;
  const sampler = samplerOf(options, unitRows.value.count);
  if (!sampler.ok) return sampler;
  const { count, rowsEach, inWords: unitInWords } = unitRows.value;
  const reportEvery = options.reportEvery ?? Math.max(1, Math.round(count / sampler.value.expects));
  const steps = planSteps(network, { sampler: sampler.value, rowsEach, unitInWords, reportEvery }, options);
  return steps.ok ? ok({ ...steps.value, rows: rows.value, unitRows: unitRows.value }) : steps;
}

/** What steps are made of that nothing of the rows decides. */
export type StepsOf = {
  readonly sampler: Sampler;
  /** Rows of one unit that are used at most. */
  readonly rowsEach: number;
  readonly unitInWords: string;
  /** Steps between two reports. */
  readonly reportEvery: number;
};

/** Of `options` the optimiser, loss, privacy, seed and units each run. Looks at no row. */
export function planSteps(
  network: Network,
  { sampler, rowsEach, unitInWords, reportEvery }: StepsOf,
  options: FitOptions,
): Result<StepsPlan, Problem> {
  const loss = options.loss ?? crossEntropy();
  const units = { count: unitsEachRun(options, sampler), rowsEach };
  const isSound = Number.isSafeInteger(units.count) && units.count >= 1 && reportEvery >= 1;
  if (!isSound)
    return err(
      problem(
        "training-invalid",
        "a run takes a whole number of units, and a report follows a whole number of steps",
      ),
    );
  const make = (own: Units) =>
    options.privacy === undefined
      ? plainly(network, loss, own)
      : privately(network, loss, own, sampler, options.privacy);
  const made = options.unitsEachRun === undefined ? withRoom(units, make) : make(units);
  if (!made.ok) return made;
  const described = {
    network: network.description,
    loss: loss.name,
    optimizer: options.optimizer.name,
    sampler: sampler.settings,
    unit: unitInWords,
    privacy: made.value.private && { ...options.privacy, multiplier: made.value.private.noiseMultiplier },
    seed: options.seed ?? 1,
  };
  return ok({
    network,
    loss,
    sampler,
    ...made.value,
    reportEvery,
    description: JSON.stringify(described),
  });
}

function unitsOf(examples: Examples, rows: Prepared, options: FitOptions): Result<UnitRows, Problem> {
  if (examples.people === undefined || options.privacy === undefined) return ok(everyRow(rows.rows));
  return rowsByPerson(examples.people, rows.rows, options.rowsEach ?? 1);
}

function samplerOf(options: FitOptions, units: number): Result<Sampler, Problem> {
  const { sampler, batch, epochs, privacy, seed = 1 } = options;
  if (sampler !== undefined) {
    const fits =
      isSampler(sampler) &&
      batch === undefined &&
      epochs === undefined &&
      (sampler.kind === "poisson" || sampler.units === units);
    return fits
      ? ok(sampler)
      : err(
          problem(
            "training-invalid",
            "a sampler is made by a maker of them, for so many units as there are, and takes the place of batch and epochs",
          ),
        );
  }
  if (batch === undefined || epochs === undefined)
    return err(
      problem("training-invalid", "a training has a batch and epochs, or a sampler", {
        hint: "{ epochs: 10, batch: 64 }",
      }),
    );
  if (privacy === undefined) return ShuffledSampler.of({ units, batch, epochs, seed });
  if (privacy.noise !== undefined) {
    const order = privacy.noise.kind === "banded" ? "same-each-epoch" : "new-each-epoch";
    return ShuffledSampler.of({ units, batch, epochs, seed, order });
  }
  if (!(batch >= 1 && batch <= units && epochs > 0))
    return err(
      problem(
        "training-invalid",
        "a batch is from 1 to as many as there are, and there are more than 0 epochs",
      ),
    );
  const steps = Math.max(1, Math.ceil((epochs * units) / batch - 1e-9));
  return PoissonSampler.of({ rate: batch / units, steps, expects: batch });
}

function unitsEachRun({ unitsEachRun: asked }: FitOptions, sampler: Sampler): number {
  if (asked !== undefined) return asked;
  // As many as most batches have, in equal runs: the last run's empty places are computed too.
  const spread = sampler.kind === "poisson" ? 1.5 * Math.sqrt(sampler.expects) : 0;
  const units = Math.ceil(sampler.expects + spread);
  return Math.max(1, Math.ceil(units / Math.ceil(units / unitsEachRunAtMost)));
}

type Made = { readonly step: Step; readonly private: PrivatePlan | undefined; readonly units: Units };

/** Half as many units a run, and so on, while the step's program would be too large. */
function withRoom(units: Units, make: (units: Units) => Result<Made, Problem>): Result<Made, Problem> {
  const made = make(units);
  if (made.ok || made.problem.code !== "program-too-large" || units.count === 1) return made;
  return withRoom({ ...units, count: Math.floor(units.count / 2) }, make);
}

function plainly(network: Network, loss: TrainingLoss, units: Units): Result<Made, Problem> {
  const step = plainStep(network, loss, units.count);
  return step.ok ? ok({ step: step.value, private: undefined, units }) : step;
}

function privately(
  network: Network,
  loss: TrainingLoss,
  units: Units,
  sampler: Sampler,
  privacy: PrivacyOptions,
): Result<Made, Problem> {
  const sound = checkPrivacy(privacy);
  if (!sound.ok) return sound;
  if (!sampler.takes(privacy.noise))
    return err(
      problem("training-invalid", "this noise does not go with how the batches are drawn", {
        hint: "from 2 to as many bands as there are steps in an epoch, in the same order each epoch; no batches by lot",
      }),
    );
  const step = privateStep(network, loss, units, privacy.adaptive !== undefined);
  if (!step.ok) return step;
  const noise = noiseOf(privacy, sampler);
  if (!noise.ok) return noise;
  const summed: PrivateSumsOptions = {
    noiseMultiplier: noise.value,
    dimension: learntNumbers(network),
    unitsEachRun: units.count,
    runsChanged: sampler.runsChanged,
    normError: step.value.normError,
    hasCount: privacy.adaptive !== undefined,
    ...(privacy.noise && sampler.kind === "shuffled"
      ? { across: { ...privacy.noise, stepsEach: sampler.stepsEach } }
      : {}),
  };
  if (!PrivateSums.canBeNoised(summed))
    return err(
      problem("training-invalid", "so much noise on so many numbers cannot be drawn", {
        hint: "a smaller noise multiplier, or a smaller model",
      }),
    );
  const sums = new PrivateSums(summed);
  const together =
    privacy.noise?.kind === "tree" && sampler.kind === "shuffled" ? sampler.units : sampler.expects;
  if (privacy.noise !== undefined && !sums.isExactFor(together))
    return err(
      problem("training-invalid", "sums over so many units and steps, with so much noise, are not exact", {
        hint: "smaller batches, or less noise",
      }),
    );
  return ok({ step: step.value, private: { privacy, noiseMultiplier: noise.value, sums }, units });
}
