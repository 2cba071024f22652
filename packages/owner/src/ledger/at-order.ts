// What charges take of a line that is spent at one Rényi order, as exact integers. The order follows from the cap
// (`orderOfCap`), and a loss is told as divergence over order, so that rho is its own loss at every order.
//
// A charge is known by the first of these that bounds it:
// - its rho, or its mechanisms' divergence at the order, where each of them has one;
// - for a pure price, the divergence of randomized response;
// - its price (epsilon, delta): the divergence of randomized response, and the delta beside it (`line.ts`).
// A training has a divergence at the order and a price with a delta. It is known by its divergence unless its price is the smaller one,
// or its divergence is more than the whole line has. Which it is follows from the cap and the charge alone, never from
// what was charged before: so the order of charges changes nothing, and a line can be counted again from its charges.

import {
  eventFrom,
  type NeighbouringRelation,
  type OrderOfCap,
  orderOfCap,
  type PrivacyEvent,
  parseRelation,
  pureRhoAtLeast,
  type Rational,
  rationalToNumber,
  sampledRhoAtLeast,
} from "@unseen/privacy";
import type { Amount } from "./amount.ts";
import {
  addRho,
  knownLossOf,
  type Price,
  priceOfCharge,
  pureEpsilonAtMost,
  rhoOfUnits,
  rhoUnitsAtLeast,
  rhoUnitsAtMost,
  storedEvent,
  sumOf,
  times,
} from "./rho.ts";

/** `lost`: divergence over order, in units of rho. `beside`: units of delta of what is known as (epsilon, delta) alone. */
export type AtOrder = { readonly lost: bigint; readonly beside: bigint };

export const nothingAtOrder: AtOrder = { lost: 0n, beside: 0n };

/** Charges that are alike. */
export type CountedCharge = Amount & { readonly event: string; readonly times: bigint };

export function plusAtOrder(one: AtOrder, other: AtOrder): AtOrder {
  return { lost: addRho(one.lost, other.lost), beside: one.beside + other.beside };
}

/** The most that may be lost at the order of `cap`, in units. */
export function mostAtOrder(cap: Amount): bigint {
  return orderOf(cap).most;
}

/** The smallest epsilon that is known to hold, at the delta of `cap`, where so much was lost at its order. */
export function epsilonAtOrder(cap: Amount, lost: Rational): bigint {
  return orderOf(cap).order.epsilonAtLeast(lost);
}

/** What one charge takes at the order of `cap`. The same charge under the same cap takes the same, whoever counts. */
export function takenAtOrder(cap: Amount, price: Price): AtOrder {
  const key = `${cap.epsilon}/${cap.delta} ${price.epsilon}/${price.delta} ${price.event}`;
  const held = taken.get(key);
  if (held !== undefined) return held;
  const counted = countedAtOrder(orderOf(cap), price);
  if (taken.size >= mostTaken) taken.clear();
  taken.set(key, counted);
  return counted;
}

/** All charges of a line again, at the order of `cap`. */
export function countedAgain(cap: Amount, charges: Iterable<CountedCharge>): AtOrder {
  let sum = nothingAtOrder;
  for (const charge of charges) {
    const { lost, beside } = takenAtOrder(cap, priceOfCharge(charge, charge.event));
    sum = plusAtOrder(sum, { lost: lost * charge.times, beside: beside * charge.times });
  }
  return sum;
}

/** The largest whole billionths of a pure epsilon that lose no more than `units` at the order of `cap`. */
export function pureEpsilonAtOrder(cap: Amount, units: bigint): bigint {
  const key = `${cap.epsilon}/${cap.delta} ${units}`;
  const held = left.get(key);
  if (held !== undefined) return held;
  const found = largestPure(orderOf(cap).order, units);
  if (left.size >= mostLeft) left.clear();
  left.set(key, found);
  return found;
}

function largestPure(order: OrderOfCap, units: bigint): bigint {
  const fits = (nanos: bigint) => pureUnits(nanos, order) <= units;
  const near = nearbyPure(units, order);
  // In rho it costs no less, so what fits there fits here.
  let low = fits(near) ? near : pureEpsilonAtMost(units);
  let step = 1n;
  while (fits(low + step)) [low, step] = [low + step, step * 2n];
  for (step /= 2n; step > 0n; step /= 2n) if (fits(low + step)) low += step;
  return low;
}

/** A guess in doubles, a little too small: exact bounds take a fraction of a millisecond each. */
function nearbyPure(units: bigint, { order }: OrderOfCap): bigint {
  const [most, at] = [rationalToNumber(rhoOfUnits(units)), rationalToNumber(order)];
  const lost = (x: number) =>
    x - (Math.log1p(Math.exp(-x)) - Math.log1p(Math.exp((1 - 2 * at) * x))) / (at - 1);
  let [low, high] = [0, 2 + 2 * most * at];
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (Math.min(lost(middle) / at, (middle * middle) / 2) <= most) low = middle;
    else high = middle;
  }
  return BigInt(Math.floor(low * (1 - 1e-13) * 1e9));
}

type KnownOrder = { readonly order: OrderOfCap; readonly most: bigint };

/** A search of some milliseconds, and asked for in every group. */
const orders = new Map<string, KnownOrder>();
const mostOrders = 4_096;
/** A training's bound takes milliseconds, and is asked for when it is priced, charged and shown. */
const taken = new Map<string, AtOrder>();
const mostTaken = 4_096;

/** What remains is asked for on every page, and changes with every charge. */
const left = new Map<string, bigint>();
const mostLeft = 4_096;

function orderOf({ epsilon, delta }: Amount): KnownOrder {
  const key = `${epsilon}/${delta}`;
  const held = orders.get(key);
  if (held !== undefined) return held;
  const order = orderOfCap(epsilon, delta);
  const known = { order, most: rhoUnitsAtMost(order.budget) };
  if (orders.size >= mostOrders) orders.clear();
  orders.set(key, known);
  return known;
}

function countedAtOrder({ order, most }: KnownOrder, price: Price): AtOrder {
  const { epsilon, delta } = price;
  const ofPrice = pureUnits(epsilon, order);
  const ofEvent = unitsOfText(price.event, order);
  if (price.beside === 0n) {
    const lost = least(price.rho, ofEvent);
    return { lost: delta === 0n ? least(lost, ofPrice) : lost, beside: 0n };
  }
  const isKnown = ofEvent !== undefined && ofEvent <= ofPrice && ofEvent <= most;
  return isKnown ? { lost: ofEvent, beside: 0n } : { lost: ofPrice, beside: delta };
}

function pureUnits(nanos: bigint, { order }: OrderOfCap): bigint {
  return rhoUnitsAtLeast(pureRhoAtLeast({ num: nanos, den: 10n ** 9n }, order));
}

function unitsOfText(text: string, { order }: OrderOfCap): bigint | undefined {
  const stored = storedEvent(text) as
    | { readonly event?: unknown; readonly neighbours?: unknown }
    | null
    | undefined;
  const event = eventFrom(stored?.event);
  const relation = parseRelation(String(stored?.neighbours));
  if (!event.ok || relation === undefined) return undefined;
  const lost = lossOfEvent(event.value, relation, order);
  if (lost === undefined || lost.num === 0n) return lost && 0n;
  // Noise in samples is discrete. Its promise is that of continuous noise up to a factor that is less than a part in 10^120
  // from one (gaussian-vector.md): far below a unit, and one is added for it.
  return rhoUnitsAtLeast(lost) + 1n;
}

/** Divergence over order, from above; undefined where a part of the event has none that is known. */
function lossOfEvent(
  event: PrivacyEvent,
  relation: NeighbouringRelation,
  order: Rational,
): Rational | undefined {
  switch (event.kind) {
    case "composed":
      return sumOf(event.events.map((each) => lossOfEvent(each, relation, order)));
    case "self-composed":
      return times(lossOfEvent(event.event, relation, order), event.count);
    case "poisson-sampled":
      // What else may stand in a sample is not dominated by the sample of a Gaussian.
      return event.event.kind === "gaussian"
        ? sampledRhoAtLeast(event.probability, event.event.noiseMultiplier, relation, order)
        : undefined;
    default: {
      const known = knownLossOf(event);
      return known && (known.rho ?? pureRhoAtLeast(known.pure, order));
    }
  }
}

function least(units: bigint, other: bigint | undefined): bigint {
  return other !== undefined && other < units ? other : units;
}
