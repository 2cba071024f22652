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

import { epsilonAtLeast, rhoAtMost } from "@unseen/privacy";
import { type Amount, amount, covers, left, nothing, plus } from "./amount.ts";
import { addRho, pureEpsilonAtMost, rhoOfUnits, rhoUnitsAtMost, unboundedRho } from "./rho.ts";

export type FilterName = "basic" | "zcdp";

export type Line = {
  readonly filter: FilterName;
  readonly cap: Amount;
  /** The prices of all charges, added up. */
  readonly spent: Amount;
  /** The same in units of rho (`rho.ts`); `unboundedRho` once a charge had none. */
  readonly rho: bigint;
  readonly charges: bigint;
};

export type Price = Amount & { readonly rho: bigint };

export const untouched = { spent: nothing, rho: 0n, charges: 0n } as const;

/** The filter of a new line unless the owner chooses: the wider one wherever it can do more than add. */
export function usualFilter(cap: Amount): FilterName {
  return isConcentrated(cap) ? "zcdp" : "basic";
}

export function admits(line: Line, price: Price): boolean {
  const total = plus(line.spent, price);
  if (isBasic(line)) return covers(line.cap, total);
  if (total.delta === 0n && total.epsilon <= line.cap.epsilon) return true;
  return addRho(line.rho, price.rho) <= mostRho(line.cap);
}

export function spendOn<Spending extends Pick<Line, "spent" | "rho" | "charges">>(
  line: Spending,
  price: Price,
): Spending {
  return {
    ...line,
    spent: plus(line.spent, price),
    rho: addRho(line.rho, price.rho),
    charges: line.charges + 1n,
  };
}

/**
 * The largest further pure epsilon that would be admitted, and the largest delta that a further offer may have: a
 * line guarded in rho does not use up its delta, because the delta belongs to the whole.
 */
export function remainingOf(line: Line): Amount {
  if (isBasic(line)) return left(line.cap, line.spent);
  const free = atLeastZero(mostRho(line.cap) - line.rho);
  const inRho = pureEpsilonAtMost(free);
  const added = line.spent.delta === 0n ? left(line.cap, line.spent).epsilon : 0n;
  return amount(added > inRho ? added : inRho, free > 0n ? line.cap.delta : 0n);
}

/** What the charges lose all together: the smallest epsilon that is known to hold, with the delta at which it does. */
export function lossOf(line: Line): Amount {
  if (isBasic(line) || line.rho === unboundedRho || line.charges === 0n) return line.spent;
  const exact = epsilonAtLeast(rhoOfUnits(line.rho), line.cap.delta);
  // The filter's own promise holds too, and the conversion may round a billionth past it.
  const inRho = line.rho <= mostRho(line.cap) && exact > line.cap.epsilon ? line.cap.epsilon : exact;
  return line.spent.delta === 0n && line.spent.epsilon <= inRho ? line.spent : amount(inRho, line.cap.delta);
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
