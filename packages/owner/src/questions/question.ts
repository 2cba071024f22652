// A question as it came through the door, planned and priced. Nothing private has been read so far.

import { createHash } from "node:crypto";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  datasetFacts,
  type Offer,
  type Plan,
  type Price,
  parseDelta,
  parseEpsilon,
  planAnswer,
  priceOf,
} from "@unseen/privacy";
import { printProgram } from "@unseen/program";
import type { AskedQuestion, OfferText, PricedQuestion } from "@unseen/wire";
import { isEarlierSnapshot } from "../engine/index.ts";
import type { Caller, Datasets, OpenDataset } from "./ports.ts";

export type PlannedQuestion = {
  readonly dataset: OpenDataset;
  readonly plan: Plan;
  readonly price: Price;
  readonly offer: Offer;
};

/** Finds the dataset, plans the program and prices the offer. Each refusal is free. */
export async function planQuestion(
  datasets: Datasets,
  asked: PricedQuestion,
): Promise<Result<PlannedQuestion, Problem>> {
  const offer = readOffer(asked.offer);
  if (!offer.ok) return offer;
  const dataset = await findDataset(datasets, asked.dataset);
  if (!dataset.ok) return dataset;
  const { card, peopleCount, snapshot } = dataset.value;
  if (isEarlierSnapshot(snapshot)) return err(outdated(card.name));
  const facts = datasetFacts(card, card.people.isPublic ? peopleCount : undefined);
  const plan = planAnswer(asked.program, facts);
  if (!plan.ok) return plan;
  return ok({
    dataset: dataset.value,
    plan: plan.value,
    price: priceOf(plan.value, offer.value),
    offer: offer.value,
  });
}

export async function findDataset(
  datasets: Datasets,
  name: string,
): Promise<Result<OpenDataset, Problem<"dataset-unknown">>> {
  const dataset = await datasets.find(name);
  if (dataset !== undefined) return ok(dataset);
  return err(
    problem("dataset-unknown", `this node has no dataset called ${JSON.stringify(name.slice(0, 80))}`, {
      hint: "search() without words lists them all",
    }),
  );
}

function outdated(name: string): Problem<"dataset-outdated"> {
  return problem(
    "dataset-outdated",
    `an earlier version took the dataset ${JSON.stringify(name)} in, and this one cannot read what it kept`,
    { hint: "its owner removes it and registers it again; what was spent under its name stays spent" },
  );
}

function readOffer(text: OfferText): Result<Offer, Problem> {
  const epsilon = parseEpsilon(text.epsilon);
  if (!epsilon.ok) return epsilon;
  if (text.delta === undefined) return ok({ kind: "pure", epsilon: epsilon.value });
  const delta = parseDelta(text.delta);
  return delta.ok ? ok({ kind: "approximate", epsilon: epsilon.value, delta: delta.value }) : delta;
}

/** SHA-256 of what was asked, of whom, and at what price: two asks with one hash are the same question. */
export function questionHash({ dataset, program, offer }: PricedQuestion): string {
  const text = JSON.stringify([dataset, offer.epsilon, offer.delta ?? "", printProgram(program)]);
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** Names one ask of one caller while it is underway. */
export function questionKey(caller: Caller, asked: AskedQuestion): string {
  return JSON.stringify([caller.id, asked.askId, questionHash(asked)]);
}
