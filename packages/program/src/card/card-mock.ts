// Example rows for strangers: written by the owner, or drawn from what is declared. Never real rows.

import { type Entropy, err, invariant, ok, type Result } from "@unseen/base";
import type { ColumnCard, MockRows } from "./card.ts";
import {
  asList,
  asObject,
  type CardProblem,
  frozenRecord,
  isFiniteNumber,
  malformed,
  quoted,
  refuseUnknown,
} from "./card-fields.ts";
import { isKeyText } from "./key-text.ts";

const mostMockRows = 200;
/** Different texts in drawn rows: nothing is declared of such a column, so they are called by numbers. */
const syntheticKeys = 3;

type Columns = Readonly<Record<string, ColumnCard>>;

/** A list of rows is the owner's own; drawn rows come back as `{ origin: "synthetic", rows }`. */
export function parseMock(value: unknown, columns: Columns): Result<MockRows, CardProblem> {
  if (Array.isArray(value)) return value.length === 0 ? ok(noRows) : rowsOf("declared", value, columns);
  const mock = asObject(value, '"mock"');
  if (!mock.ok) return mock;
  const known = refuseUnknown(mock.value, ["origin", "rows"], '"mock"');
  if (!known.ok) return known;
  const { origin, rows } = mock.value;
  if (origin !== "declared" && origin !== "synthetic")
    return err(malformed('the origin of "mock" is "declared" or "synthetic"'));
  return rowsOf(origin, rows, columns);
}

const noRows: MockRows = Object.freeze({ origin: "synthetic", rows: Object.freeze([]) });

function rowsOf(origin: MockRows["origin"], value: unknown, columns: Columns): Result<MockRows, CardProblem> {
  const rows = asList(value, "the mock rows", mostMockRows);
  if (!rows.ok) return rows;
  const parsed: Readonly<Record<string, number | string>>[] = [];
  for (const [at, given] of rows.value.entries()) {
    const row = mockRow(`mock row ${at + 1}`, given, columns);
    if (!row.ok) return row;
    parsed.push(row.value);
  }
  return ok(Object.freeze({ origin, rows: Object.freeze(parsed) }));
}

function mockRow(
  what: string,
  value: unknown,
  columns: Columns,
): Result<Readonly<Record<string, number | string>>, CardProblem> {
  const row = asObject(value, what);
  if (!row.ok) return row;
  const unknown = Object.keys(row.value).find((name) => !Object.hasOwn(columns, name));
  if (unknown !== undefined)
    return err(malformed(`${what} has a column ${quoted(unknown)} that the card does not declare`));
  const cells: [string, number | string][] = [];
  for (const [name, column] of Object.entries(columns)) {
    if (!Object.hasOwn(row.value, name)) return err(malformed(`${what} lacks the column ${quoted(name)}`));
    const cell = row.value[name];
    if (!isAllowed(column, cell)) {
      const rule =
        column.type === "text"
          ? "is no text that could be a key"
          : column.type === "category"
            ? "is not one of its categories"
            : `is not ${column.type === "integer" ? "a whole number" : "a number"} within its bounds`;
      return err(malformed(`${what}: what stands in the column ${quoted(name)} ${rule}`));
    }
    cells.push([name, cell]);
  }
  return ok(frozenRecord(cells));
}

function isAllowed(column: ColumnCard, cell: unknown): cell is number | string {
  if (column.type === "category") return typeof cell === "string" && column.categories.includes(cell);
  if (column.type === "text") return isKeyText(cell, column.longest);
  const [least, greatest] = column.bounds;
  if (!isFiniteNumber(cell) || cell < least || cell > greatest) return false;
  return column.type === "number" || Number.isSafeInteger(cell);
}

/** Rows drawn uniformly from the declared bounds and categories alone. */
export function drawRows(columns: Columns, entropy: Entropy, count: number): MockRows {
  invariant(Number.isInteger(count) && count >= 0 && count <= mostMockRows, "a sample is small");
  const rows = Array.from({ length: count }, () =>
    frozenRecord(Object.entries(columns).map(([name, column]) => [name, drawn(column, entropy)] as const)),
  );
  return Object.freeze({ origin: "synthetic", rows: Object.freeze(rows) });
}

function drawn(column: ColumnCard, entropy: Entropy): number | string {
  const share = uniform(entropy);
  if (column.type === "category") return column.categories[Math.floor(share * column.categories.length)]!;
  if (column.type === "text")
    return `key ${1 + Math.floor(share * syntheticKeys)}`.slice(0, column.longest).trim();
  const [least, greatest] = column.bounds;
  if (column.type === "integer")
    return Math.min(least + Math.floor(share * (greatest - least + 1)), greatest);
  const value = Math.min(Math.max(least + share * (greatest - least), least), greatest);
  // Four digits read like a measurement; seventeen read like noise.
  const rounded = Number(value.toPrecision(4));
  return rounded >= least && rounded <= greatest ? rounded : value;
}

/** In [0, 1), in steps of 2^-53. */
function uniform(entropy: Entropy): number {
  const view = new DataView(entropy.fill(new Uint8Array(8)).buffer);
  return (view.getUint32(0) * 2 ** 21 + (view.getUint32(4) >>> 11)) / 2 ** 53;
}
