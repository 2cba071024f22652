// The Rényi order at which a cap (epsilon, delta) is spent, and what it buys there. An interaction whose divergence at
// ONE order a, fixed before it begins, stays within B(a) keeps (epsilon, delta) (Feldman, Zrnic 2021, for the filter;
// Canonne, Kamath, Steinke 2020, Proposition 12, for the conversion):
//
//   B(a) = epsilon + K(a),   K(a) = (ln delta + ln a) / (a - 1) - ln(1 - 1/a).
//
// Everything here is told as divergence over order, which for what is rho-concentrated is at most rho. So a budget is
// B(a) / a, and the order is the one at which that is the largest: there a cap buys what it buys in rho
// (`mechanisms/concentrated.ts`), and nothing is lost by having an order.
//
// The order follows from the cap alone, by integers, so whoever sees the cap knows it. Any order is valid; the search cannot
// make the budget wrong, only smaller.

import { invariant } from "@unseen/base";
import type { AttoDelta } from "../../budget/atto-delta.ts";
import { type NanoEpsilon, nanoEpsilonOf } from "../../budget/nano-epsilon.ts";
import { type Rational, rational } from "../../budget/rational.ts";
import { type Enclosed, fixedBits, logOf } from "./enclosed-log.ts";

export type OrderOfCap = {
  /** Above 1, with 32 binary digits of what is above it. */
  readonly order: Rational;
  /** The most divergence over order that the cap buys, rounded down. */
  readonly budget: Rational;
  /** The epsilon, rounded up to a billionth, that holds at the cap's delta for a divergence over order of `spent`. */
  epsilonAtLeast(spent: Rational): NanoEpsilon;
};

/** Binary digits of `order` - 1. The budget's loss is the square of the order's, so of the budget 2^-62 is lost. */
const orderDigits = 32;
/** Of log2(order - 1), for epsilon from a billionth to 2^40 and delta from 1e-18. */
const [leastTwos, mostTwos] = [-40, 80];

/** The order for a cap whose epsilon and delta are above zero, and delta below one. */
export function orderOfCap(epsilon: NanoEpsilon, delta: AttoDelta): OrderOfCap {
  invariant(epsilon > 0n && delta > 0n && delta < 10n ** 18n, "an order is for a cap with a delta");
  const cap = rational(epsilon, 10n ** 9n);
  const logDelta = logOf({ num: delta, den: 10n ** 18n });
  const less = bestLess(cap, logDelta);
  const order = rational(less.num + less.den, less.den);
  const turned = conversion(less, order, logDelta);
  const bought = ((cap.num << fixedBits) / cap.den + turned) * order.den;
  return {
    order,
    budget: rational(bought < 0n ? 0n : bought, order.num << fixedBits),
    epsilonAtLeast({ num, den }) {
      // order * spent - K, each rounded up.
      const divergence = ceilOver((num * order.num) << fixedBits, den * order.den);
      const units = divergence - turned;
      return nanoEpsilonOf(units <= 0n ? 0n : ceilOver(units * 10n ** 9n, 1n << fixedBits));
    },
  };
}

/** K(a) in units of 2^-192, rounded down. */
function conversion(less: Rational, order: Rational, logDelta: Enclosed): bigint {
  const [ofLess, ofOrder] = [logOf(less), logOf(order)];
  // -ln(1 - 1/a) = ln a - ln(a - 1).
  const over = floorOver((logDelta.low + ofOrder.low) * less.den, less.num);
  return over + ofOrder.low - ofLess.high;
}

/** a - 1 where B(a) / a is the largest: a B'(a) falls below B(a) there, once, with B'(a) = -(ln delta + ln a) / (a - 1)^2. */
function bestLess(cap: Rational, logDelta: Enclosed): Rational {
  const isBelow = (less: Rational): boolean => {
    const order = rational(less.num + less.den, less.den);
    const slope = floorOver(-(logDelta.low + logOf(order).low) * less.den ** 2n, less.num ** 2n);
    const budget = (cap.num << fixedBits) / cap.den + conversion(less, order, logDelta);
    return slope * order.num > budget * order.den;
  };
  const powerOfTwo = (twos: number) =>
    twos < 0 ? rational(1n, 1n << BigInt(-twos)) : rational(1n << BigInt(twos));
  let [low, high] = [leastTwos, mostTwos];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isBelow(powerOfTwo(middle))) low = middle;
    else high = middle;
  }
  // Between 2^low and twice that, digit by digit.
  let digits = 1n;
  let scale = low;
  for (let k = 1; k < orderDigits; k++) {
    digits *= 2n;
    scale -= 1;
    const next = digits + 1n;
    const candidate = scale < 0 ? rational(next, 1n << BigInt(-scale)) : rational(next << BigInt(scale));
    if (isBelow(candidate)) digits = next;
  }
  return scale < 0 ? rational(digits, 1n << BigInt(-scale)) : rational(digits << BigInt(scale));
}

function floorOver(num: bigint, den: bigint): bigint {
  const cut = num / den;
  return num < 0n && cut * den !== num ? cut - 1n : cut;
}

function ceilOver(num: bigint, den: bigint): bigint {
  return -floorOver(-num, den);
}
