// What a pure question loses at one Rényi order, never less than the truth. Among all that keeps epsilon, randomized
// response between two answers loses the most at every order (Mironov 2017; the two-answer mechanism can be made into any
// other, Kairouz, Oh, Viswanath 2015):
//
//   (a - 1) D_a = ln (e^(a epsilon) + e^((1-a) epsilon)) / (1 + e^epsilon) = (a - 1) epsilon - s(epsilon) + s((2a - 1) epsilon),
//
// with s(x) = ln(1 + e^-x). It is never more than a epsilon^2 / 2 (Bun, Steinke 2016). Up to an epsilon of 1 / (8 a) that is taken: it is
// less than a part in 300 more, and costs no logarithm. So the logarithms that a line can ever need are few, because larger
// epsilons are soon all that it has. From there on the bound is held to what it was there, so that it grows with epsilon.

import { compareRationals, type Rational } from "../../budget/rational.ts";
import { expAtMost } from "../../mechanisms/exp-at-most.ts";
import { type Enclosed, fixedBits, logOf } from "./enclosed-log.ts";

/** e^-4096 is nothing beside the last digit. */
const largestExponent = 4096n;
const expDigits = 208;

/** An upper bound of D / order for what is pure at `epsilon`, not negative. `order` is above 1. */
export function pureRhoAtLeast(epsilon: Rational, order: Rational): Rational {
  const concentrated = rhoOf(epsilon);
  const small = { num: order.den, den: 8n * order.num };
  if (compareRationals(epsilon, small) <= 0) return concentrated;
  const exact = logarithmic(epsilon, order);
  const least = rhoOf(small);
  const bound = compareRationals(exact, least) < 0 ? least : exact;
  return compareRationals(concentrated, bound) < 0 ? concentrated : bound;
}

function rhoOf({ num, den }: Rational): Rational {
  return { num: num * num, den: 2n * den * den };
}

function logarithmic(epsilon: Rational, { num: top, den: bottom }: Rational): Rational {
  const far = { num: epsilon.num * (2n * top - bottom), den: epsilon.den * bottom };
  const saved = softLog(epsilon).low - softLog(far).high;
  if (saved <= 0n) return { num: epsilon.num * bottom, den: epsilon.den * top };
  // epsilon - saved / (order - 1), over the order. Not reduced: that would take longer than all the rest.
  const less = (top - bottom) << fixedBits;
  return {
    num: (epsilon.num * less - saved * bottom * epsilon.den) * bottom,
    den: epsilon.den * less * top,
  };
}

/** ln(1 + e^-x) for x of zero or more. */
function softLog(x: Rational): Enclosed {
  if (x.num > largestExponent * x.den) return { low: 0n, high: 1n };
  const { num, den } = expAtMost(x, expDigits);
  // 1 + 1 / e^x, from above: e^x is less than a part in 2^208 above what is known of it, which moves the logarithm by less than a unit.
  const { low, high } = logOf({ num: num + den, den: num });
  return { low: low - 1n, high };
}
