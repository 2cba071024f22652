// A training as plain data, and what it comes to: the same on the thread that prices it and on the one that runs it. It holds
// nothing of the rows but what the card makes public.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { bytesOnWasm, workOf } from "@unseen/compute";
import {
  checkPrivacy,
  type FitOptions,
  fitsNetwork,
  learntNumbers,
  lossNamed,
  noiseOf,
  optimizerOf,
  PoissonSampler,
  type PrivacyOptions,
  type Promised,
  planSteps,
  promised,
  readSafetensors,
  type StepsPlan,
  type Weights,
} from "@unseen/learning";
import type { TrainingRecipe } from "@unseen/wire";
import { type LaidOutModel, layOutModel, type SetupOf } from "./lay-out-model.ts";
import { withinPolicy } from "./training-policy.ts";

export type TrainingSetup = SetupOf<TrainingRecipe> & {
  /** What the whole may cost, where the noise is not named. */
  readonly epsilon: number | undefined;
};

export type LaidOut = LaidOutModel & {
  readonly sampler: PoissonSampler;
  readonly weights: Weights | undefined;
};

export type PricedSetup = {
  readonly promise: Promised;
  readonly steps: number;
  readonly rate: number;
  readonly parameters: number;
  /** Of all steps, as `workOf` counts, from public numbers. */
  readonly work: number;
  /** Of one person in one batch. */
  readonly workEachPerson: number;
  /** Of a step's program, and of all rows that there may be, as they are read and as they are laid out. */
  readonly bytes: number;
};

/** Each refusal follows from the recipe and the card. */
export function layOut(setup: TrainingSetup): Result<LaidOut, Problem> {
  const model = layOutModel(setup, setup.recipe.loss);
  if (!model.ok) return model;
  const sampler = samplerOf(setup);
  if (!sampler.ok) return sampler;
  const weights = weightsOf(setup.recipe);
  if (!weights.ok) return weights;
  return ok({ ...model.value, sampler: sampler.value, weights: weights.value });
}

function samplerOf({ recipe, ...setup }: TrainingSetup): Result<PoissonSampler, Problem> {
  const { batches } = recipe;
  const { relation, peopleAtMost: people, isCountPublic } = setup;
  if (batches.kind === "drawn") {
    const { rate, steps, expects } = batches;
    return PoissonSampler.of({ rate, steps, expects, relation });
  }
  if (!isCountPublic)
    return err(
      problem("training-invalid", "how many people there are is not public, so there are no epochs of them", {
        hint: "choose a rate and steps: { rate: 0.05, steps: 400, expects: 50 }",
      }),
    );
  const { epochs, batch } = batches;
  if (batch > people)
    return err(problem("training-invalid", "a batch is of at most as many people as there are"));
  const steps = Math.max(1, Math.ceil((epochs * people) / batch - 1e-9));
  return PoissonSampler.of({ rate: batch / people, steps, expects: batch, relation });
}

function weightsOf({ weights }: TrainingRecipe): Result<Weights | undefined, Problem> {
  if (weights === undefined) return ok(undefined);
  const read = readSafetensors(weights);
  if (!read.ok) return read;
  return ok(new Map([...read.value.tensors].map(([name, { data }]) => [name, data])));
}

/** What an operation of a program costs however small it is: a call, about a microsecond. */
export const callWork = 300;

/** Refuses what is too large, then looks for the noise that keeps the epsilon, which takes seconds. */
export function priceSetup(setup: TrainingSetup): Result<PricedSetup, Problem> {
  const laid = layOut(setup);
  if (!laid.ok) return laid;
  const { features, label, network, sampler, weights } = laid.value;
  if (weights !== undefined && !fitsNetwork(weights, network))
    return err(problem("shapes-do-not-fit", "the weights that were given are not those of this model"));
  const parameters = learntNumbers(network);
  const small = withinPolicy(setup.policy, { parameters, work: 0, bytes: 0 });
  if (!small.ok) return small;
  // The program of a step is the same with any noise, and at hand much sooner than the noise.
  const plan = stepsOf(setup, laid.value, optionsOf(setup, laid.value, 1));
  if (!plan.ok) return plan;
  const ofProgram = bytesOnWasm(plan.value.step.program);
  if (!ofProgram.ok) return ofProgram;
  const runWork = workOf(plan.value.step.program);
  const { count } = plan.value.units;
  const rate = rateOf(setup);
  const runs = 1 + (rate * setup.peopleAtMost) / count;
  const called = callWork * plan.value.step.program.nodes.length;
  // A number of noise is about as much as fifty steps; a coin for each person as twenty.
  const eachStep = runs * (runWork + called) + 50 * parameters + 20 * setup.peopleAtMost;
  const work = sampler.steps * eachStep;
  // Columns and people are copied to the thread.
  const eachRow = 2 * (8 * (features.features.length + 1) + 4) + 4 * (features.width + label.outputs);
  const bytes = ofProgram.value + setup.peopleAtMost * setup.rowsEach * eachRow;
  const allowed = withinPolicy(setup.policy, { parameters, work, bytes });
  if (!allowed.ok) return allowed;
  const { privacy } = optionsOf(setup, laid.value, undefined);
  const sound = checkPrivacy(privacy!);
  if (!sound.ok) return sound;
  const noise = noiseOf(privacy!, sampler);
  if (!noise.ok) return noise;
  // What is refused for this noise is refused now, and not after the charge.
  const whole = planOf(setup, laid.value, noise.value);
  if (!whole.ok) return whole;
  const priced = { privacy: privacy!, noiseMultiplier: noise.value, sampler, unit: setup.unitInWords };
  return ok({
    promise: promised(priced),
    steps: sampler.steps,
    rate,
    parameters,
    work,
    workEachPerson: runWork / count,
    bytes,
  });
}

/** With the noise that was priced. */
export function planOf(
  setup: TrainingSetup,
  laid: LaidOut,
  noiseMultiplier: number,
): Result<{ readonly plan: StepsPlan; readonly options: FitOptions }, Problem> {
  const options = optionsOf(setup, laid, noiseMultiplier);
  const plan = stepsOf(setup, laid, options);
  return plan.ok ? ok({ plan: plan.value, options }) : plan;
}

function optionsOf(setup: TrainingSetup, { weights }: LaidOut, noise: number | undefined): FitOptions {
  const { recipe, delta, epsilon } = setup;
  const { clip, adaptive } = recipe.privacy;
  const shared = { clip, delta, ...(adaptive === undefined ? {} : { adaptive }) };
  const named = noise ?? ("noiseMultiplier" in recipe.privacy ? recipe.privacy.noiseMultiplier : undefined);
  const privacy: PrivacyOptions =
    named === undefined ? { ...shared, epsilon: epsilon! } : { ...shared, noiseMultiplier: named };
  return {
    optimizer: optimizerOf(recipe.optimizer),
    loss: lossNamed(recipe.loss),
    seed: recipe.seed,
    ...(weights === undefined ? {} : { weights }),
    privacy,
  };
}

/** Parts of a training that are told: each is a moment that can be timed. */
const reports = 20;

function stepsOf(setup: TrainingSetup, { network, sampler }: LaidOut, options: FitOptions) {
  const { rowsEach, unitInWords } = setup;
  const reportEvery = Math.ceil(sampler.steps / reports);
  return planSteps(network, { sampler, rowsEach, unitInWords, reportEvery }, options);
}

function rateOf({ recipe: { batches }, peopleAtMost }: TrainingSetup): number {
  return batches.kind === "drawn" ? batches.rate : batches.batch / peopleAtMost;
}
