// How far float32 may carry a clipped sum from what it stands for. docs/mechanisms/clipped-sums.md derives each bound.

/** Half a unit in the last place of float32, relative. Backends in float64 are better. */
const roundingUnit = 2 ** -24;

/** Squared norms above count as not finite. */
export const largestClipped = 2 ** 80;
/** Squared lengths of what goes into a layer, and of the gradient at its results: above, a unit counts as zero. */
export const largestFactor = 2 ** 53;
export const largestGradient = 2 ** 40;

/**
 * Relative error of a computed norm at most, where `terms` squares are added up in the longest of its sums and `sums` such
 * sums are added up: none is negative, so that each rounding is relative to what is there, in any order.
 */
export function normError(terms: number, sums: number): number {
  return (terms + sums + 8) * roundingUnit * 1.01;
}

/** A sum of `count` clipped gradients differs from the exact one by at most this many clips, in any order of adding. */
export function sumError(count: number): number {
  return count * (count + 1) * roundingUnit * 1.01;
}

/**
 * What may be lost, in Euclidean length, where squares or products fall below the smallest normal float32, 2^-126, and
 * come out as zero: a factor's length by at most 2^-63 sqrt(k), beside a gradient of at most 2^20, and the other way round.
 */
export function underflow(dimension: number): number {
  return Math.sqrt(dimension) * (2 ** -43 + 2 ** -36);
}
