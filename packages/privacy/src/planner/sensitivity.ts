// How far an exact sum can move when one person joins or leaves, or is replaced by another.
//
// Derived from the integer bounds that the exact part enforces, so it does not rest on any formula of the
// asker's. m: most rows a person adds. a_j: greatest size of element j in a row. Add or remove: the sum
// moves by a sum of at most m rows, so by m a_j in element j. Replace, many rows each: both persons' rows
// lie in [m min(l, 0), m max(g, 0)], whose width bounds the move. Replace, exactly one row each: g_j - l_j.
// A one-hot row has one element, so one person adds m of the largest a_j in L1 and m a in L2 at most; a
// replaced one takes as much away.

import type { Contribution } from "./contribution.ts";
import type { DatasetFacts } from "./dataset-facts.ts";

export type Sensitivity = { readonly l1: bigint; readonly l2Squared: bigint };

export function sensitivityOf(
  { grid, oneHot }: Pick<Contribution, "grid" | "oneHot">,
  { neighbours, mostRowsEach, oneRowEach }: Pick<DatasetFacts, "neighbours" | "mostRowsEach" | "oneRowEach">,
): Sensitivity {
  const rows = BigInt(mostRowsEach);
  const replaced = neighbours === "replace";
  let l1 = 0n;
  let l2Squared = 0n;
  let greatestSize = 0n;
  for (let element = 0; element < grid.exponent.length; element++) {
    const least = BigInt(grid.least[element]!);
    const greatest = BigInt(grid.greatest[element]!);
    const size = greater(magnitude(least), magnitude(greatest));
    const width = greater(greatest, 0n) - lesser(least, 0n);
    const move = !replaced ? rows * size : oneRowEach ? greatest - least : rows * width;
    l1 += move;
    l2Squared += move * move;
    greatestSize = greater(greatestSize, size);
  }
  if (!oneHot) return { l1, l2Squared };
  const one = (replaced ? 2n : 1n) * rows * greatestSize;
  return { l1: lesser(l1, one), l2Squared: lesser(l2Squared, one * one) };
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function greater(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function lesser(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
