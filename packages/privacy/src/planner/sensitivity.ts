// How far an exact sum can move when one person joins or leaves, or is replaced by another.
//
// Derived from the integer bounds that the exact part enforces, so it does not rest on any formula of the
// asker's. m: most rows a person adds. a_j: greatest size of element j in a row. Add or remove: the sum
// moves by a sum of at most m rows, so by m a_j in element j. Replace, many rows each: both persons' rows
// lie in [m min(l, 0), m max(g, 0)], whose width bounds the move. Replace, exactly one row each: g_j - l_j.
// A one-hot row has one element, so one person adds m of the largest a_j in L1 and m a in L2 at most; a
// replaced one takes as much away. One element alone moves by the greatest of these. All move the same way where
// every row adds at least zero everywhere, or at most zero: then a person who comes moves none down, or none up.
//
// A sum over people may need less: see `sensitivity-of-people.ts`.

import type { Contribution } from "./contribution.ts";
import type { DatasetFacts } from "./dataset-facts.ts";
import { greater, lesser, magnitude } from "./exact-bounds.ts";
import { mostTouched, movedByPeople, type Sensitivity } from "./sensitivity-of-people.ts";

export type { Sensitivity } from "./sensitivity-of-people.ts";

type Unit = Pick<DatasetFacts, "neighbours" | "mostRowsEach" | "oneRowEach">;

export function sensitivityOf(
  contribution: Pick<Contribution, "grid" | "oneHot" | "across">,
  unit: Unit,
): Sensitivity {
  const { across } = contribution;
  if (across.kind === "rows") return movedByRows(contribution, unit);
  const people = movedByPeople(contribution, across, unit);
  // A person who may lose an element is no longer held within [l, g], but within that and zero.
  const losesNone = mostTouched(contribution, unit) <= across.mostGroupsEach;
  const rows = movedByRows(contribution, { ...unit, oneRowEach: unit.oneRowEach && losesNone });
  return {
    l1: lesser(people.l1, rows.l1),
    l2Squared: lesser(people.l2Squared, rows.l2Squared),
    each: lesser(people.each, rows.each),
    movesOneWay: people.movesOneWay,
  };
}

function movedByRows(
  { grid, oneHot }: Pick<Contribution, "grid" | "oneHot">,
  { neighbours, mostRowsEach, oneRowEach }: Unit,
): Sensitivity {
  const rows = BigInt(mostRowsEach);
  const replaced = neighbours === "replace";
  let l1 = 0n;
  let l2Squared = 0n;
  let greatestSize = 0n;
  let each = 0n;
  let [isBelowZero, isAboveZero] = [false, false];
  // Where one element alone counts, the others are zero, whatever their bounds say.
  const zeroes = oneHot && grid.exponent.length > 1;
  for (let element = 0; element < grid.exponent.length; element++) {
    const least = BigInt(grid.least[element]!);
    const greatest = BigInt(grid.greatest[element]!);
    const size = greater(magnitude(least), magnitude(greatest));
    const width = greater(greatest, 0n) - lesser(least, 0n);
    const move = !replaced ? rows * size : oneRowEach && !zeroes ? greatest - least : rows * width;
    l1 += move;
    l2Squared += move * move;
    greatestSize = greater(greatestSize, size);
    each = greater(each, move);
    isBelowZero ||= least < 0n;
    isAboveZero ||= greatest > 0n;
  }
  const ofOne = { each, movesOneWay: !replaced && !(isBelowZero && isAboveZero) };
  if (!oneHot) return { l1, l2Squared, ...ofOne };
  const one = (replaced ? 2n : 1n) * rows * greatestSize;
  return { l1: lesser(l1, one), l2Squared: lesser(l2Squared, one * one), ...ofOne };
}
