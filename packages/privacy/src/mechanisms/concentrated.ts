// Between rho of zero-concentrated differential privacy and the (epsilon, delta) of an offer: Canonne, Kamath,
// Steinke 2020 (arXiv 2004.00010), Proposition 12 and Corollary 13. For EVERY alpha > 1, rho-zCDP implies
//
//   delta(epsilon) <= exp((alpha - 1)(alpha rho - epsilon)) / (alpha - 1) * (1 - 1/alpha)^alpha.
//
// Solved for rho, or for epsilon, each alpha gives a valid conversion; the search below only looks for the best one
// and cannot make the result wrong, only worse. What is left is rounding, which `room` covers against the asker.

import { invariant } from "@unseen/base";
import { type AttoDelta, deltaAsNumber } from "../budget/atto-delta.ts";
import { type NanoEpsilon, nanoEpsilonOf } from "../budget/nano-epsilon.ts";
import { fromDoubleRoundedDown, type Rational, rationalToNumber } from "../budget/rational.ts";

/** Relative room for the rounding of a dozen double operations and logarithms, each good to about 2^-52. */
const room = 1e-12;
/** alpha - 1 from e^-14 to e^46 covers epsilon from 1e-6 to 1000 and delta from 1e-18 to 1e-3 with room to spare. */
const lowestLog = -14;
const highestLog = 46;
/** Golden-section steps: the bracket of 60 shrinks to 1e-15 of itself. */
const steps = 75;
/** Digits kept of rho, so that the fractions made from it stay short. They cost at most one part in 2^44. */
const rhoBits = 45;

/** The largest rho, rounded down, that a positive offer (epsilon, delta) pays for. */
export function rhoAtMost(epsilon: NanoEpsilon, delta: AttoDelta): Rational {
  invariant(
    epsilon > 0n && delta > 0n,
    "a concentrated guarantee is bought with epsilon and delta above zero",
  );
  const offered = Number(epsilon) / 1e9;
  const logDelta = Math.log(deltaAsNumber(delta));
  const best = largest((alphaMinusOne) => {
    const alpha = 1 + alphaMinusOne;
    return ((logDelta - logOfFactor(alphaMinusOne)) / alphaMinusOne + offered) / alpha;
  });
  // The terms of the best alpha are of the size of rho itself, so room relative to rho covers their rounding.
  const rho = fromDoubleRoundedDown(best * (1 - room), rhoBits);
  invariant(rho.num > 0n, "every offer that parses buys a positive rho");
  return rho;
}

/** The smallest epsilon, rounded up to a billionth, that rho-zCDP guarantees at `delta`, which is positive. */
export function epsilonAtLeast(rho: Rational, delta: AttoDelta): NanoEpsilon {
  invariant(rho.num >= 0n && delta > 0n, "a conversion is from rho, not negative, at a positive delta");
  if (rho.num === 0n) return nanoEpsilonOf(0n);
  const held = rationalToNumber(rho) * (1 + room);
  const logDelta = Math.log(deltaAsNumber(delta));
  const least = -largest((alphaMinusOne) => {
    const alpha = 1 + alphaMinusOne;
    return -(alpha * held + (logOfFactor(alphaMinusOne) - logDelta) / alphaMinusOne);
  });
  return nanoEpsilonOf(BigInt(Math.max(0, Math.ceil(least * (1 + room) * 1e9))));
}

/** ln of (1 - 1/alpha)^alpha / (alpha - 1). */
function logOfFactor(alphaMinusOne: number): number {
  const alpha = 1 + alphaMinusOne;
  // ln(1 - 1/alpha) by log1p for large alpha, and as ln(alpha - 1) - ln(alpha) for alpha near 1.
  const logOfRest = alpha > 2 ? Math.log1p(-1 / alpha) : Math.log(alphaMinusOne) - Math.log1p(alphaMinusOne);
  return alpha * logOfRest - Math.log(alphaMinusOne);
}

/** The largest value over alpha - 1, by golden-section search on its logarithm. */
function largest(valueAt: (alphaMinusOne: number) => number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [lowestLog, highestLog];
  let best = Number.NEGATIVE_INFINITY;
  for (let step = 0; step < steps; step++) {
    const left = high - golden * (high - low);
    const right = low + golden * (high - low);
    const [atLeft, atRight] = [valueAt(Math.exp(left)), valueAt(Math.exp(right))];
    best = Math.max(best, atLeft, atRight);
    if (atLeft < atRight) low = left;
    else high = right;
  }
  return best;
}
