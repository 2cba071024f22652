import { type Rational, rational } from "../budget/rational.ts";

/** What one release loses: (epsilon, delta)-differential privacy, as exact fractions. Delta 0 is a pure guarantee. */
export type Cost = { readonly epsilon: Rational; readonly delta: Rational };

export function pureCost(epsilon: Rational): Cost {
  return Object.freeze({ epsilon, delta: rational(0n) });
}
