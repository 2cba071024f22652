// For tests alone: the exact probabilities of the mechanisms that choose, from their definitions. `t` stands for
// exp(-rate), the factor by which a lost point of score lowers the odds; where a test takes a rational t, epsilon is a
// multiple of ln(1/t) and every inequality between probabilities can be asked without any rounding.

import {
  addRationals,
  divideRationals,
  multiplyRationals,
  type Rational,
  rational,
} from "../budget/rational.ts";

export function power(t: Rational, exponent: bigint): Rational {
  return exponent >= 0n
    ? { num: t.num ** exponent, den: t.den ** exponent }
    : { num: t.den ** -exponent, den: t.num ** -exponent };
}

function weightsOf(scores: readonly bigint[], t: Rational): Rational[] {
  const best = scores.reduce((most, score) => (score > most ? score : most));
  return scores.map((score) => power(t, best - score));
}

function sumOf(all: readonly Rational[]): Rational {
  return all.reduce(addRationals, rational(0n));
}

export function exponentialProbabilities(scores: readonly bigint[], t: Rational): Rational[] {
  const weights = weightsOf(scores, t);
  const total = sumOf(weights);
  return weights.map((weight) => divideRationals(weight, total));
}

/** Over every order: the chance that all before fail and this one's coin falls well. */
export function permuteAndFlipProbabilities(scores: readonly bigint[], t: Rational): Rational[] {
  const weights = weightsOf(scores, t);
  const orders = ordersOf(scores.map((_, at) => at));
  const each = rational(1n, BigInt(orders.length));
  const chosen = scores.map(() => rational(0n));
  for (const order of orders) {
    let reached = each;
    for (const at of order) {
      chosen[at] = addRationals(chosen[at]!, multiplyRationals(reached, weights[at]!));
      reached = multiplyRationals(
        reached,
        addRationals(rational(1n), multiplyRationals(rational(-1n), weights[at]!)),
      );
    }
  }
  return chosen;
}

/** Noise of P(x) = `mass(x)` on whole numbers within `reach`, ties settled evenly; in doubles. */
export function noisyMaxProbabilities(
  scores: readonly bigint[],
  mass: (x: number) => number,
  { from, to }: { readonly from: number; readonly to: number },
): number[] {
  const chosen = scores.map(() => 0);
  const numbers = scores.map(Number);
  const visit = (at: number, noised: readonly number[], probability: number) => {
    if (probability < 1e-12) return;
    if (at === numbers.length) {
      const top = Math.max(...noised);
      const winners = noised.flatMap((value, index) => (value === top ? [index] : []));
      for (const index of winners) chosen[index]! += probability / winners.length;
      return;
    }
    for (let x = from; x <= to; x++) visit(at + 1, [...noised, numbers[at]! + x], probability * mass(x));
  };
  visit(0, [], 1);
  return chosen;
}

/** The probability of a run of answers of above-threshold, over all values of the threshold's noise; in doubles. */
export function thresholdProbability(
  sums: readonly number[],
  answers: readonly boolean[],
  threshold: number,
  { ofThreshold, ofSum }: { readonly ofThreshold: number; readonly ofSum: number },
): number {
  const reach = Math.ceil(40 * ofThreshold);
  const q = Math.exp(-1 / ofThreshold);
  let total = 0;
  for (let noise = -reach; noise <= reach; noise++) {
    let probability = ((1 - q) / (1 + q)) * q ** Math.abs(noise);
    for (const [at, answer] of answers.entries()) {
      const above = tailAbove(threshold + noise - sums[at]!, ofSum);
      probability *= answer ? above : 1 - above;
    }
    total += probability;
  }
  return total;
}

/** P(X > x) of discrete Laplace. */
function tailAbove(x: number, scale: number): number {
  const q = Math.exp(-1 / scale);
  return x >= 0 ? q ** (x + 1) / (1 + q) : 1 - q ** -x / (1 + q);
}

function ordersOf(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item) =>
    ordersOf(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
