// For tests alone: a proof, without statistics, that a sampler breaks its promise. All streams of random bits up to a
// length were run on two neighbouring inputs; if even with every undecided stream counted in the sampler's favour an
// event is likelier than e^epsilon times its twin plus delta, no right sampler gives these outcomes.

import { type Rational, rational } from "../budget/rational.ts";
import { expAtMost } from "../mechanisms/exp-at-most.ts";
import type { EnumeratedOutcomes } from "./enumerated-outcomes.ts";

/** The outcomes of an event that proves it, or none. Both were enumerated to the same depth. */
export function breachOf<T>(
  left: EnumeratedOutcomes<T>,
  right: EnumeratedOutcomes<T>,
  epsilon: Rational,
  delta: Rational = rational(0n),
): readonly T[] {
  if (left.whole !== right.whole) throw new Error("two enumerations are compared at one depth");
  return [...oneWay(left, right, epsilon, delta), ...oneWay(right, left, epsilon, delta)];
}

function oneWay<T>(
  likely: EnumeratedOutcomes<T>,
  unlikely: EnumeratedOutcomes<T>,
  epsilon: Rational,
  delta: Rational,
): T[] {
  // Above e^epsilon: the lower bound is within a part in 2^128.
  const below = expAtMost(epsilon);
  const factor = rational(below.num * ((1n << 100n) + 1n), below.den << 100n);
  const most = (outcome: T) => (unlikely.mass.get(outcome) ?? 0n) * factor.num;
  const event = [...likely.mass].flatMap(([outcome, mass]) =>
    mass * factor.den > most(outcome) ? [outcome] : [],
  );
  const certain = event.reduce((sum, outcome) => sum + (likely.mass.get(outcome) ?? 0n), 0n);
  const possible = event.reduce(
    (sum, outcome) => sum + (unlikely.mass.get(outcome) ?? 0n),
    unlikely.undecided,
  );
  const slack = certain * factor.den - possible * factor.num;
  return slack * delta.den > delta.num * likely.whole * factor.den ? event : [];
}
