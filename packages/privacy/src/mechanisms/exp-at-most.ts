// A lower bound of e^x as an exact fraction, for mechanisms whose probabilities are built from it: with any smaller
// base they keep a smaller epsilon. All roundings are floors, so no error can go the other way.

import { invariant } from "@unseen/base";
import { type Rational, rational } from "../budget/rational.ts";

/** Past e^4096 nothing is bought by being closer. */
const largestExponent = 4096n;

/** At most e^x, and within a part in 2^bits of it while x is at most 4096; `x` is not negative. */
export function expAtMost(x: Rational, bits = 128): Rational {
  invariant(x.num >= 0n && x.den > 0n, "an exponent is not negative");
  const held = x.num > largestExponent * x.den ? rational(largestExponent) : x;
  let halvings = 0;
  while (held.num > held.den << BigInt(halvings)) halvings++;
  // Each squaring doubles the relative error, and the series has a few hundred floors.
  const digits = BigInt(bits + halvings + 12);
  const one = 1n << digits;
  const small = (held.num << digits) / (held.den << BigInt(halvings));
  let sum = 0n;
  for (let [term, k] = [one, 1n]; term > 0n; k += 1n) {
    sum += term;
    term = (term * small) / (one * k);
  }
  for (let squared = 0; squared < halvings; squared++) sum = (sum * sum) >> digits;
  return rational(sum, one);
}
