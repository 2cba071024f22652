// What a Gaussian sum over a Poisson sample loses at one Rényi order, never less than the truth: the bound of
// `rdp/sampled-gaussian.ts` in integers, where every rounding goes up.
//
// Whole orders n: Mironov, Talwar, Zhang 2019 (arXiv 1908.10530), section 3.3. For who joins and who leaves alike (the
// former is the worse, they prove),
//
//   (n - 1) D_n <= ln A_n,   A_n = 1 + sum over k >= 2 of C(n, k) q^k (1-q)^(n-k) (e^(k(k-1) / (2 sigma^2)) - 1).
//
// Other orders: ln A = ln E[(P/Q)^n] is convex in the order, by Hölder's inequality, and 0 at order 1, so the chord between
// the whole orders beside is above it. Replacing one: let R be the sample with neither of the two. By Cauchy and Schwarz
// the integral of P^a Q^(1-a) = (P^a R^(1/2-a)) (R^(a-1/2) Q^(1-a)) is at most the root of that of P^(2a) R^(1-2a) times that of
// R^(2a-1) Q^(2-2a), so
//
//   D_a(P, Q) <= (a - 1/2) / (a - 1) D_2a(P, R) + D_(2a-1)(R, Q),
//
// the weak triangle inequality (Mironov 2017). Both terms are of one person who joins or leaves. In exchange for twice the
// order nothing has to be believed about which two people are the worst.

import {
  addRationals,
  compareRationals,
  divideRationals,
  fromDoubleRoundedDown,
  multiplyRationals,
  type Rational,
  rational,
} from "../../budget/rational.ts";
import type { NeighbouringRelation } from "../event.ts";
import { fixedBits, logOfScaled } from "./enclosed-log.ts";
import {
  exponentialOf,
  lessOne,
  noneOrMore,
  oneOrMore,
  power,
  product,
  type RoundedUp,
  roundedUp,
  scaled,
  total,
} from "./rounded-up.ts";

/** A whole order's sum takes about ten microseconds a term, and a bound up to four sums. Caps above an epsilon of 0.2 have lower orders; twice theirs, from 0.4. */
export const largestWholeOrder = 512;
/** Less noise than this times the clip protects nobody, and its exponentials are as long as they are useless. */
const leastNoise = 1 / 16;

/**
 * An upper bound of D / order for one release, where D is the Rényi divergence at `order`, which is above 1. `probability` is that
 * of joining the sample; `noiseMultiplier` is noise over what one unit adds, under every relation. Undefined for what is not
 * bounded here: too large an order, hardly any noise, a relation without a rule.
 */
export function sampledRhoAtLeast(
  probability: number,
  noiseMultiplier: number,
  relation: NeighbouringRelation,
  order: Rational,
): Rational | undefined {
  if (relation === "replace-special" || !(noiseMultiplier >= leastNoise)) return undefined;
  if (probability === 0) return rational(0n);
  const q = fromDoubleRoundedDown(probability);
  const sigma = fromDoubleRoundedDown(noiseMultiplier);
  const precision = rational(sigma.den * sigma.den, sigma.num * sigma.num);
  const isReplaced = relation === "replace-one";
  // Without the sample's help: a mixture is never easier to tell apart than its worst part.
  const plain = multiplyRationals(precision, isReplaced ? rational(2n) : rational(1n, 2n));
  if (probability === 1) return plain;
  const sampled = isReplaced ? replacedDivergence(q, precision, order) : divergenceAt(q, precision, order);
  if (sampled === undefined) return undefined;
  const helped = divideRationals(sampled, order);
  return compareRationals(helped, plain) < 0 ? helped : plain;
}

function replacedDivergence(q: Rational, precision: Rational, order: Rational): Rational | undefined {
  const twice = multiplyRationals(order, rational(2n));
  const one = rational(-1n);
  const joined = divergenceAt(q, precision, twice);
  const left = divergenceAt(q, precision, addRationals(twice, one));
  if (joined === undefined || left === undefined) return undefined;
  const weight = divideRationals(addRationals(order, rational(-1n, 2n)), addRationals(order, one));
  return addRationals(multiplyRationals(weight, joined), left);
}

/** The chord of ln A between the whole orders beside `order`, over `order` - 1. */
function divergenceAt(q: Rational, precision: Rational, order: Rational): Rational | undefined {
  const below = order.num / order.den;
  if (below >= BigInt(largestWholeOrder)) return undefined;
  const share = addRationals(order, rational(-below));
  const whole = Number(below);
  const low = wholeOrder(q, precision, whole);
  const chord =
    share.num === 0n
      ? low
      : addRationals(
          multiplyRationals(rational(share.den - share.num, share.den), low),
          multiplyRationals(share, wholeOrder(q, precision, whole + 1)),
        );
  return divideRationals(chord, addRationals(order, rational(-1n)));
}

/** ln A_n from above, for 0 < q < 1. `precision` is 1 / sigma^2. */
function wholeOrder(q: Rational, precision: Rational, order: number): Rational {
  if (order < 2) return rational(0n);
  const rest = q.den - q.num;
  const odds = roundedUp({ num: q.num, den: rest });
  const ratio = exponentialOf(precision);
  let weight = product(
    product(power(roundedUp({ num: rest, den: q.den }), order - 1), roundedUp(q)),
    roundedUp(rational(BigInt(order))),
  );
  // e^(k(k-1) / (2 sigma^2)) grows by e^(k / sigma^2) from k to k + 1.
  let [raised, growth] = [oneOrMore, ratio];
  let excess = noneOrMore;
  for (let k = 2; k <= order; k++) {
    weight = scaled(product(weight, odds), order - k + 1, k);
    raised = product(raised, growth);
    growth = product(growth, ratio);
    excess = total(excess, product(weight, lessOne(raised)));
  }
  return logOnePlus(excess);
}

function logOnePlus(excess: RoundedUp): Rational {
  const { mantissa, exponent } = total(oneOrMore, excess);
  return { num: logOfScaled(mantissa, exponent).high, den: 1n << fixedBits };
}
