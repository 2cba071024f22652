// How far a sum over people can move when one person joins or leaves, or is replaced by another.
//
// V is what one person adds: T, the sum of their rows, held within [l_j, g_j] in each element, with all but G
// elements put to zero. l_j <= 0 <= g_j, so V lies within them whatever was put to zero. Other persons' V do not
// change: a clamp sees its own person's rows alone, and so does the choice of elements, which follows an order of
// (person, element) and which of them are not zero.
//
// How many elements of V are not zero: at most G, at most k, and where each of at most m rows is one-hot, at
// most m. Call it t, and a_j = max(-l_j, g_j).
// - Add or remove: the sum moves by V. L1 is at most the sum of the t largest a_j, L2 squared of the t largest a_j^2.
// - Replace: the sum moves by V' - V. An element moves by g_j - l_j at most, and 2t of them move at most: the 2t
//   largest widths and their squares. The triangle inequality gives twice what one person adds, 2 in L1 and 4 in
//   L2 squared, which can be less where bounds lie on both sides of zero. A replaced person with another name has
//   another order; nothing above rests on its being the same.
//
// Never more than without the clamp. Zero lies within the ends, so |V_j| <= |T_j| in each element, and what bounds the
// length of T bounds that of V: every rule of rows that speaks of one person's own length holds. A clamp moves two
// numbers no further apart, so while no element is put to zero the rule for exactly one row each (g - l of the
// row) holds too; `sensitivityOf` takes the smaller of both and drops that one rule where an element may be lost.
// Much less: counting people, each once, needs 1 where counting their rows needs m; in k groups min(k, m, G) and not m
// in L1, and that and not m^2 in L2 squared.

import type { AcrossPeople, Contribution } from "./contribution.ts";
import type { DatasetFacts } from "./dataset-facts.ts";
import { greater, lesser } from "./exact-bounds.ts";

/** In grid steps: the length of what one privacy unit moves, all elements added up, and the squares of all. */
type Length = { readonly l1: bigint; readonly l2Squared: bigint };

export type Sensitivity = Length & {
  /** L-infinity: most that any one element moves. What a choice among sums is calibrated to. */
  readonly each: bigint;
  /** No neighbour moves one element up and another down: of people who come or go, and add nothing below zero or nothing above. */
  readonly movesOneWay: boolean;
};

/** In grid steps. */
export function movedByPeople(
  contribution: Pick<Contribution, "grid" | "oneHot">,
  across: AcrossPeople,
  unit: Pick<DatasetFacts, "neighbours" | "mostRowsEach">,
): Sensitivity {
  const touched = Math.min(mostTouched(contribution, unit), across.mostGroupsEach);
  const ends = Array.from(
    across.least,
    (least, at) => [BigInt(least), BigInt(across.greatest[at]!)] as const,
  );
  const sizes = ends.map(([least, greatest]) => greater(-least, greatest));
  const added = lengthOf(sizes, touched);
  if (unit.neighbours === "add-or-remove") {
    const movesOneWay = ends.every(([least]) => least >= 0n) || ends.every(([, greatest]) => greatest <= 0n);
    return { ...added, each: sizes.reduce(greater, 0n), movesOneWay };
  }
  const widths = ends.map(([least, greatest]) => greatest - least);
  const moved = lengthOf(widths, 2 * touched);
  return {
    l1: lesser(moved.l1, 2n * added.l1),
    l2Squared: lesser(moved.l2Squared, 4n * added.l2Squared),
    each: widths.reduce(greater, 0n),
    movesOneWay: false,
  };
}

/** How many elements of one person's total may differ from zero. */
export function mostTouched(
  { grid, oneHot }: Pick<Contribution, "grid" | "oneHot">,
  { mostRowsEach }: Pick<DatasetFacts, "mostRowsEach">,
): number {
  const width = grid.exponent.length;
  return oneHot ? Math.min(width, mostRowsEach) : width;
}

/** Of a vector with at most `most` elements that are not zero, each no larger than its own bound. */
function lengthOf(sizes: readonly bigint[], most: number): Length {
  let [l1, l2Squared] = [0n, 0n];
  for (const size of sizes.toSorted((a, b) => (a > b ? -1 : a < b ? 1 : 0)).slice(0, most)) {
    l1 += size;
    l2Squared += size * size;
  }
  return { l1, l2Squared };
}
