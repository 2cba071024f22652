// exp(-x) between two fractions, for any fraction x and as near as is wanted, with whole numbers alone.

import type { Rational } from "../budget/rational.ts";
import type { LazyUniform } from "./lazy-uniform.ts";

export type Bounds = { readonly low: bigint; readonly high: bigint };

/**
 * Whole numbers around 2^bits exp(-num/den), where num/den is not negative; a few apart. exp(-x) is the 2^r-th power of
 * exp(-x / 2^r): that one by the series, whose terms fall in size and change their sign where x / 2^r is at most one half.
 */
export function expBounds({ num, den }: Rational, bits: number): Bounds {
  let halvings = 0n;
  while (num << 1n > den << halvings) halvings++;
  // Each squaring doubles the distance between the two.
  const unit = BigInt(bits) + halvings + 8n;
  const reduced = den << halvings;
  // Of one term, and of the sum up to it.
  let term: Bounds = { low: 1n << unit, high: 1n << unit };
  let sum = term;
  for (let k = 1n; ; k++) {
    term = { low: (term.low * num) / (reduced * k), high: (term.high * num) / (reduced * k) + 1n };
    // What is left out is of the size of the next term at most, and of its sign.
    const isNegative = k % 2n === 1n;
    if (term.high <= 2n) {
      sum = { low: sum.low - term.high, high: sum.high + term.high };
      break;
    }
    sum = isNegative
      ? { low: sum.low - term.high, high: sum.high - term.low }
      : { low: sum.low + term.low, high: sum.high + term.high };
  }
  let { low, high } = sum;
  for (let square = 0n; square < halvings; square++) {
    low = (low * low) >> unit;
    high = ((high * high) >> unit) + 1n;
  }
  const cut = unit - BigInt(bits);
  return { low: low >> cut, high: (high >> cut) + 1n };
}

/** Whether a uniform real is below factor * exp(-x), exactly: draws digits until both ends of what is known agree. */
export function isBelowScaledExp(uniform: LazyUniform, factor: Rational, x: Rational): boolean {
  for (let count = 1; ; count++) {
    const bits = 32 * count;
    const prefix = uniform.prefix(count);
    const { low, high } = expBounds(x, bits + 8);
    // prefix / 2^bits against factor * exp(-x), both times 2^(bits + 8) and the factor's denominator.
    if ((prefix + 1n) * factor.den * 256n <= factor.num * low) return true;
    if (prefix * factor.den * 256n >= factor.num * high) return false;
  }
}
