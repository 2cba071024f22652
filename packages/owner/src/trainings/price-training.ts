// A training as it came through the door, laid out and priced. Nothing private has been read so far, and each refusal is free.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { type AttoDelta, formatDelta, formatEpsilon, type NanoEpsilon, nanoEpsilonOf } from "@unseen/privacy";
import {
  type PricedTraining as AskedPrice,
  isTeaching,
  type SentTrainingPrice,
  type TeachingRecipe,
  type TrainingRecipe,
} from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import { isEarlierSnapshot } from "../engine/index.ts";
import { findDataset, type OpenDataset, permit, remainingTexts } from "../questions/index.ts";
import { eventOfFit, fitSetupOf, guaranteeOfFit } from "./charge-for-fit.ts";
import { eventOfTeaching, guaranteeOfTeaching, teachingSetupOf } from "./charge-for-teaching.ts";
import { digestOfData } from "./digest-of-data.ts";
import { type Facts, factsFor } from "./facts-for-training.ts";
import type { TrainingPorts } from "./training-ports.ts";
import type { TrainingWork } from "./training-work.ts";

/** What is charged, and for what. */
export type PricedTraining = TrainingCharge & {
  readonly dataset: OpenDataset;
  readonly work: TrainingWork;
  /** Of what was asked, of whom, and at what price: two asks with one hash are the same training. */
  readonly questionHash: string;
};

type TrainingCharge = {
  readonly work: TrainingWork;
  readonly epsilon: NanoEpsilon;
  readonly delta: AttoDelta;
  /** As the ledger keeps it. */
  readonly event: string;
  readonly guarantee: string;
  /** Or teachers. */
  readonly steps: number;
  /** What leaves, in words. */
  readonly release: string;
};

type PlanPorts = Pick<TrainingPorts, "datasets" | "trainer" | "policy">;

export function trainingHash({ dataset, recipe }: AskedPrice): string {
  return digestOfData([isTeaching(recipe) ? "teaching" : "training", dataset, recipe]);
}

export async function planTrainingAtOwner(
  { datasets, trainer, policy }: PlanPorts,
  asker: string,
  asked: AskedPrice,
): Promise<Result<PricedTraining, Problem>> {
  const { recipe } = asked;
  const found = await findDataset(datasets, asked.dataset);
  if (!found.ok) return found;
  const dataset = found.value;
  if (isEarlierSnapshot(dataset.snapshot)) return err(outdated(asked.dataset));
  const facts = factsFor(dataset, recipe, policy);
  const charge = isTeaching(recipe)
    ? await chargeForTeaching(trainer, asker, facts, recipe)
    : await chargeForFit(trainer, asker, facts, recipe);
  if (!charge.ok) return charge;
  return ok({ ...charge.value, dataset, questionHash: trainingHash(asked) });
}

async function chargeForFit(
  trainer: PlanPorts["trainer"],
  asker: string,
  facts: Facts,
  recipe: TrainingRecipe,
): Promise<Result<TrainingCharge, Problem>> {
  const laid = fitSetupOf(facts, recipe);
  if (!laid.ok) return laid;
  const { setup, delta } = laid.value;
  const priced = await trainer.price(setup, asker);
  if (!priced.ok) return priced;
  const { promise, steps, parameters } = priced.value;
  const epsilon = epsilonCharged(promise.epsilon, "a larger noise multiplier, or fewer steps");
  if (!epsilon.ok) return epsilon;
  return ok({
    work: { kind: "fit", setup, priced: priced.value },
    epsilon: epsilon.value,
    delta,
    event: eventOfFit(setup, priced.value),
    guarantee: guaranteeOfFit(setup, priced.value, epsilon.value, delta),
    steps,
    release: `${parameters} trained numbers after ${steps} noised steps, and nothing before the last`,
  });
}

async function chargeForTeaching(
  trainer: PlanPorts["trainer"],
  asker: string,
  facts: Facts,
  recipe: TeachingRecipe,
): Promise<Result<TrainingCharge, Problem>> {
  const laid = teachingSetupOf(facts, recipe);
  if (!laid.ok) return laid;
  const { setup, delta } = laid.value;
  const priced = await trainer.priceTeaching(setup, asker);
  if (!priced.ok) return priced;
  const { promise, teachers, queries } = priced.value;
  const epsilon = epsilonCharged(promise.epsilon, "more noise, or fewer queries");
  if (!epsilon.ok) return epsilon;
  const told = recipe.telling === undefined ? "" : ", and with noise how much they agreed";
  return ok({
    work: { kind: "teaching", setup, priced: priced.value },
    epsilon: epsilon.value,
    delta,
    event: eventOfTeaching(setup, priced.value),
    guarantee: guaranteeOfTeaching(setup, priced.value, epsilon.value, delta),
    steps: teachers,
    release: `what ${teachers} teachers answer to ${queries} queries by noised votes${told}; no teacher, and no count`,
  });
}

/** The price of a training. Free, and the same whatever the rows say. */
export async function priceTraining(
  ports: TrainingPorts,
  caller: Caller,
  asked: AskedPrice,
): Promise<Result<SentTrainingPrice, Problem>> {
  const permitted = permit(caller);
  if (!permitted.ok) return permitted;
  const priced = await planTrainingAtOwner(ports, caller.id, asked);
  if (!priced.ok) return priced;
  return ok(await priceInWords(ports.ledger, caller, asked.dataset, priced.value));
}

/** With what is left of the dataset's budget for the caller, and whether it covers the price. */
export async function priceInWords(
  ledger: TrainingPorts["ledger"],
  caller: Caller,
  dataset: string,
  { work, steps, epsilon, delta, event, guarantee, release }: TrainingCharge,
): Promise<SentTrainingPrice> {
  const charge = { asker: caller.id, datasets: [dataset] as const, epsilon, delta, event };
  const refusal = await ledger.refusal(charge);
  const taken = await ledger.thousandthsTaken(charge);
  const share = taken === undefined ? "" : shareInWords(dataset, taken);
  // Where more budget would not help, what would.
  const why = refusal?.facts?.filter === undefined ? [] : [`nothing: ${refusal.message} ${refusal.hint}`];
  const { remaining } = await remainingTexts(ledger, { dataset }, caller.id);
  return {
    cost: { epsilon: formatEpsilon(epsilon), delta: formatDelta(delta) },
    promise: work.priced.promise,
    steps,
    parameters: work.priced.parameters,
    releases: [`${release}${share}`, guarantee, ...why],
    remaining,
    isAffordable: refusal === undefined,
  };
}

/** Prices of trainings do not add up: what one takes of a lifetime is told beside its price. */
function shareInWords(dataset: string, thousandths: bigint): string {
  const percent = `${thousandths / 10n}.${thousandths % 10n}`;
  return `, for ${percent} % of all that ${dataset} may lose in its lifetime`;
}

/** In billionths, rounded up. Beyond a thousand nothing is promised that is worth a charge. */
export function epsilonCharged(epsilon: number, hint: string): Result<NanoEpsilon, Problem> {
  if (!(epsilon <= 1_000))
    return err(problem("epsilon-invalid", "so little noise costs more than an epsilon of 1000", { hint }));
  const nanos = BigInt(Math.ceil(epsilon * 1e9));
  return ok(nanoEpsilonOf(nanos < 1n ? 1n : nanos));
}

export function outdated(name: string): Problem<"dataset-outdated"> {
  return problem(
    "dataset-outdated",
    `an earlier version took the dataset ${JSON.stringify(name)} in, and this one cannot read what it kept`,
    { hint: "its owner removes it and registers it again; what was spent under its name stays spent" },
  );
}
