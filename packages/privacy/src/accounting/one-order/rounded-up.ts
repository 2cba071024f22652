// Numbers above zero that are never less than what they stand for: each operation rounds up. A sum of products of such
// numbers is an upper bound, however many there are.

import { invariant } from "@unseen/base";
import { bitLength, type Rational } from "../../budget/rational.ts";
import { expAtMost } from "../../mechanisms/exp-at-most.ts";

/** `mantissa` 2^`exponent`, with at most 224 digits in the mantissa. */
export type RoundedUp = { readonly mantissa: bigint; readonly exponent: number };

/** Sums of a thousand products lose a part in 2^190 at most. */
const digits = 224;

export const noneOrMore: RoundedUp = { mantissa: 0n, exponent: 0 };
export const oneOrMore: RoundedUp = { mantissa: 1n, exponent: 0 };

/** The fraction, not negative, rounded up. */
export function roundedUp({ num, den }: Rational): RoundedUp {
  const shift = digits - (bitLength(num) - bitLength(den));
  const [top, bottom] = shift >= 0 ? [num << BigInt(shift), den] : [num, den << BigInt(-shift)];
  return shortened((top + bottom - 1n) / bottom, -shift);
}

export function product(a: RoundedUp, b: RoundedUp): RoundedUp {
  return shortened(a.mantissa * b.mantissa, a.exponent + b.exponent);
}

/** `a` times the fraction of two whole numbers above zero. */
export function scaled(a: RoundedUp, num: number, den: number): RoundedUp {
  const by = BigInt(den);
  // Room below, because a mantissa may be as short as that of one.
  const top = (a.mantissa * BigInt(num)) << BigInt(digits);
  return shortened((top + by - 1n) / by, a.exponent - digits);
}

export function power(a: RoundedUp, times: number): RoundedUp {
  let result = oneOrMore;
  for (let [square, left] = [a, times]; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = product(result, square);
    square = product(square, square);
  }
  return result;
}

export function total(a: RoundedUp, b: RoundedUp): RoundedUp {
  if (a.mantissa === 0n) return b;
  if (b.mantissa === 0n) return a;
  const [high, low] = topOf(a) >= topOf(b) ? [a, b] : [b, a];
  const apart = high.exponent - low.exponent;
  // What is far below the last digit still counts as one of it.
  if (apart > 2 * digits) return shortened((high.mantissa << 1n) + 1n, high.exponent - 1);
  return apart >= 0
    ? shortened((high.mantissa << BigInt(apart)) + low.mantissa, low.exponent)
    : shortened(high.mantissa + (low.mantissa << BigInt(-apart)), high.exponent);
}

/** `a` - 1, for an `a` of at least one; where that would not be seen in its digits, `a` itself. */
export function lessOne({ mantissa, exponent }: RoundedUp): RoundedUp {
  if (exponent >= 0) return { mantissa, exponent };
  return { mantissa: mantissa - (1n << BigInt(-exponent)), exponent };
}

/** e^x, for x from 0 to 4096, where `expAtMost` is within a part in 2^digits. */
export function exponentialOf(x: Rational): RoundedUp {
  invariant(x.num <= 4096n * x.den, "an exponent is at most 4096");
  const { num, den } = expAtMost(x, digits + 1);
  return roundedUp({ num: num * ((1n << BigInt(digits)) + 1n), den: den << BigInt(digits) });
}

function shortened(mantissa: bigint, exponent: number): RoundedUp {
  const cut = bitLength(mantissa) - digits;
  if (cut <= 0) return { mantissa, exponent };
  const by = BigInt(cut);
  return { mantissa: ((mantissa - 1n) >> by) + 1n, exponent: exponent + cut };
}

function topOf({ mantissa, exponent }: RoundedUp): number {
  return bitLength(mantissa) + exponent;
}
