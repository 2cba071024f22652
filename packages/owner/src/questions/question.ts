// A question as it came through the door, planned and priced. Nothing private has been read so far.

import { createHash } from "node:crypto";
import { ok, type Problem, type Result } from "@unseen/base";
import {
  type Offer,
  type Plan,
  type Price,
  parseDelta,
  parseEpsilon,
  planAnswer,
  priceOf,
} from "@unseen/privacy";
import { printProgram } from "@unseen/program";
import type { AskedKeys, AskedQuestion, OfferText, PricedKeys, PricedQuestion } from "@unseen/wire";
import type { RowSource } from "../engine/index.ts";
import { type PlannedKeys, planKeys } from "./keys-question.ts";
import { factsOf, type OpenSource, openSource, rowsOf } from "./open-source.ts";
import type { Caller, Datasets } from "./ports.ts";

export type PlannedQuestion = PlannedProgram | PlannedKeys;

export type PlannedProgram = {
  readonly kind: "program";
  readonly source: OpenSource;
  readonly rows: RowSource;
  readonly plan: Plan;
  readonly price: Price;
  readonly offer: Offer;
};

/** Finds the dataset, or the two that are joined, plans what is asked and prices the offer. Each refusal is free. */
export async function planQuestion(
  datasets: Datasets,
  asked: PricedQuestion | PricedKeys,
): Promise<Result<PlannedQuestion, Problem>> {
  const offer = readOffer(asked.offer);
  if (!offer.ok) return offer;
  const source = await openSource(datasets, asked);
  if (!source.ok) return source;
  const rows = rowsOf(source.value);
  if (!rows.ok) return rows;
  if ("keys" in asked) return planKeys(source.value, asked.keys, offer.value);
  const plan = planAnswer(asked.program, factsOf(source.value));
  if (!plan.ok) return plan;
  return ok({
    kind: "program",
    source: source.value,
    rows: rows.value,
    plan: plan.value,
    price: priceOf(plan.value, offer.value),
    offer: offer.value,
  });
}

export function readOffer(text: OfferText): Result<Offer, Problem> {
  const epsilon = parseEpsilon(text.epsilon);
  if (!epsilon.ok) return epsilon;
  if (text.delta === undefined) return ok({ kind: "pure", epsilon: epsilon.value });
  const delta = parseDelta(text.delta);
  return delta.ok ? ok({ kind: "approximate", epsilon: epsilon.value, delta: delta.value }) : delta;
}

/** SHA-256 of what was asked, of whom, and at what price: two asks with one hash are the same question. */
export function questionHash(asked: PricedQuestion | PricedKeys): string {
  const { dataset, joined, offer } = asked;
  const whom = joined === undefined ? dataset : [dataset, joined];
  const text = JSON.stringify([whom, offer.epsilon, offer.delta ?? "", ...questionText(asked)]);
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** A program is one text; a question of keys is three, so no program reads like it. */
function questionText(asked: PricedQuestion | PricedKeys): readonly string[] {
  if (!("keys" in asked)) return [printProgram(asked.program)];
  return ["keys", asked.keys.column, String(asked.keys.mostKeysEach)];
}

/** Names one ask of one caller while it is underway. */
export function questionKey(caller: Caller, asked: AskedQuestion | AskedKeys): string {
  return JSON.stringify([caller.id, asked.askId, questionHash(asked)]);
}
