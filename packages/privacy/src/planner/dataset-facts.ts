// What the planner may know of a dataset: the owner's declarations, and nothing measured but a row count
// that the owner declared public.

import { invariant } from "@unseen/base";
import type { Card, ColumnCard } from "@unseen/program";
import type { Texts } from "./coded-texts.ts";
import type { Columns } from "./exact-sums.ts";

export type NumberFacts = { readonly least: number; readonly greatest: number; readonly integral: boolean };
/** Bounds of numbers; nothing where the column holds texts that nobody declared. */
export type ColumnFacts = NumberFacts | "texts";

/**
 * How two datasets that must look alike may differ. "add-or-remove": one person with all their rows is
 * there or not. "replace": one person's rows are others; then the number of people is public.
 */
export type Neighbours = "add-or-remove" | "replace";

export type DatasetFacts = {
  readonly name: string;
  readonly columns: ReadonlyMap<string, ColumnFacts>;
  readonly neighbours: Neighbours;
  /** Most rows that one person adds to any sum. */
  readonly mostRowsEach: number;
  /** Every person has exactly one row: what a replaced person can move is a range and not two magnitudes. */
  readonly oneRowEach: boolean;
  /** The number of rows where it is public, and otherwise undefined. */
  readonly publicRowCount: number | undefined;
  /** The number of people where it is public, and otherwise undefined. */
  readonly publicPeopleCount: number | undefined;
  /** As many rows as the card allows for: the upper end of the band, or the public number of people, with all the rows of each. */
  readonly mostRows: number;
  /** A row count for expectations of accuracy: public, or the geometric middle of the declared band. */
  readonly typicalRowCount: number;
  /** Mock rows as numbers, for the same purpose. */
  readonly mock: Columns;
  readonly mockRowCount: number;
  /** The unit in words, for answers. */
  readonly unitInWords: string;
};

/** `peopleCount` is given where the card declares it public, and only there. */
export function datasetFacts(card: Card, peopleCount: number | undefined): DatasetFacts {
  const isPublic = card.people.isPublic;
  const oneRowEach = card.unit.kind === "row";
  const publicRowCount = oneRowEach ? peopleCount : undefined;
  invariant(isPublic === (peopleCount !== undefined), "a public number of people is given, and no other");
  const columns = Object.entries(card.columns);
  return {
    name: card.name,
    columns: new Map(columns.map(([name, column]) => [name, columnFacts(column)])),
    neighbours: isPublic ? "replace" : "add-or-remove",
    mostRowsEach: card.unit.kind === "row" ? 1 : card.unit.mostRowsEach,
    oneRowEach,
    publicRowCount,
    publicPeopleCount: peopleCount,
    mostRows: mostRowsOf(card, peopleCount),
    typicalRowCount: card.people.isPublic
      ? Math.max(peopleCount ?? 1, 1)
      : Math.sqrt(Math.max(card.people.band[0], 1) * Math.max(card.people.band[1], 1)),
    mock: mockColumns(card),
    mockRowCount: card.mock.rows.length,
    unitInWords: unitInWords(card),
  };
}

function mostRowsOf({ people, unit }: Card, peopleCount: number | undefined): number {
  const mostPeople = people.isPublic ? (peopleCount ?? 1) : people.band[1];
  return Math.max(mostPeople, 1) * (unit.kind === "row" ? 1 : unit.mostRowsEach);
}

/** Who is protected, in words. */
export function unitInWords({ unit }: Card): string {
  if (unit.kind === "row") return "each row is a person";
  return `${unit.column} names the person, at most ${unit.mostRowsEach} ${unit.mostRowsEach === 1 ? "row" : "rows"} each`;
}

function columnFacts(column: ColumnCard): ColumnFacts {
  if (column.type === "text") return "texts";
  if (column.type === "category") return { least: 0, greatest: column.categories.length - 1, integral: true };
  return { least: column.bounds[0], greatest: column.bounds[1], integral: column.type === "integer" };
}

/** Mock rows as numbers, column by column. */
export function mockColumns({ columns, mock }: Pick<Card, "columns" | "mock">): Columns {
  return new Map(Object.entries(columns).map(([name, column]) => [name, mockColumn(mock, name, column)]));
}

function mockColumn(mock: Card["mock"], name: string, column: ColumnCard): Float64Array | Texts {
  if (column.type === "text")
    return mock.rows.map((row) => (row[name] === undefined ? null : String(row[name])));
  return Float64Array.from(mock.rows, (row) => {
    const value = row[name];
    if (column.type === "category")
      return Math.max(0, column.categories.indexOf(String(value ?? column.missing)));
    return typeof value === "number" ? value : column.missing;
  });
}
