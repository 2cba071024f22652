// What the caps of a card promise, in plain numbers.

import {
  epsilonAtLeast,
  fromDoubleRoundedDown,
  multiplyRationals,
  type PrivacyPromise,
  rational,
  rationalToNumber,
  rhoAtMost,
} from "@unseen/privacy";
import type { Caps } from "../ledger/index.ts";

/** Smaller caps that the report compares with: from what is thought strict to what is thought lax. */
const comparedEpsilons = [0.5, 1, 3, 10];
const perEpsilon = 1e9;
const perDelta = 1e18;

export function promiseOf({ cap }: Caps): PrivacyPromise {
  return { epsilon: Number(cap.epsilon) / perEpsilon, delta: Number(cap.delta) / perDelta };
}

/** The amounts that an attacker is let spend: the compared ones and the cap itself, ascending. */
export function spendsFor(caps: Caps): readonly number[] {
  const { epsilon } = promiseOf(caps);
  return [...new Set([...comparedEpsilons, epsilon])].toSorted((a, b) => a - b);
}

/** Those that the caps allow, which is never none. */
export function spendsWithin(caps: Caps): readonly number[] {
  const { epsilon } = promiseOf(caps);
  return spendsFor(caps).filter((spend) => spend <= epsilon);
}

/** The same card with another lifetime epsilon, for "what if", and its allotment cut to match. */
export function capsOfSpend(caps: Caps, epsilon: number): Caps {
  const nanos = BigInt(Math.round(epsilon * perEpsilon)) as typeof caps.cap.epsilon;
  return { cap: { epsilon: nanos, delta: caps.cap.delta } };
}

/**
 * The largest pure price at which `count` questions fit under the caps: by adding epsilons up, or, where the caps
 * have a delta, by adding rho up (Bun and Steinke 2016: epsilon^2 / 2 each).
 */
export function priceOfEach({ cap }: Caps, count: number): number {
  const basic = Number(cap.epsilon) / perEpsilon / count;
  if (cap.delta === 0n) return basic;
  const rho = rationalToNumber(rhoAtMost(cap.epsilon, cap.delta));
  return Math.max(basic, Math.sqrt((2 * rho) / count) * (1 - 1e-6));
}

/** Whether `count` answers at a pure price are more than the caps allow, by either way of adding up. */
export function isOverspent({ cap }: Caps, count: number, epsilon: number): boolean {
  // A part in a million is room for the rounding of prices in a simulation, and for no attack.
  const room = 1 - 1e-6;
  const isOverBasic = count * epsilon * room * perEpsilon > Number(cap.epsilon);
  if (!isOverBasic || cap.delta === 0n) return isOverBasic;
  const each = fromDoubleRoundedDown(epsilon * room);
  const rho = multiplyRationals(multiplyRationals(each, each), rational(BigInt(count), 2n));
  return epsilonAtLeast(rho, cap.delta) > cap.epsilon;
}
