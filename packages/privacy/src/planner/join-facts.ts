// What the planner may know of a join on the person: facts of pairs of rows that are one person's.
//
// Let m and n be the most rows that one person has in the first and in the second dataset, and let the snapshots be
// bounded to that, each person's rows by themselves. A pair is of one person, so a person is in at most m n pairs, and
// no pair has anything to do with anybody else. Therefore:
//
// - Whoever leaves the first dataset, the second, or both, takes away pairs of their own alone: at most m n. Whoever
//   comes brings at most m n. That is "add-or-remove" with m n rows each.
// - Where a dataset's number of people is public, its neighbours replace p by q, and the other dataset may stay as it
//   is, lose p, gain q, or have the same done to it. The pairs of p go, at most m n; the pairs of q come, at most m n;
//   no other pair is touched. That is "replace" with m n rows each. It must not count as one row each, even for m = n
//   = 1: q may have no row on the other side, so a pair may go and none come. And how many pairs there are is not
//   public, even where both numbers of people are: it says how many are in both.
// - "replace" moves a sum no less than "add-or-remove" (`sensitivityOf`: no element's width is below its size), so one
//   noise protects both kinds of neighbours, and each dataset's line may be charged with it.

import type { JoinedCard } from "@unseen/program";
import { type DatasetFacts, mockColumns } from "./dataset-facts.ts";

/** `first` and `second` are the facts of the joined card's two sides, in order. */
export function joinFacts(joined: JoinedCard, first: DatasetFacts, second: DatasetFacts): DatasetFacts {
  const sides = [first, second] as const;
  // Each row of one side meets at most as many rows as a person has in the other.
  const mostRows = Math.min(first.mostRows * second.mostRowsEach, second.mostRows * first.mostRowsEach);
  return {
    name: `${first.name} JOIN ${second.name}`,
    columns: new Map(
      [...joined.origins].map(([name, { side, column }]) => [name, sides[side].columns.get(column)!]),
    ),
    neighbours: sides.some(({ neighbours }) => neighbours === "replace") ? "replace" : "add-or-remove",
    mostRowsEach: joined.mostRowsEach,
    oneRowEach: false,
    publicRowCount: undefined,
    publicPeopleCount: undefined,
    mostRows,
    // As if everybody of the smaller dataset were in the larger one.
    typicalRowCount: Math.min(mostRows, Math.max(first.typicalRowCount, second.typicalRowCount)),
    mock: mockColumns(joined),
    mockRowCount: joined.mock.rows.length,
    unitInWords: unitOfJoinInWords(joined),
  };
}

/** Who is protected, in words. */
export function unitOfJoinInWords({ sides, mostRowsEach }: JoinedCard): string {
  const named = sides.map(({ name, unit }) => `${unit.kind === "column" ? unit.column : "row"} of ${name}`);
  return `${named.join(" and ")} name the person, at most ${mostRowsEach} ${mostRowsEach === 1 ? "pair" : "pairs"} of rows each`;
}
