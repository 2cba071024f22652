// What became of a file at the door. It tells about the data, so it is for the owner alone.

import type { Card } from "@unseen/program";
import type { DuckDbSession } from "../engine/duckdb-session.ts";
import { marks } from "./cleaning.ts";

export type ColumnReport = {
  /** Empty cells, replaced by the declared value. */
  readonly missing: number;
  /** Text where a number is declared, NaN, infinity, or an undeclared category: replaced by the declared value. */
  readonly unreadable: number;
  /** Numbers out of the declared bounds, moved to the nearest bound. */
  readonly clamped: number;
};

export type IngestReport = {
  readonly rowsRead: number;
  readonly rowsKept: number;
  /** Distinct people; where each row is a person, the rows. */
  readonly people: number;
  /** Rows left out because their person has more than the card counts. */
  readonly rowsBeyondShare: number;
  /** Rows left out because they name no person. */
  readonly rowsOfNobody: number;
  readonly columns: Readonly<Record<string, ColumnReport>>;
};

/** Counts over the staged rows. Cost: one pass. */
export async function reportOf(session: DuckDbSession, card: Card): Promise<IngestReport> {
  const names = Object.keys(card.columns);
  const changed = names.flatMap((_, at) =>
    [marks.missing, marks.unreadable, marks.clamped].map((mark) => `count(*) FILTER (m${at} = ${mark})`),
  );
  const [row] = await session.rows(`SELECT count(*), ${changed.join(", ")} FROM staged`);
  const [rowsRead, ...counts] = (row ?? []).map(Number) as [number, ...number[]];
  const columns = Object.fromEntries(
    names.map((name, at) => {
      const [missing, unreadable, clamped] = counts.slice(3 * at, 3 * at + 3) as [number, number, number];
      return [name, { missing, unreadable, clamped }];
    }),
  );
  const { people, rowsKept, rowsOfNobody } = await peopleOf(session, card, rowsRead);
  return {
    rowsRead,
    rowsKept,
    people,
    rowsBeyondShare: rowsRead - rowsOfNobody - rowsKept,
    rowsOfNobody,
    columns,
  };
}

async function peopleOf(session: DuckDbSession, { unit }: Card, rowsRead: number) {
  if (unit.kind === "row") return { people: rowsRead, rowsKept: rowsRead, rowsOfNobody: 0 };
  const [row] = await session.rows(
    `SELECT count(*), coalesce(sum(least(rows, ${unit.mostRowsEach})), 0), coalesce(sum(rows), 0) FROM (SELECT count(*) AS rows FROM staged WHERE person IS NOT NULL GROUP BY person)`,
  );
  const [people, rowsKept, named] = (row ?? []).map(Number) as [number, number, number];
  return { people, rowsKept, rowsOfNobody: rowsRead - named };
}
