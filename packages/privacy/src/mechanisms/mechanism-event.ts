// What happened, as plain data for the ledger: enough for any accountant to compose it later, and nothing private.

import {
  divideRationals,
  multiplyRationals,
  type Rational,
  rational,
  rationalFromStored,
} from "../budget/rational.ts";

export type MechanismEvent =
  | {
      readonly mechanism: "discrete-laplace";
      /** Scale of the noise in grid units, as "num/den"; "0/1" when nothing depended on any person. */
      readonly scale: string;
      /** Most that one privacy unit moves all elements together, summed, in grid units. */
      readonly l1Sensitivity: string;
      readonly dimension: number;
    }
  | {
      readonly mechanism: "discrete-gaussian";
      /** Sigma squared in squared grid units, as "num/den"; "0/1" when nothing depended on any person. */
      readonly sigmaSquared: string;
      /** Most that one privacy unit moves the vector of elements, Euclidean length squared, in squared grid units. */
      readonly l2SensitivitySquared: string;
      readonly dimension: number;
    };

/** What one release loses, exactly: epsilon of pure differential privacy, or rho of zero-concentrated. */
export type PrivacyLoss =
  | { readonly kind: "pure"; readonly epsilon: Rational }
  | { readonly kind: "concentrated"; readonly rho: Rational };

/** Epsilon = l1 / scale; rho = l2^2 / (2 sigma^2). Losses of one kind add up over releases. */
export function lossOf(event: MechanismEvent): PrivacyLoss {
  switch (event.mechanism) {
    case "discrete-laplace":
      return { kind: "pure", epsilon: ratioOrZero(BigInt(event.l1Sensitivity), event.scale) };
    case "discrete-gaussian":
      return {
        kind: "concentrated",
        rho: multiplyRationals(
          ratioOrZero(BigInt(event.l2SensitivitySquared), event.sigmaSquared),
          rational(1n, 2n),
        ),
      };
    default:
      return event satisfies never;
  }
}

function ratioOrZero(sensitivity: bigint, noise: string): Rational {
  return sensitivity === 0n
    ? rational(0n)
    : divideRationals(rational(sensitivity), rationalFromStored(noise));
}
