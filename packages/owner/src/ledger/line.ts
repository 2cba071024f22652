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
//
// - "renyi": as "zcdp-keys", but what the other half buys is divergence at one Rényi order (`at-order.ts`), which the cap
//   alone decides. There trainings have a loss of their own and need no delta beside it.
//
// Why "renyi" holds. The order and the budget are fixed before the first charge, so the theorem of Feldman and Zrnic is
// the same as for rho, and so is the argument about coins: they fall for what is known as (epsilon, delta) alone. A line ends by
// its plain sum only if all of its charges are pure or have a coin; a training that is known by its divergence ends that rule
// for good, as Gaussian noise does, because a coin that falls only if the line ends by one of two rules lets answers
// choose when it counts. Rho times the order bounds the divergence, and the budget is at least that of rho: so
// whatever "zcdp-keys" admits without trainings is admitted here.

import { epsilonAtLeast, rhoAtMost } from "@unseen/privacy";
import { type Amount, amount, covers, left, nothing, plus } from "./amount.ts";
import {
  type AtOrder,
  type CountedCharge,
  countedAgain,
  epsilonAtOrder,
  mostAtOrder,
  nothingAtOrder,
  plusAtOrder,
  pureEpsilonAtOrder,
  takenAtOrder,
} from "./at-order.ts";
import { addRho, type Price, pureEpsilonAtMost, rhoOfUnits, rhoUnitsAtMost, unboundedRho } from "./rho.ts";

export const filterNames = ["basic", "zcdp", "zcdp-keys", "renyi"] as const;
export type FilterName = (typeof filterNames)[number];

export type Spending = {
  /** The prices of all charges, added up. */
  readonly spent: Amount;
  /** The same in units of rho (`rho.ts`); `unboundedRho` once a charge had none. */
  readonly rho: bigint;
  /** Units of delta of the charges that have no rho: it is lost beside that of their price. */
  readonly beside: bigint;
  readonly charges: bigint;
};

export type Line = Spending & {
  readonly filter: FilterName;
  readonly cap: Amount;
  /** Of "renyi": all charges at the order of the cap. */
  readonly atOrder: AtOrder;
};

export const untouched: Spending = { spent: nothing, rho: 0n, beside: 0n, charges: 0n };

/** The filter of a new line unless the owner chooses. A dataset's is asked for trainings and keys too. */
export function usualFilter(cap: Amount, isForAll = false): FilterName {
  if (!isConcentrated(cap)) return "basic";
  return isForAll ? "renyi" : "zcdp";
}

/**
 * The line of an asker with an allotment, or undefined where nothing but the dataset's limits them: without a cap, or with one that
 * is no lower. It is guarded as the dataset is, but never at an order. Its own would be another, and higher, because its
 * cap is lower; at high orders trainings lose more than their price.
 */
export function allotmentLine(dataset: Line, cap: Amount | undefined, spending: Spending): Line | undefined {
  if (cap === undefined || covers(cap, dataset.cap)) return undefined;
  return askersLine(dataset, cap, spending);
}

/** The same without asking whether it limits anybody, for what is told of it. */
export function askersLine(dataset: Line, cap: Amount, { spent, rho, beside, charges }: Spending): Line {
  const filter = dataset.filter === "renyi" ? "zcdp-keys" : dataset.filter;
  return { spent, rho, beside, charges, cap, filter, atOrder: nothingAtOrder };
}

export function admits(line: Line, price: Price): boolean {
  const total = plus(line.spent, price);
  if (isBasic(line)) return covers(line.cap, total);
  const next = lossesOf(spendOn(line, price));
  if (next.beside > keptForKeys(line)) return false;
  if (total.delta === next.beside && total.epsilon <= line.cap.epsilon) return true;
  return next.lost <= next.most;
}

/** Whether a charge that is known only as (epsilon, delta) comes to a line that has no delta for any such charge. */
export function keepsNoDelta(line: Line, price: Price): boolean {
  return price.beside > 0n && !isBasic(line) && line.filter === "zcdp";
}

export function addCharge<Some extends Spending>(spending: Some, price: Price): Some {
  return {
    ...spending,
    spent: plus(spending.spent, price),
    rho: addRho(spending.rho, price.rho),
    beside: spending.beside + price.beside,
    charges: spending.charges + 1n,
  };
}

export function spendOn(line: Line, price: Price): Line {
  const next = addCharge(line, price);
  if (!hasOrder(line)) return next;
  return { ...next, atOrder: plusAtOrder(line.atOrder, takenAtOrder(capOfRho(line), price)) };
}

/**
 * The line with another cap or filter. Its order may be another then, at which all of its charges are counted again. What then holds of
 * the line as a whole: docs/decisions/0024.
 */
export function under(
  line: Line,
  filter: FilterName,
  cap: Amount,
  charges: () => Iterable<CountedCharge>,
): Line {
  const isSame = filter === line.filter && cap.epsilon === line.cap.epsilon && cap.delta === line.cap.delta;
  if (isSame) return line;
  const next = { ...line, filter, cap, atOrder: nothingAtOrder };
  return hasOrder(next) ? { ...next, atOrder: countedAgain(capOfRho(next), charges()) } : next;
}

/**
 * The largest further pure epsilon that would be admitted, and the largest delta that a further offer may have: a
 * line guarded in rho does not use up its delta, because the delta belongs to the whole. Where some of it is kept for
 * keys, what is left of that is told: an offer for sums may have more.
 */
export function remainingOf(line: Line): Amount {
  if (isBasic(line)) return left(line.cap, line.spent);
  const { lost, most, beside } = lossesOf(line);
  const free = atLeastZero(most - lost);
  const byLoss = hasOrder(line) ? pureEpsilonAtOrder(capOfRho(line), free) : pureEpsilonAtMost(free);
  const added = line.spent.delta === beside ? left(line.cap, line.spent).epsilon : 0n;
  const delta = line.filter === "zcdp" ? line.cap.delta : atLeastZero(keptForKeys(line) - beside);
  return amount(added > byLoss ? added : byLoss, free > 0n ? delta : 0n);
}

/**
 * The part of what the line may lose that one charge takes, in thousandths rounded up: of its losses or of the delta kept beside
 * them, whichever is the larger. Undefined where the line may lose nothing of that kind.
 */
export function thousandthsTaken(line: Line, price: Price): bigint | undefined {
  const taken = partsTaken(line, price).filter(([of]) => of > 0n);
  if (taken.some(([, all]) => all === 0n)) return undefined;
  return taken.reduce((largest, [of, all]) => {
    const thousandths = (1_000n * of + all - 1n) / all;
    return thousandths > largest ? thousandths : largest;
  }, 0n);
}

function partsTaken(line: Line, price: Price): readonly (readonly [of: bigint, all: bigint])[] {
  if (isBasic(line))
    return [
      [price.epsilon, line.cap.epsilon],
      [price.delta, line.cap.delta],
    ];
  const alone = { ...line, ...untouched, atOrder: nothingAtOrder };
  const { lost, most, beside } = lossesOf(spendOn(alone, price));
  return [
    [lost, most],
    [beside, keptForKeys(line)],
  ];
}

/** What the charges lose all together: the smallest epsilon that is known to hold, with the delta at which it does. */
export function lossOf(line: Line): Amount {
  if (isBasic(line) || line.charges === 0n) return line.spent;
  const of = capOfRho(line);
  const { lost, most, beside } = lossesOf(line);
  // The filter's own promise holds too, and a conversion may round a billionth past it.
  const bounded = (exact: bigint) => (lost <= most && exact > line.cap.epsilon ? line.cap.epsilon : exact);
  const known: Amount[] = line.spent.delta === beside ? [line.spent] : [];
  if (line.rho !== unboundedRho)
    known.push(amount(bounded(epsilonAtLeast(rhoOfUnits(line.rho), of.delta)), of.delta + line.beside));
  if (hasOrder(line)) known.push(amount(bounded(epsilonAtOrder(of, rhoOfUnits(lost))), of.delta + beside));
  // In rho, trainings lose the delta of their prices too: more of it, perhaps, than the line has.
  const within = known.filter(({ delta }) => delta <= line.cap.delta);
  const [first = line.spent, ...others] = within.length > 0 ? within : known;
  return others.reduce(smaller, first);
}

/** The losses that the line's filter adds up: against what it buys, and the delta that is lost beside them. */
function lossesOf(line: Line): { readonly lost: bigint; readonly most: bigint; readonly beside: bigint } {
  const of = capOfRho(line);
  return hasOrder(line)
    ? { ...line.atOrder, most: mostAtOrder(of) }
    : { lost: line.rho, most: mostRho(of), beside: line.beside };
}

function smaller(one: Amount, other: Amount): Amount {
  return other.epsilon < one.epsilon || (other.epsilon === one.epsilon && other.delta < one.delta)
    ? other
    : one;
}

function hasOrder(line: Pick<Line, "filter" | "cap">): boolean {
  return line.filter === "renyi" && isConcentrated(line.cap);
}

/** Units of delta that charges known only as (epsilon, delta) may use. */
function keptForKeys({ filter, cap }: Pick<Line, "filter" | "cap">): bigint {
  return filter === "zcdp-keys" || filter === "renyi" ? cap.delta / 2n : 0n;
}

/** The cap without the delta that is kept. */
function capOfRho(line: Pick<Line, "filter" | "cap">): Amount {
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
