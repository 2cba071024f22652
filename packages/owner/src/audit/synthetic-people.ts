// People who do not exist, drawn from what the card declares: a crowd, and one person at the bounds who would move
// the answers most. No real row is read for them.

import type { Card, ColumnCard } from "@unseen/program";
import type { Dice } from "./dice.ts";

/** Cells as they would stand in the owner's file. */
export type SyntheticRow = Readonly<Record<string, number | string>>;
export type SyntheticPerson = { readonly name: string; readonly rows: readonly SyntheticRow[] };

/** Two sets of people who must look alike: one has the target, or the target with other rows. */
export type Neighbouring = {
  readonly without: readonly SyntheticPerson[];
  readonly with: readonly SyntheticPerson[];
};

/** Larger crowds make no attack better: what one person moves does not depend on them. */
const crowdSize = 40;
/** The target brings so many times the rows that the card counts, and values so far past the bounds. */
const tooMany = 3;
const tooFar = 10;

/** The worst case for a card: the target stands at the bounds and tries to pass them, in value and in rows. */
export function worstNeighbours(card: Card, dice: Dice): Neighbouring {
  const crowd = Array.from({ length: crowdSize }, (_, at) =>
    personOf(`person ${at}`, [ordinaryRow(card, dice)]),
  );
  // The one who stands in for the target has as little as a person can have: a single row, at the near end.
  const rows = { near: 1, far: card.unit.kind === "row" ? 1 : card.unit.mostRowsEach * tooMany };
  const target = (end: "far" | "near") => personOf("target", Array(rows[end]).fill(extremeRow(card, end)));
  return {
    without: card.people.isPublic ? [...crowd, target("near")] : crowd,
    with: [...crowd, target("far")],
  };
}

/** The bound that lies farther from zero, where one person adds most to a sum. */
export function farEnd(column: ColumnCard): { readonly far: number; readonly near: number } {
  const [least, greatest] = endsOf(column);
  return Math.abs(least) > Math.abs(greatest)
    ? { far: least, near: greatest }
    : { far: greatest, near: least };
}

export function endsOf(column: ColumnCard): readonly [least: number, greatest: number] {
  if (column.type === "text") return [0, 0];
  return column.type === "category" ? [0, column.categories.length - 1] : column.bounds;
}

/** Between the bounds, and never in the eighth of them where the target stands. */
function ordinaryRow(card: Card, dice: Dice): SyntheticRow {
  return rowOf(card, (column) => {
    const { far, near } = farEnd(column);
    const value = near + dice.between(0, 7 / 8) * (far - near);
    return column.type === "number" ? value : near < far ? Math.floor(value) : Math.ceil(value);
  });
}

function extremeRow(card: Card, end: "far" | "near"): SyntheticRow {
  return rowOf(card, (column) => {
    const ends = farEnd(column);
    if (column.type === "category") return ends[end];
    const width = Math.abs(ends.far - ends.near);
    return ends[end] + Math.sign(ends[end] - ends[end === "far" ? "near" : "far"]) * tooFar * width;
  });
}

/** The attacks ask about numbers; which texts are shown is proved and not attacked. */
const everyonesKey = "k";

function rowOf(card: Card, cellOf: (column: ColumnCard) => number): SyntheticRow {
  return Object.fromEntries(
    Object.entries(card.columns).map(([name, column]) => {
      if (column.type === "text") return [name, everyonesKey];
      const value = cellOf(column);
      return [name, column.type === "category" ? column.categories[value]! : value];
    }),
  );
}

function personOf(name: string, rows: readonly SyntheticRow[]): SyntheticPerson {
  return { name, rows };
}

/** The people's rows as a CSV that the owner might have. */
export function asCsv(card: Card, people: readonly SyntheticPerson[]): string {
  const columns = Object.keys(card.columns);
  const named = card.unit.kind === "column" ? [card.unit.column] : [];
  const lines = people.flatMap(({ name, rows }) =>
    rows.map((row) => [...named.map(() => name), ...columns.map((column) => row[column]!)]),
  );
  return `${[[...named, ...columns], ...lines].map((cells) => cells.map(quoted).join(",")).join("\n")}\n`;
}

function quoted(cell: number | string): string {
  return typeof cell === "number" ? String(cell) : `"${cell.replaceAll('"', '""')}"`;
}
