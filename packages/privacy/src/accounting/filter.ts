// Filters: may this event still happen, when each was chosen after seeing the answers to all before? What an accountant
// sums up afterwards is not enough for that; these caps hold under full adaptivity.
// Pure and basic: Rogers, Roth, Ullman, Vadhan 2016 (arXiv 1605.08294). Zero-concentrated and Rényi: Feldman, Zrnic
// 2021 (arXiv 2008.11193), Theorem 4.3: for an order fixed beforehand, divergences may be added up to its budget.
//
// With several orders "any one still within its budget" lets the answers choose the order, which the theorem does not
// cover; so delta is divided among the orders, and each alone keeps (epsilon, delta / orders). Sums are exact, so the
// order of events never matters.

import { err, invariant, ok, type Result } from "@unseen/base";
import { addRationals, compareRationals, type Rational, rational } from "../budget/rational.ts";
import { type EventNotSupported, notSupported } from "./accountant.ts";
import { type EventProblem, eventFrom, type NeighbouringRelation, type PrivacyEvent } from "./event.ts";
import { type BasicLoss, basicLossOf, decimal, plus } from "./pure-loss.ts";
import { rdpCurveOf } from "./rdp.ts";
import { concentratedLossOf } from "./zcdp.ts";

export type NotAdmitted = EventNotSupported | EventProblem | { readonly code: "budget-exhausted" };

/** Immutable: what was admitted lives in the filter that `admit` returns. */
export interface PrivacyFilter {
  readonly name: string;
  readonly relation: NeighbouringRelation;
  /** Whether `admit` would succeed. Depends on events only, never on data. */
  wouldAdmit(event: PrivacyEvent): boolean;
  /** The filter with the event paid for, or the reason why it must not happen. */
  admit(event: PrivacyEvent): Result<PrivacyFilter, NotAdmitted>;
}

/** Caps the exact sum of epsilons, and of deltas. Numbers are read as the decimals that they print as. */
export function pureFilter(
  cap: { readonly epsilon: number; readonly delta?: number },
  relation: NeighbouringRelation = "add-or-remove-one",
): PrivacyFilter {
  const most: BasicLoss = { epsilon: decimal(cap.epsilon), delta: decimal(cap.delta ?? 0) };
  const at = (spent: BasicLoss): PrivacyFilter =>
    filterOf("pure", relation, (event) => {
      const cost = basicLossOf(event, relation);
      if (!cost.ok) return cost;
      const sum = plus(spent, cost.value);
      const fits =
        compareRationals(sum.epsilon, most.epsilon) <= 0 && compareRationals(sum.delta, most.delta) <= 0;
      return fits ? ok(at(sum)) : err({ code: "budget-exhausted" });
    });
  return at({ epsilon: rational(0n), delta: rational(0n) });
}

/** Caps the exact sum of rho. `rhoAtMost` in mechanisms/concentrated.ts gives the rho that an (epsilon, delta) pays for. */
export function zcdpFilter(
  most: Rational,
  relation: NeighbouringRelation = "add-or-remove-one",
): PrivacyFilter {
  const at = (spent: Rational): PrivacyFilter =>
    filterOf("zcdp", relation, (event) => {
      const cost = concentratedLossOf(event, relation);
      if (!cost.ok) return cost;
      if (cost.value.xi.num > 0n)
        return notSupported("zcdp filter", event.kind, "xi has no budget in this filter");
      const sum = addRationals(spent, cost.value.rho);
      return compareRationals(sum, most) <= 0 ? ok(at(sum)) : err({ code: "budget-exhausted" });
    });
  return at(rational(0n));
}

export type RdpFilterCap = {
  readonly epsilon: number;
  readonly delta: number;
  readonly relation?: NeighbouringRelation;
  /** Fixed before the first event, each above 1. One order costs no delta; k of them divide it by k. */
  readonly orders?: readonly number[];
};

/** Between the best orders for epsilon 20 and for epsilon 0.1 at delta 1e-6, about a factor 1.5 apart. */
export const defaultFilterOrders: readonly number[] = [2, 3, 4, 6, 8, 12, 20, 32, 64, 128];

/** Sums are whole multiples of 2^-80, each cost rounded up to one. */
const unitsPerOne = 2 ** 80;
/** Room for the rounding of curves (rdp/conversions.ts says how much they need) and of the budgets. */
const room = 1e-11;

/** Admits while at least one order stays within its budget. Refuses events with a delta of their own. */
export function rdpFilter(cap: RdpFilterCap): PrivacyFilter {
  const { epsilon, delta, relation = "add-or-remove-one" } = cap;
  invariant(epsilon > 0 && delta > 0 && delta < 1, "a Rényi filter caps an epsilon above zero at a delta");
  const orders = Float64Array.from(cap.orders ?? defaultFilterOrders);
  invariant(
    orders.every((order) => order > 1),
    "a filter's orders are above one",
  );
  const share = Math.log(delta / orders.length);
  // Canonne, Kamath, Steinke 2020, Proposition 12, solved for the divergence, rounded down.
  const budgets = Array.from(orders, (order) => {
    const budget = epsilon - Math.log1p(-1 / order) + (share + Math.log(order)) / (order - 1);
    return budget > 0 ? BigInt(Math.floor(budget * (1 - room) * unitsPerOne)) : -1n;
  });
  const at = (spent: readonly bigint[]): PrivacyFilter =>
    filterOf("rdp", relation, (event) => {
      const cost = rdpCurveOf(event, orders, relation);
      if (!cost.ok) return cost;
      if (cost.value.extraDelta > 0)
        return notSupported(
          "rdp filter",
          event.kind,
          "an event with its own delta has no place in this filter",
        );
      const sums = spent.map((each, i) => each + unitsOf(cost.value.rdp[i]!, budgets[i]!));
      const fits = sums.some((sum, i) => sum <= budgets[i]!);
      return fits ? ok(at(sums)) : err({ code: "budget-exhausted" });
    });
  return at(budgets.map(() => 0n));
}

/** Infinite or enormous costs count as more than the budget; never as less than a unit. */
function unitsOf(divergence: number, budget: bigint): bigint {
  if (divergence === 0) return 0n;
  const units = Math.ceil(divergence * (1 + room) * unitsPerOne);
  return Number.isFinite(units) ? BigInt(units) : (budget < 0n ? 0n : budget) + 1n;
}

/** The event is parsed again at this door: a NaN or a negative noise from a careless caller must not get past a cap. */
function filterOf(
  name: string,
  relation: NeighbouringRelation,
  admitParsed: (event: PrivacyEvent) => Result<PrivacyFilter, NotAdmitted>,
): PrivacyFilter {
  const admit = (event: PrivacyEvent): Result<PrivacyFilter, NotAdmitted> => {
    const parsed = eventFrom(event);
    return parsed.ok ? admitParsed(parsed.value) : parsed;
  };
  return { name, relation, admit, wouldAdmit: (event) => admit(event).ok };
}
