// Basic composition: epsilons add up, deltas add up, exactly. Never the tightest, never wrong, and the only theory for a
// promise without delta.

import { ok, type Result } from "@unseen/base";
import { compareRationals, rational, rationalToNumber } from "../budget/rational.ts";
import { type Accountant, type EventNotSupported, expectComposable } from "./accountant.ts";
import type { NeighbouringRelation, PrivacyEvent } from "./event.ts";
import { type BasicLoss, basicLossOf, decimal, plus, times, toNumberUp } from "./pure-loss.ts";

export interface PureAccountant extends Accountant {
  /** The sums so far, as exact fractions. */
  readonly total: BasicLoss;
  compose(event: PrivacyEvent, count?: number): Result<PureAccountant, EventNotSupported>;
}

/** Supports events with a finite epsilon. Sums are exact; figures are rounded up to a double. */
export function pureAccountant(relation: NeighbouringRelation = "add-or-remove-one"): PureAccountant {
  return withTotal({ epsilon: rational(0n), delta: rational(0n) }, relation);
}

function withTotal(total: BasicLoss, relation: NeighbouringRelation): PureAccountant {
  return {
    name: "pure (basic composition)",
    relation,
    total,
    compose(event, count = 1) {
      expectComposable(event, count);
      const one = basicLossOf(event, relation);
      return one.ok ? ok(withTotal(plus(total, times(one.value, count)), relation)) : one;
    },
    epsilonAtLeast(delta) {
      const covered = delta >= 0 && compareRationals(total.delta, decimal(Math.min(1, delta))) <= 0;
      return delta >= 1 ? 0 : covered ? exactly(total.epsilon) : Number.POSITIVE_INFINITY;
    },
    deltaAtLeast(epsilon) {
      const covered = epsilon === Number.POSITIVE_INFINITY || exactly(total.epsilon) <= epsilon;
      return covered ? Math.min(1, exactly(total.delta)) : 1;
    },
  };
}

/** The nearest double when it says the same decimal, else one that is not below. */
function exactly(of: BasicLoss["epsilon"]): number {
  const near = Number(rationalToNumber(of).toPrecision(15));
  return compareRationals(decimal(near), of) === 0 ? near : toNumberUp(of);
}
