// A training as it came through the door, laid out and priced. Nothing private has been read so far, and each refusal is free.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  type AttoDelta,
  formatDelta,
  formatEpsilon,
  type NanoEpsilon,
  nanoEpsilonOf,
  parseDelta,
  parseEpsilon,
  printEvent,
  unitInWords,
} from "@unseen/privacy";
import type { PricedTraining as AskedPrice, SentTrainingPrice } from "@unseen/wire";
import type { Caller } from "../accounts/index.ts";
import { isEarlierSnapshot } from "../engine/index.ts";
import { describeColumn, findDataset, type OpenDataset, permit, remainingTexts } from "../questions/index.ts";
import { digestOfData } from "./digest-of-data.ts";
import type { TrainingPolicy } from "./training-policy.ts";
import type { TrainingPorts } from "./training-ports.ts";
import type { PricedSetup, TrainingSetup } from "./training-setup.ts";

/** What is charged, for what, and all that a thread needs to run it. */
export type PricedTraining = PricedSetup & {
  readonly dataset: OpenDataset;
  readonly setup: TrainingSetup;
  readonly epsilon: NanoEpsilon;
  readonly delta: AttoDelta;
  readonly event: string;
  readonly guarantee: string;
  /** Of what was asked, of whom, and at what price: two asks with one hash are the same training. */
  readonly questionHash: string;
};

export function trainingHash({ dataset, recipe }: AskedPrice): string {
  return digestOfData(["training", dataset, recipe]);
}

export async function planTrainingAtOwner(
  { datasets, trainer, policy }: Pick<TrainingPorts, "datasets" | "trainer" | "policy">,
  asker: string,
  asked: AskedPrice,
): Promise<Result<PricedTraining, Problem>> {
  const dataset = await findDataset(datasets, asked.dataset);
  if (!dataset.ok) return dataset;
  if (isEarlierSnapshot(dataset.value.snapshot)) return err(outdated(asked.dataset));
  const delta = parseDelta(asked.recipe.privacy.delta);
  if (!delta.ok) return delta;
  const setup = setupOf(dataset.value, asked, delta.value, policy);
  if (!setup.ok) return setup;
  const priced = await trainer.price(setup.value, asker);
  if (!priced.ok) return priced;
  const epsilon = epsilonCharged(priced.value.promise.epsilon);
  if (!epsilon.ok) return epsilon;
  return ok({
    ...priced.value,
    dataset: dataset.value,
    setup: setup.value,
    epsilon: epsilon.value,
    delta: delta.value,
    event: eventOf(setup.value, priced.value),
    guarantee: guaranteeOf(setup.value, priced.value, epsilon.value, delta.value),
    questionHash: trainingHash(asked),
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
  const { promise, steps, parameters, epsilon, delta, event, guarantee } = priced.value;
  const charge = { asker: caller.id, datasets: [asked.dataset] as const, epsilon, delta, event };
  const refusal = await ports.ledger.refusal(charge);
  // Where more budget would not help, what would.
  const why = refusal?.facts?.filter === undefined ? [] : [`nothing: ${refusal.message} ${refusal.hint}`];
  const { remaining } = await remainingTexts(ports.ledger, asked, caller.id);
  return ok({
    cost: { epsilon: formatEpsilon(epsilon), delta: formatDelta(delta) },
    promise,
    steps,
    parameters,
    releases: [
      `${parameters} trained numbers after ${steps} noised steps, and nothing before the last`,
      guarantee,
      ...why,
    ],
    remaining,
    isAffordable: refusal === undefined,
  });
}

/** A hair less than what is charged, because the decimal may be no double. */
const room = 1 - 2 ** -50;

function setupOf(
  { card, peopleCount }: OpenDataset,
  { recipe }: AskedPrice,
  delta: AttoDelta,
  policy: TrainingPolicy,
): Result<TrainingSetup, Problem> {
  const named = new Set([...recipe.x.map(({ column }) => column), recipe.y]);
  const { people, unit } = card;
  const offered = "epsilon" in recipe.privacy ? parseEpsilon(recipe.privacy.epsilon) : undefined;
  if (offered?.ok === false) return offered;
  return ok({
    recipe,
    declared: Object.entries(card.columns)
      .filter(([name]) => named.has(name))
      .map(([name, column]) => describeColumn(name, column)),
    relation: people.isPublic ? "replace-one" : "add-or-remove-one",
    rowsEach: unit.kind === "row" ? 1 : unit.mostRowsEach,
    unitInWords: unitInWords(card),
    peopleAtMost: people.isPublic ? peopleCount : people.band[1],
    isCountPublic: people.isPublic,
    delta: (Number(delta) / 1e18) * room,
    policy,
    epsilon: offered && Number(offered.value) / 1e9,
  });
}

/** In billionths, rounded up. Beyond a thousand nothing is promised that is worth a charge. */
function epsilonCharged(epsilon: number): Result<NanoEpsilon, Problem> {
  if (!(epsilon <= 1_000))
    return err(
      problem("epsilon-invalid", "so little noise costs more than an epsilon of 1000", {
        hint: "a larger noise multiplier, or fewer steps",
      }),
    );
  const nanos = BigInt(Math.ceil(epsilon * 1e9));
  return ok(nanoEpsilonOf(nanos < 1n ? 1n : nanos));
}

/** The whole of it as it is, so that an accountant can count it anew later. */
function eventOf({ relation }: TrainingSetup, { rate, steps, promise }: PricedSetup): string {
  const event = printEvent({
    kind: "self-composed",
    event: {
      kind: "poisson-sampled",
      probability: rate,
      event: { kind: "gaussian", noiseMultiplier: promise.noiseMultiplier },
    },
    count: steps,
  });
  return `{"neighbours":"${relation}","event":${event}}`;
}

function guaranteeOf(
  { relation, unitInWords: unit }: TrainingSetup,
  { promise, steps }: PricedSetup,
  epsilon: NanoEpsilon,
  delta: AttoDelta,
): string {
  const change =
    relation === "replace-one" ? "Replacing one person by another" : "Adding or removing one person";
  const [e, d] = [formatEpsilon(epsilon), formatDelta(delta)];
  return `${change} (${unit}) changes the probability of any trained weights by a factor of at most e^${e}, but for a chance of ${d} (epsilon ${e} at delta ${d}; discrete Gaussian noise on each of ${steps} sums of clipped gradients, ${promise.sampler}, ${promise.conversion}). Losses of several answers add up.`;
}

function outdated(name: string): Problem<"dataset-outdated"> {
  return problem(
    "dataset-outdated",
    `an earlier version took the dataset ${JSON.stringify(name)} in, and this one cannot read what it kept`,
    { hint: "its owner removes it and registers it again; what was spent under its name stays spent" },
  );
}
