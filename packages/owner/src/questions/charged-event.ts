// What the ledger keeps of a charge: the mechanisms, as any accountant reads them, and whose neighbours they protect.

import {
  forAccounting,
  multiplyRationals,
  type NeighbouringRelation,
  type Neighbours,
  type PrivacyEvent,
  printEvent,
  rational,
  rationalToNumber,
} from "@unseen/privacy";
import { selectionFor } from "./keys-question.ts";
import type { PlannedProgram, PlannedQuestion } from "./question.ts";

/** `rationalToNumber` is within three parts in 2^53: this much more is never less than the share. */
const room = 2 ** -50;

/**
 * Pure: each cut, at its share. Concentrated: one rho for all cuts together, which is exact where the share of one of
 * three cuts is no double. Keys: partition selection as its (epsilon, delta). Nothing in it depends on a row.
 */
export function chargedEvent(question: PlannedQuestion): string {
  if (question.kind === "keys") {
    const event = printEvent(forAccounting(selectionFor(question).event));
    return `{"neighbours":"${relationOf(question.neighbours)}","event":${event}}`;
  }
  const { plan, price } = question;
  return `{"neighbours":"${relationOf(plan.dataset.neighbours)}","event":${printEvent(eventOf(price, plan.cuts.length))}}`;
}

function relationOf(neighbours: Neighbours): NeighbouringRelation {
  return neighbours === "replace" ? "replace-one" : "add-or-remove-one";
}

function eventOf({ share }: PlannedProgram["price"], cuts: number): PrivacyEvent {
  if (share.kind === "concentrated") {
    const total = multiplyRationals(share.rho, rational(BigInt(cuts)));
    return { kind: "zcdp", rho: rationalToNumber(total), xi: 0 };
  }
  const epsilon = rationalToNumber(share.epsilon) * (1 + room);
  return cuts === 0
    ? { kind: "none" }
    : { kind: "self-composed", event: { kind: "epsilon-delta", epsilon, delta: 0 }, count: cuts };
}
