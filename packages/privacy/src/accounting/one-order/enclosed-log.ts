// The natural logarithm of an exact number, between two bounds in whole units of 2^-192. Integers only, so every machine
// finds the same bounds, and what a ledger summed with them can be summed again anywhere.
//
// A number is m 2^e with 1 <= m < 2, and ln m = 2 artanh(z) with z = (m - 1) / (m + 1) < 1/3. The series is summed with
// 64 digits more than the result has. Each of its about 80 terms is floored twice, which moves the sum by less than
// 400 of its units; so does the series of ln 2, e times over. `slack` is more than twice that.

import { invariant } from "@unseen/base";
import { bitLength, type Rational } from "../../budget/rational.ts";

/** `low` <= the number <= `high`, in units of 2^-192. */
export type Enclosed = { readonly low: bigint; readonly high: bigint };

export const fixedBits = 192n;
const guardBits = 64n;
const workBits = fixedBits + guardBits;
const one = 1n << workBits;
const slack = 1024n;

/** ln of a fraction above zero. */
export function logOf({ num, den }: Rational): Enclosed {
  const shift = Number(workBits) + 8 - (bitLength(num) - bitLength(den));
  const mantissa = shift >= 0 ? (num << BigInt(shift)) / den : num / (den << BigInt(-shift));
  return logOfScaled(mantissa, -shift);
}

/** ln of `mantissa` 2^`exponent`, or of a number above that by less than a part in 2^256. `mantissa` is above zero. */
export function logOfScaled(mantissa: bigint, exponent: number): Enclosed {
  invariant(mantissa > 0n, "a logarithm is of a number above zero");
  const top = bitLength(mantissa) - 1;
  const shift = Number(workBits) - top;
  const m = shift >= 0 ? mantissa << BigInt(shift) : mantissa >> BigInt(-shift);
  const twos = BigInt(exponent + top);
  const sum = twiceArtanh(((m - one) << workBits) / (m + one)) + twos * logOfTwo;
  const off = (1n + (twos < 0n ? -twos : twos)) * slack;
  return { low: (sum - off) >> guardBits, high: ((sum + off) >> guardBits) + 1n };
}

/** 2 (z + z^3/3 + z^5/5 + ...), each term floored. */
function twiceArtanh(z: bigint): bigint {
  const squared = (z * z) >> workBits;
  let sum = 0n;
  for (let [power, k] = [z, 1n]; power > 0n; k += 2n) {
    sum += power / k;
    power = (power * squared) >> workBits;
  }
  return 2n * sum;
}

const logOfTwo = twiceArtanh(one / 3n);
