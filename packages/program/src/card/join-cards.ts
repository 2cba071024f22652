// What two cards declare together of a join on the person: a row is one row of the first and one of the second
// that are of the same person. Everything here follows from the two cards, and nothing from rows.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { programLimits } from "../graph/limits.ts";
import type { ColumnCard, MockRows, PrivacyUnit } from "./card.ts";
import { frozenRecord } from "./card-fields.ts";
import type { Card } from "./parse-card.ts";

/** Where a column of a join comes from: 0 is the first dataset, 1 the second. */
export type JoinedColumn = { readonly side: 0 | 1; readonly column: string };

export type JoinedCard = {
  readonly sides: readonly [Card, Card];
  /** Both cards' columns; one whose name both have is called "dataset.column". */
  readonly columns: Readonly<Record<string, ColumnCard>>;
  readonly origins: ReadonlyMap<string, JoinedColumn>;
  /** Pairs of rows that one person has at the most. */
  readonly mostRowsEach: number;
  /** Each mock row of one beside one of the other. */
  readonly mock: MockRows;
};

export type JoinRefused = Problem<"join-refused">;

/**
 * Pairs that one person may have. Noise grows with it, so past it no answer would be of use, and people with that
 * many pairs would make long work.
 */
export const mostPairsEach = 10_000;

/**
 * Refuses what would pair rows of different people, and what has no bound for one person: a dataset with itself,
 * units that are rows, identities that differ or were not declared, too many pairs.
 */
export function joinCards(first: Card, second: Card): Result<JoinedCard, JoinRefused> {
  if (first.name === second.name)
    return refused(
      `${first.name} is not joined with itself`,
      "ask about its rows once: each person's rows are already one person's",
    );
  const [one, other] = [unitOf(first), unitOf(second)];
  if (!one.ok) return one;
  if (!other.ok) return other;
  if (one.value.identity !== other.value.identity) {
    return refused(
      `${first.name} and ${second.name} name people in different ways: ${one.value.identity} and ${other.value.identity}`,
      "the owner can register one of them by a column that holds the other's kind of name, and declare the same identity",
    );
  }
  const mostRowsEach = one.value.mostRowsEach * other.value.mostRowsEach;
  if (mostRowsEach > mostPairsEach) {
    return refused(
      `one person may have ${one.value.mostRowsEach} rows in ${first.name} and ${other.value.mostRowsEach} in ${second.name}: more than ${mostPairsEach} pairs`,
      'the owner can register one of them with a smaller "mostRowsEach"',
    );
  }
  const origins = originsOf(first, second);
  const long = [...origins.keys()].find((name) => name.length > programLimits.nameLength);
  if (long !== undefined)
    return refused(
      "a column that both datasets have has too long a name to stand beside its dataset's",
      "the owner can register one of them with a shorter name for the column",
    );
  const sides = [first, second] as const;
  const columns = [...origins].map(([name, { side, column }]): [string, ColumnCard] => [
    name,
    sides[side].columns[column]!,
  ]);
  return ok(
    Object.freeze({
      sides,
      columns: frozenRecord(columns),
      origins,
      mostRowsEach,
      mock: pairedMock(sides, origins),
    }),
  );
}

type NamedUnit = Extract<PrivacyUnit, { kind: "column" }> & { readonly identity: string };

function unitOf({ name, unit }: Card): Result<NamedUnit, JoinRefused> {
  if (unit.kind === "row")
    return refused(
      `${name} does not say which rows are one person's: each row is a person`,
      'the owner can register it with the column that names people: "unit": { "column": "patient", "mostRowsEach": 1, "identity": "mrn" }',
    );
  const { identity } = unit;
  if (identity !== undefined) return ok({ ...unit, identity });
  return refused(
    `the card of ${name} does not say what kind of name ${JSON.stringify(unit.column)} holds, and two numberings would match strangers`,
    'the owner can register it again with "identity" in "unit", the same as the other dataset\'s: "identity": "mrn"',
  );
}

/**
 * A name that both have is qualified. A dataset's name has no dot, so "dataset.column" can be taken apart in one way
 * only; but a column may itself be called so, and where that leaves two of one name, every column is qualified.
 */
function originsOf(first: Card, second: Card): ReadonlyMap<string, JoinedColumn> {
  const all = [first, second].flatMap(({ name, columns }, side) =>
    Object.keys(columns).map((column) => ({ side: side as 0 | 1, column, full: `${name}.${column}` })),
  );
  const isTwice = (column: string) =>
    Object.hasOwn(first.columns, column) && Object.hasOwn(second.columns, column);
  const short = all.map(({ column, full }) => (isTwice(column) ? full : column));
  const isClear = new Set(short).size === all.length;
  return new Map(
    all.map(({ side, column, full }, at) => [isClear ? short[at]! : full, Object.freeze({ side, column })]),
  );
}

function pairedMock(sides: readonly [Card, Card], origins: ReadonlyMap<string, JoinedColumn>): MockRows {
  const lengths = sides.map(({ mock }) => mock.rows.length);
  const count = lengths.includes(0) ? 0 : Math.max(...lengths);
  const rows = Array.from({ length: count }, (_, at) =>
    frozenRecord(
      [...origins].map(([name, { side, column }]): [string, number | string] => {
        const { mock } = sides[side];
        return [name, mock.rows[at % mock.rows.length]![column]!];
      }),
    ),
  );
  const isDeclared = sides.every(({ mock }) => mock.origin === "declared");
  return Object.freeze({ origin: isDeclared ? "declared" : "synthetic", rows: Object.freeze(rows) });
}

function refused(message: string, hint: string): { readonly ok: false; readonly problem: JoinRefused } {
  return err(problem("join-refused", message, { hint }));
}
