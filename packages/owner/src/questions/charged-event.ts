// What the ledger keeps of a charge: the mechanisms, as any accountant reads them, and whose neighbours they protect.

import {
  type ChargedEvent,
  forAccounting,
  multiplyRationals,
  type NeighbouringRelation,
  type Neighbours,
  type PrivacyEvent,
  printEvent,
  rational,
  rationalFromStored,
  rationalToNumber,
} from "@unseen/privacy";
import { selectionFor } from "./keys-question.ts";
import type { PlannedProgram, PlannedQuestion } from "./question.ts";

/** `rationalToNumber` is within three parts in 2^53: this much more is never less than the share. */
const room = 2 ** -50;

/**
 * Pure: each cut, at its share. Concentrated: one rho for all noised cuts together, which is exact where the share of one of
 * three cuts is no double. Each choice beside them, with its own mechanism. Keys: partition selection as its (epsilon, delta). Nothing in it depends on a row.
 */
export function chargedEvent(question: PlannedQuestion): string {
  if (question.kind === "keys") {
    const event = printEvent(forAccounting(selectionFor(question).event));
    return `{"neighbours":"${relationOf(question.neighbours)}","event":${event}}`;
  }
  const { plan, price } = question;
  return `{"neighbours":"${relationOf(plan.dataset.neighbours)}","event":${printEvent(eventOf(price))}}`;
}

function relationOf(neighbours: Neighbours): NeighbouringRelation {
  return neighbours === "replace" ? "replace-one" : "add-or-remove-one";
}

function eventOf({ share, events }: PlannedProgram["price"]): PrivacyEvent {
  const choices = events.flatMap((event) => ("count" in event ? [choiceEvent(event)] : []));
  const noised = events.length - choices.length;
  const parts = noised > 0 ? [noiseEvent(share, noised), ...choices] : choices;
  const [only, ...others] = parts;
  if (only === undefined) return { kind: "none" };
  return others.length === 0 ? only : { kind: "composed", events: parts };
}

function noiseEvent(share: PlannedProgram["price"]["share"], cuts: number): PrivacyEvent {
  if (share.kind === "concentrated") {
    const total = multiplyRationals(share.rho, rational(BigInt(cuts)));
    return { kind: "zcdp", rho: rationalToNumber(total), xi: 0 };
  }
  const epsilon = rationalToNumber(share.epsilon) * (1 + room);
  return { kind: "self-composed", event: { kind: "epsilon-delta", epsilon, delta: 0 }, count: cuts };
}

function choiceEvent({ mechanism, epsilon: stored, count }: Extract<ChargedEvent, { count: number }>) {
  const epsilon = rationalToNumber(rationalFromStored(stored)) * (1 + room);
  const one: PrivacyEvent =
    mechanism === "permute-and-flip"
      ? { kind: mechanism, epsilon }
      : { kind: "epsilon-delta", epsilon, delta: 0 };
  return count === 1 ? one : ({ kind: "self-composed", event: one, count } as const);
}
