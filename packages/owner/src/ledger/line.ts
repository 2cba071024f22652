// One lifetime line, a dataset's or an asker's, and the filter that guards its cap. Everything here is a function
// of sums, so the order of the charges cannot matter.
//
// - "basic": the epsilons and the deltas add up (Rogers, Roth, Ullman, Vadhan 2016).
// - "zcdp": a charge is admitted if either all charges of the line are pure and their epsilons add up to no more
//   than the cap; or the rhos add up to no more than the one rho that the cap (epsilon, delta) buys (Feldman and
//   Zrnic 2021; Whitehouse, Ramdas, Rogers, Wu 2023). The rho that the cap buys is fixed before the first charge, which
//   is what makes the filter hold when questions depend on answers. A line that ends by the first rule cannot fail,
//   one that ends by the second fails with the cap's delta: together, the cap. docs/decisions/0009 says why no
//   wider mixture is admitted.
// - "zcdp-keys": the same beside charges that are known only as (epsilon, delta), as questions of keys are. Half of the
//   cap's delta is kept for those: their deltas add up to no more than it, and the other half buys the rho. Fixed before
//   the first charge, both halves.
//
// Why "zcdp-keys" holds. Two answers' distributions that are (epsilon, delta)-close are, but for a part of weight delta
// of each, epsilon-close (Kairouz, Oh, Viswanath 2015). So let a coin fall before each such charge, with that
// chance, on the bad part. While no coin has fallen so, the charge is one of pure epsilon, and has its rho. Whatever
// is asked and why, the chance that any coin falls so is at most the sum of the deltas, so at most the half that is
// kept. Where none does, the line is one of "zcdp" under the other half: it ends by its plain sum, which cannot
// be passed, or by its rho, which fails with the other half. This is zCDP's approximate form (Bun and Steinke 2016)
// under the filter that Whitehouse and others 2023 give for it. A half that grew with what was left of the delta would
// let answers choose how the line fails, as the wider mixtures of decision 0009 would.

import { epsilonAtLeast, rhoAtMost } from "@unseen/privacy";
import { type Amount, amount, covers, left, nothing, plus } from "./amount.ts";
import { addRho, type Price, pureEpsilonAtMost, rhoOfUnits, rhoUnitsAtMost, unboundedRho } from "./rho.ts";

export const filterNames = ["basic", "zcdp", "zcdp-keys"] as const;
export type FilterName = (typeof filterNames)[number];

export type Line = {
  readonly filter: FilterName;
  readonly cap: Amount;
  /** The prices of all charges, added up. */
  readonly spent: Amount;
  /** The same in units of rho (`rho.ts`); `unboundedRho` once a charge had none. */
  readonly rho: bigint;
  /** Units of delta of the charges that are known only as (epsilon, delta): it is lost beside their rho. */
  readonly beside: bigint;
  readonly charges: bigint;
};

export type Spending = Pick<Line, "spent" | "rho" | "beside" | "charges">;

export const untouched = { spent: nothing, rho: 0n, beside: 0n, charges: 0n } as const;

/** The filter of a new line unless the owner chooses: the wider one wherever it can do more than add. */
export function usualFilter(cap: Amount, hasKeys = false): FilterName {
  if (!isConcentrated(cap)) return "basic";
  return hasKeys ? "zcdp-keys" : "zcdp";
}

export function admits(line: Line, price: Price): boolean {
  const total = plus(line.spent, price);
  if (isBasic(line)) return covers(line.cap, total);
  const beside = line.beside + price.beside;
  if (beside > keptForKeys(line)) return false;
  if (total.delta === beside && total.epsilon <= line.cap.epsilon) return true;
  return addRho(line.rho, price.rho) <= mostRho(capOfRho(line));
}

/** Whether a charge that is known only as (epsilon, delta) comes to a line that has no delta for any such charge. */
export function keepsNoDelta(line: Line, price: Price): boolean {
  return price.beside > 0n && !isBasic(line) && line.filter === "zcdp";
}

export function spendOn<Some extends Spending>(line: Some, price: Price): Some {
  return {
    ...line,
    spent: plus(line.spent, price),
    rho: addRho(line.rho, price.rho),
    beside: line.beside + price.beside,
    charges: line.charges + 1n,
  };
}

/**
 * The largest further pure epsilon that would be admitted, and the largest delta that a further offer may have: a
 * line guarded in rho does not use up its delta, because the delta belongs to the whole. Where some of it is kept for
 * keys, what is left of that is told: an offer for sums may have more.
 */
export function remainingOf(line: Line): Amount {
  if (isBasic(line)) return left(line.cap, line.spent);
  const free = atLeastZero(mostRho(capOfRho(line)) - line.rho);
  const inRho = pureEpsilonAtMost(free);
  const added = line.spent.delta === line.beside ? left(line.cap, line.spent).epsilon : 0n;
  const delta = line.filter === "zcdp-keys" ? atLeastZero(keptForKeys(line) - line.beside) : line.cap.delta;
  return amount(added > inRho ? added : inRho, free > 0n ? delta : 0n);
}

/** What the charges lose all together: the smallest epsilon that is known to hold, with the delta at which it does. */
export function lossOf(line: Line): Amount {
  if (isBasic(line) || line.rho === unboundedRho || line.charges === 0n) return line.spent;
  const of = capOfRho(line);
  const exact = epsilonAtLeast(rhoOfUnits(line.rho), of.delta);
  // The filter's own promise holds too, and the conversion may round a billionth past it.
  const inRho = line.rho <= mostRho(of) && exact > line.cap.epsilon ? line.cap.epsilon : exact;
  return line.spent.delta === line.beside && line.spent.epsilon <= inRho
    ? line.spent
    : amount(inRho, of.delta + line.beside);
}

/** Units of delta that charges known only as (epsilon, delta) may use. */
function keptForKeys({ filter, cap }: Line): bigint {
  return filter === "zcdp-keys" ? cap.delta / 2n : 0n;
}

function capOfRho(line: Line): Amount {
  return amount(line.cap.epsilon, line.cap.delta - keptForKeys(line));
}

function isBasic({ filter, cap }: Line): boolean {
  return filter === "basic" || !isConcentrated(cap);
}

/** Where the conversion between rho and (epsilon, delta) is made for: epsilon 1e-6 to 1000, delta 1e-18 to 1e-3. */
function isConcentrated({ epsilon, delta }: Amount): boolean {
  return epsilon >= 1_000n && epsilon <= 10n ** 12n && delta > 0n && delta < 10n ** 15n;
}

/** A search of 75 steps, and asked for in every group: the answers for the caps in use are kept. */
const known = new Map<string, bigint>();
const mostKnown = 4_096;

function mostRho({ epsilon, delta }: Amount): bigint {
  const key = `${epsilon}/${delta}`;
  const held = known.get(key);
  if (held !== undefined) return held;
  if (known.size >= mostKnown) known.clear();
  const most = rhoUnitsAtMost(rhoAtMost(epsilon, delta));
  known.set(key, most);
  return most;
}

function atLeastZero(units: bigint): bigint {
  return units < 0n ? 0n : units;
}
