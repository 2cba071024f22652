// What one row adds to an exact sum, and the integers that it is held to.
//
// A row's contribution is a small vector. Each element is put on a grid of its own power-of-two step and
// clamped to integer bounds, so the sum is over integers: it does not depend on order, engine or
// overflow, and no row can add more than planned whatever a formula gave (Casacuberta, Shoemate, Vadhan,
// Wagaman 2022, arXiv 2207.10635, on what happens otherwise).

import type { Program } from "@unseen/program";

/** A program over columns ([rows] each, by name) and constants, with one output [rows, ...shape]. */
export type Contribution = {
  readonly program: Program;
  /** The shape of what one row adds, without the row axis. */
  readonly shape: readonly number[];
  readonly grid: Grid;
  readonly across: Across;
  /** At most one element of a row may differ from zero; where a formula gives more, only the first counts. */
  readonly oneHot: boolean;
};

/** How rows become one sum: all of them, or first those of each person, whose total is then held. */
export type Across = { readonly kind: "rows" } | AcrossPeople;

export type AcrossPeople = {
  readonly kind: "people";
  /** Least and greatest integer that one person adds, for each element; zero lies within. */
  readonly least: Float64Array;
  readonly greatest: Float64Array;
  /**
   * How many elements of one person count at most: of those that are not zero, the first in an order that depends
   * on nothing but the person and the element.
   */
  readonly mostGroupsEach: number;
};

export const acrossRows: Across = { kind: "rows" };

/** For each element of a row, in order: the step is 2 ** exponent, and the integers run from `least` to `greatest`. */
export type Grid = {
  readonly exponent: Int32Array;
  readonly least: Float64Array;
  readonly greatest: Float64Array;
};

/** Rows a dataset may have: with contributions of at most 2^25 in size, every sum stays far inside an int64. */
export const mostRows = 2 ** 36;

/**
 * One element on its grid: the nearest step, halves upwards, clamped. NaN becomes the allowed integer
 * nearest to zero. The same three IEEE operations in SQL give the same integer.
 */
export function quantise(value: number, exponent: number, least: number, greatest: number): number {
  const steps = Math.floor(value * 2 ** -exponent + 0.5);
  if (Number.isNaN(steps)) return Math.min(Math.max(0, least), greatest);
  return Math.min(Math.max(steps, least), greatest);
}
