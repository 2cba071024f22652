// Noise is calibrated to how far one person moves a vector in L1 (Laplace) or in L2 (Gaussian). Where only the most
// that any single element moves is known (L-infinity), the number of elements has to be paid for, and is.

import { invariant } from "@unseen/base";

/** L1, and L2 squared, of a vector of which one privacy unit moves at most `elementsMoved` elements by `mostEach` each. */
export function sensitivityFromMostEach(of: {
  /** L-infinity: most that one privacy unit moves any one element. */
  readonly mostEach: bigint;
  readonly dimension: number;
  /** L0: how many elements one privacy unit moves; all of them if not known. */
  readonly elementsMoved?: number;
}): { readonly l1: bigint; readonly l2Squared: bigint } {
  const { mostEach, dimension, elementsMoved = dimension } = of;
  invariant(mostEach >= 0n, "a sensitivity is not negative");
  invariant(Number.isSafeInteger(dimension) && dimension > 0, "a vector has at least one element");
  invariant(Number.isSafeInteger(elementsMoved) && elementsMoved >= 0, "a count of elements is whole");
  const moved = BigInt(Math.min(elementsMoved, dimension));
  return { l1: moved * mostEach, l2Squared: moved * mostEach * mostEach };
}
