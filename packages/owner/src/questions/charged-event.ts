// What the ledger keeps of a charge: the mechanisms, as any accountant reads them, and whose neighbours they protect.

import {
  multiplyRationals,
  type NeighbouringRelation,
  type PrivacyEvent,
  printEvent,
  rational,
  rationalToNumber,
} from "@unseen/privacy";
import type { PlannedQuestion } from "./question.ts";

/** `rationalToNumber` is within three parts in 2^53: this much more is never less than the share. */
const room = 2 ** -50;

/**
 * Pure: each cut, at its share. Concentrated: one rho for all cuts together, which is exact where the share of one of
 * three cuts is no double. Nothing in it depends on a row.
 */
export function chargedEvent({ plan, price }: PlannedQuestion): string {
  const neighbours: NeighbouringRelation =
    plan.dataset.neighbours === "replace" ? "replace-one" : "add-or-remove-one";
  return `{"neighbours":"${neighbours}","event":${printEvent(eventOf(price, plan.cuts.length))}}`;
}

function eventOf({ share }: PlannedQuestion["price"], cuts: number): PrivacyEvent {
  if (share.kind === "concentrated") {
    const total = multiplyRationals(share.rho, rational(BigInt(cuts)));
    return { kind: "zcdp", rho: rationalToNumber(total), xi: 0 };
  }
  const epsilon = rationalToNumber(share.epsilon) * (1 + room);
  return cuts === 0
    ? { kind: "none" }
    : { kind: "self-composed", event: { kind: "epsilon-delta", epsilon, delta: 0 }, count: cuts };
}
