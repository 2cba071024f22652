import { type AttoDelta, attoDeltaOf, type NanoEpsilon, nanoEpsilonOf } from "@unseen/privacy";

/** Privacy loss, exact: a price, a cap, what is spent or left. Each zero or more. */
export type Amount = { readonly epsilon: NanoEpsilon; readonly delta: AttoDelta };

export function amount(nanoEpsilon: bigint, attoDelta: bigint): Amount {
  return { epsilon: nanoEpsilonOf(nanoEpsilon), delta: attoDeltaOf(attoDelta) };
}

export const nothing: Amount = amount(0n, 0n);

/** 2^62 billionths: half of what SQLite's integers hold, so a sum of two below it cannot overflow. */
const mostEpsilon = 2n ** 62n;
/** Delta is a probability: 10^18 of its units are one. */
const mostDelta = 10n ** 18n;

/** True for what may be stored: epsilon up to 4.6 billion, delta up to one. */
export function isStorable({ epsilon, delta }: Amount): boolean {
  return epsilon >= 0n && epsilon <= mostEpsilon && delta >= 0n && delta <= mostDelta;
}

/** What is left under `cap`. Never below zero: an owner may lower a cap below what was spent already. */
export function left(cap: Amount, spent: Amount): Amount {
  return amount(atLeastZero(cap.epsilon - spent.epsilon), atLeastZero(cap.delta - spent.delta));
}

export function covers(available: Amount, price: Amount): boolean {
  return price.epsilon <= available.epsilon && price.delta <= available.delta;
}

export function plus(one: Amount, other: Amount): Amount {
  return amount(one.epsilon + other.epsilon, one.delta + other.delta);
}

/** The smaller epsilon and the smaller delta, which may come from different sides. */
export function atMostBoth(one: Amount, other: Amount): Amount {
  return amount(
    one.epsilon < other.epsilon ? one.epsilon : other.epsilon,
    one.delta < other.delta ? one.delta : other.delta,
  );
}

function atLeastZero(units: bigint): bigint {
  return units < 0n ? 0n : units;
}
