// How much a charge costs in zero-concentrated differential privacy, as an exact integer. Bun and Steinke 2016
// (arXiv 1605.02065): rho adds up (Lemma 2.3), a pure epsilon is epsilon^2 / 2 of rho (Proposition 1.4), and noise of
// sigma on a value moved by s is s^2 / (2 sigma^2), for the discrete Gaussian too (Canonne, Kamath, Steinke 2020).

import {
  addRationals,
  eventFrom,
  fromDoubleRoundedDown,
  multiplyRationals,
  type PrivacyEvent,
  type Rational,
  rational,
  rationalFromStored,
} from "@unseen/privacy";
import type { Amount } from "./amount.ts";

/**
 * The unit of rho is 2^-128, so that every share that a Gaussian question is priced at is a whole number of units:
 * the smallest offer buys about 2^-47 with 45 binary digits. What is not whole is rounded up.
 */
const rhoBits = 128n;

/** Stands for "not bounded in rho". Above all that can be charged: epsilon of 4.6e9 is below 2^192 units. */
export const unboundedRho = 10n ** 64n - 1n;

const nanos = 10n ** 9n;

/**
 * What a charge takes of a line: its price, its rho in units, and the units of delta that are lost beside that. What it takes at
 * a line's own order follows from the event (`at-order.ts`).
 */
export type Price = Amount & { readonly rho: bigint; readonly beside: bigint; readonly event: string };

/**
 * What one charge takes of a line. `event` is the text that the charge keeps. Rho in units, rounded up. What has no rho, or
 * none that can be read, is known by its price: the rho of a pure epsilon, and its delta beside that (`line.ts`).
 */
export function priceOfCharge({ epsilon, delta }: Amount, event: string): Price {
  const known = rhoOfText(event);
  const fromPrice = rhoUnitsAtLeast(rhoOfPure({ num: epsilon, den: nanos }));
  if (known === undefined) return { epsilon, delta, rho: fromPrice, beside: delta, event };
  const fromEvent = rhoUnitsAtLeast(known);
  // The price bounds the rho of pure questions only: a Gaussian's rho has its own tail.
  const rho = delta === 0n && fromPrice < fromEvent ? fromPrice : fromEvent;
  return { epsilon, delta, rho, beside: 0n, event };
}

/** Never passes `unboundedRho`, and stays there. */
export function addRho(one: bigint, other: bigint): bigint {
  const sum = one + other;
  return sum < unboundedRho ? sum : unboundedRho;
}

export function rhoUnitsAtLeast({ num, den }: Rational): bigint {
  return atMostUnbounded(((num << rhoBits) + den - 1n) / den);
}

export function rhoUnitsAtMost({ num, den }: Rational): bigint {
  return atMostUnbounded((num << rhoBits) / den);
}

export function rhoOfUnits(units: bigint): Rational {
  return rational(units, 1n << rhoBits);
}

/** The largest whole billionths of a pure epsilon whose rho fits into `units`, zero or more. */
export function pureEpsilonAtMost(units: bigint): bigint {
  // n billionths cost n^2 / (2 * 10^18).
  const squared = (units * 2n * 10n ** 18n) >> rhoBits;
  let root = BigInt(Math.floor(Math.sqrt(Number(squared))));
  while (root * root > squared) root -= 1n;
  while ((root + 1n) * (root + 1n) <= squared) root += 1n;
  return root;
}

function atMostUnbounded(units: bigint): bigint {
  return units < unboundedRho ? units : unboundedRho;
}

function rhoOfText(text: string): Rational | undefined {
  const stored = storedEvent(text);
  if (Array.isArray(stored)) return sumOf(stored.map(rhoOfEarlierForm));
  const event = eventFrom((stored as { readonly event?: unknown } | null)?.event);
  return event.ok ? rhoOfEvent(event.value) : undefined;
}

/** The JSON that a charge keeps; undefined for what is none. */
export function storedEvent(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Before version 2 of the tables an event was a list of shares, each with `epsilon` or `rho` as "num/den". */
function rhoOfEarlierForm(share: unknown): Rational | undefined {
  const { epsilon, rho } = (share ?? {}) as { readonly epsilon?: unknown; readonly rho?: unknown };
  const fraction = /^[0-9]{1,400}\/[1-9][0-9]{0,400}$/;
  if (typeof rho === "string" && fraction.test(rho)) return rationalFromStored(rho);
  if (typeof epsilon === "string" && fraction.test(epsilon)) return rhoOfPure(rationalFromStored(epsilon));
  return undefined;
}

/** What one mechanism is known by: a pure epsilon, or a rho. */
export type KnownLoss =
  | { readonly pure: Rational; readonly rho?: undefined }
  | { readonly pure?: undefined; readonly rho: Rational };

/** Undefined for what is made of others, for what has neither, and where none is known here. */
export function knownLossOf(event: PrivacyEvent): KnownLoss | undefined {
  switch (event.kind) {
    case "none":
      return { rho: rational(0n) };
    case "zcdp":
      return event.xi === 0 ? { rho: fromDoubleRoundedDown(event.rho) } : undefined;
    case "epsilon-delta":
      return event.delta === 0 ? { pure: fromDoubleRoundedDown(event.epsilon) } : undefined;
    case "exponential":
    case "permute-and-flip":
      return { pure: fromDoubleRoundedDown(event.epsilon) };
    case "laplace":
      return event.noiseMultiplier === 0 ? undefined : { pure: inverse(event.noiseMultiplier) };
    case "discrete-laplace":
      return {
        pure: multiplyRationals(fromDoubleRoundedDown(event.rate), rational(BigInt(event.sensitivity))),
      };
    case "gaussian":
      return event.noiseMultiplier === 0 ? undefined : { rho: rhoOfPure(inverse(event.noiseMultiplier)) };
    case "discrete-gaussian":
      return event.sigma === 0
        ? undefined
        : { rho: rhoOfPure(multiplyRationals(inverse(event.sigma), rational(BigInt(event.sensitivity)))) };
    default:
      return undefined;
  }
}

/** Undefined for what has no rho, or none that is known here: the price then says how much it is. */
function rhoOfEvent(event: PrivacyEvent): Rational | undefined {
  switch (event.kind) {
    case "composed":
      return sumOf(event.events.map(rhoOfEvent));
    case "self-composed":
      return times(rhoOfEvent(event.event), event.count);
    default: {
      const known = knownLossOf(event);
      return known && (known.rho ?? rhoOfPure(known.pure));
    }
  }
}

/** x^2 / 2: what a pure epsilon costs, and what a Gaussian with a signal of x times its noise costs. */
function rhoOfPure(x: Rational): Rational {
  // Not reduced: this runs for every charge, and one reduction takes longer than all the rest.
  return { num: x.num * x.num, den: 2n * x.den * x.den };
}

function inverse(double: number): Rational {
  const { num, den } = fromDoubleRoundedDown(double);
  return rational(den, num);
}

export function times(once: Rational | undefined, count: number): Rational | undefined {
  return once && { num: once.num * BigInt(count), den: once.den };
}

export function sumOf(parts: readonly (Rational | undefined)[]): Rational | undefined {
  let sum = rational(0n);
  for (const part of parts) {
    if (part === undefined) return undefined;
    sum = addRationals(sum, part);
  }
  return sum;
}
