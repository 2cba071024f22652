// How likely a group with n people may be shown: Desfontaines, Voss, Gipson, Mandayam 2020, "Differentially private
// partition selection" (arXiv 2006.03684): the largest probabilities that (epsilon, delta) allows, one by one.

import { invariant } from "@unseen/base";
import { bitLength, type Rational } from "../budget/rational.ts";
import { expAtMost } from "./exp-at-most.ts";

/** Past this many steps the table stays at what it reached, which is as private and only shows fewer groups. */
const mostSteps = 2 ** 17;

/**
 * p[n] in units of 2^-bits for n = 0, 1, ..; the last one holds for all larger n. p[0] = 0, and each next is the least of
 *   e^epsilon p + delta,   1 - e^-epsilon (1 - p - delta),   1
 * with e^epsilon rounded down and every result rounded down. A sequence that does not fall and is nowhere above
 * these bounds is (epsilon, delta)-private, so rounding costs groups and not privacy.
 */
export type KeepProbabilities = { readonly bits: bigint; readonly units: readonly bigint[] };

export function keepProbabilities(epsilon: Rational, delta: Rational): KeepProbabilities {
  invariant(epsilon.num > 0n && epsilon.den > 0n, "a guarantee has a positive price");
  invariant(
    delta.num > 0n && delta.num <= delta.den,
    "groups are only ever shown at a delta above 0, at most 1",
  );
  // 64 digits more than delta has zeros, so that the first probability is delta to 64 digits.
  const bits = BigInt(Math.max(64, bitLength(delta.den / delta.num)) + 64);
  const one = 1n << bits;
  const base = expAtMost(epsilon);
  const smallest = (delta.num << bits) / delta.den;
  const units = [0n];
  for (let p = 0n; p < one && units.length < mostSteps; units.push(p)) {
    const grown = (p * base.num) / base.den + smallest;
    // 1 - p - delta rounded up is what has to shrink by e^epsilon, and the shrunk rest is rounded up too.
    const rest = one - p - smallest;
    const shrunk = rest <= 0n ? 0n : (rest * base.den + base.num - 1n) / base.num;
    const next = grown < one - shrunk ? grown : one - shrunk;
    p = next > p ? next : p;
    if (p === units.at(-1)) break;
  }
  return Object.freeze({ bits, units: Object.freeze(units) });
}

/** In units of 2^-bits. */
export function keepUnits({ units }: KeepProbabilities, people: bigint): bigint {
  invariant(people >= 0n, "a group's people are counted");
  const last = units.length - 1;
  return units[people < BigInt(last) ? Number(people) : last]!;
}
