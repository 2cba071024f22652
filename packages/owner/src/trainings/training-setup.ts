// A training as plain data, and what it comes to: the same on the thread that prices it and on the one that runs it. It holds
// nothing of the rows but what the card makes public.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { bytesOnWasm, workOf } from "@unseen/compute";
import {
  checkPrivacy,
  type FeaturePlan,
  type FitOptions,
  fitsNetwork,
  type LabelPlan,
  layerOf,
  learntNumbers,
  lossNamed,
  mostRowsEach,
  type Network,
  noiseOf,
  optimizerOf,
  type PoissonRelation,
  PoissonSampler,
  type PrivacyOptions,
  type Promised,
  planFeatures,
  planLabel,
  planNetwork,
  planSteps,
  promised,
  readSafetensors,
  type StepsPlan,
  type Weights,
} from "@unseen/learning";
import type { ColumnDescription, TrainingRecipe } from "@unseen/wire";
import { type TrainingPolicy, withinPolicy } from "./training-policy.ts";

/** May be sent to a thread. */
export type TrainingSetup = {
  readonly recipe: TrainingRecipe;
  /** Of the columns that are used. */
  readonly declared: readonly ColumnDescription[];
  readonly relation: PoissonRelation;
  readonly rowsEach: number;
  readonly unitInWords: string;
  /** How many people there may be; where `isCountPublic`, how many there are. */
  readonly peopleAtMost: number;
  readonly isCountPublic: boolean;
  /** Of the offer, a little less than what is charged. */
  readonly delta: number;
  /** What the whole may cost, where the noise is not named. */
  readonly epsilon: number | undefined;
  readonly policy: TrainingPolicy;
};

export type LaidOut = {
  readonly features: FeaturePlan;
  readonly label: LabelPlan;
  readonly network: Network;
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
  const { recipe, declared, rowsEach } = setup;
  if (rowsEach > mostRowsEach)
    return err(
      problem(
        "training-too-large",
        `one person may have ${rowsEach} rows here, and a training takes at most ${mostRowsEach} of each`,
        { hint: 'the owner can register the rows with a smaller "mostRowsEach"' },
      ),
    );
  const features = planFeatures(recipe.x, declared);
  if (!features.ok) return features;
  const label = planLabel(recipe.y, recipe.loss, declared);
  if (!label.ok) return label;
  const shape = recipe.shape ?? [features.value.width];
  if (shape.reduce((product, size) => product * size, 1) !== features.value.width)
    return err(
      problem(
        "shapes-do-not-fit",
        `the columns of an example become ${features.value.width} numbers, and its shape is [${shape.join(", ")}]`,
      ),
    );
  const looked = looksUp(recipe, features.value);
  if (!looked.ok) return looked;
  const network = planNetwork(recipe.layers.map(layerOf), shape);
  if (!network.ok) return network;
  if (network.value.outputs !== label.value.outputs)
    return err(
      problem(
        "shapes-do-not-fit",
        `the last layer has ${network.value.outputs} results, and ${recipe.y} with the loss ${recipe.loss} needs ${label.value.outputs}`,
        { hint: `end with dense(${label.value.outputs})` },
      ),
    );
  const sampler = samplerOf(setup);
  if (!sampler.ok) return sampler;
  const weights = weightsOf(recipe);
  if (!weights.ok) return weights;
  return ok({
    features: features.value,
    label: label.value,
    network: network.value,
    sampler: sampler.value,
    weights: weights.value,
  });
}

/** What is looked up in a table must be a place in it, whatever a row holds: so places come straight from declared columns. */
function looksUp({ layers }: TrainingRecipe, { places }: FeaturePlan): Result<undefined, Problem> {
  for (const [at, layer] of layers.entries()) {
    if (layer.kind !== "embedding") continue;
    if (at > 0 || places === undefined)
      return err(
        problem("training-invalid", "an embedding looks up columns that are places, before any other layer"),
      );
    if (places > layer.words)
      return err(
        problem("training-invalid", `an embedding of ${layer.words} words looks up one of ${places} places`, {
          hint: `embedding(${places}, ${layer.units})`,
        }),
      );
  }
  return ok(undefined);
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
const callWork = 300;

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
