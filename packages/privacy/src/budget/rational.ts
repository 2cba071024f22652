// Exact fractions. What a guarantee depends on (a scale, a share of a budget) is one of these and never a
// rounded number. Always reduced, the denominator always positive, so two equal fractions are alike field by field.

import { invariant } from "@unseen/base";

export type Rational = { readonly num: bigint; readonly den: bigint };

/** The reduced fraction `num / den`. `den` is not zero; its sign moves to the numerator. */
export function rational(num: bigint, den: bigint = 1n): Rational {
  invariant(den !== 0n, "a fraction has a denominator that is not zero");
  const divisor = greatestCommonDivisor(num, den);
  const sign = den < 0n ? -1n : 1n;
  return { num: (sign * num) / divisor, den: (sign * den) / divisor };
}

export function addRationals(a: Rational, b: Rational): Rational {
  return rational(a.num * b.den + b.num * a.den, a.den * b.den);
}

export function multiplyRationals(a: Rational, b: Rational): Rational {
  return rational(a.num * b.num, a.den * b.den);
}

/** `a / b`; `b` is not zero. */
export function divideRationals(a: Rational, b: Rational): Rational {
  return rational(a.num * b.den, a.den * b.num);
}

/** Negative, zero or positive, as `a` is below, equal to or above `b`. Exact. */
export function compareRationals(a: Rational, b: Rational): -1 | 0 | 1 {
  const left = a.num * b.den;
  const right = b.num * a.den;
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * The exact value of a finite double, cut towards minus infinity to `significantBits` binary digits.
 * With 53 (the default) nothing is cut; fewer keep the fractions made from it short.
 */
export function fromDoubleRoundedDown(value: number, significantBits = 53): Rational {
  const { mantissa, exponent } = partsOf(value);
  const cut = BigInt(Math.max(0, bitLength(mantissa) - significantBits));
  return timesPowerOfTwo((mantissa >> cut) << cut, exponent); // `>>` on bigint rounds towards minus infinity
}

/** As `fromDoubleRoundedDown`, cut towards plus infinity. */
export function fromDoubleRoundedUp(value: number, significantBits = 53): Rational {
  const below = fromDoubleRoundedDown(-value, significantBits);
  return { num: -below.num, den: below.den };
}

/** A double within three parts in 2^53 of the fraction. For figures that people read, never for noise. */
export function rationalToNumber(of: Rational): number {
  const shift = 64 - (bitLength(of.num) - bitLength(of.den));
  const scaled = shift >= 0 ? (of.num << BigInt(shift)) / of.den : of.num / (of.den << BigInt(-shift));
  // In two steps, because 2^shift alone can leave the range of a double where the quotient does not.
  const half = Math.trunc(shift / 2);
  return Number(scaled) * 2 ** -half * 2 ** -(shift - half);
}

/** "num/den", the form in which a fraction is stored. */
export function formatRational(of: Rational): string {
  return `${of.num}/${of.den}`;
}

/** Reads what `formatRational` wrote; anything else is a broken invariant, because only we write it. */
export function rationalFromStored(text: string): Rational {
  const parts = /^(-?[0-9]{1,2000})\/([0-9]{1,2000})$/.exec(text);
  invariant(parts !== null, "a stored fraction reads num/den");
  return rational(BigInt(parts[1] ?? ""), BigInt(parts[2] ?? ""));
}

/** The largest integer whose square is at most `value`, which is not negative. Newton's method from above. */
export function floorSquareRoot(value: bigint): bigint {
  invariant(value >= 0n, "a square root is of a number that is not negative");
  if (value < 2n) return value;
  let root = 1n << BigInt((bitLength(value) + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** Binary digits of the absolute value; 0 for 0. */
export function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  const hex = (value < 0n ? -value : value).toString(16);
  return (hex.length - 1) * 4 + 32 - Math.clz32(Number.parseInt(hex.charAt(0), 16));
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [large, small] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (small !== 0n) [large, small] = [small, large % small];
  return large === 0n ? 1n : large;
}

function partsOf(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  invariant(Number.isFinite(value), "only a finite number is a fraction");
  let exponent = 0;
  let scaled = value;
  // Scaling by powers of two is exact here: up until an integer, never out of the range of a double.
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    exponent -= 1;
  }
  return { mantissa: BigInt(scaled), exponent };
}

function timesPowerOfTwo(mantissa: bigint, exponent: number): Rational {
  return exponent >= 0 ? rational(mantissa << BigInt(exponent)) : rational(mantissa, 1n << BigInt(-exponent));
}
