// A contribution as one SQL query, so that the exact sum is done where the rows are. The same integers come
// out as from the plain rules; where that is not certain there is no query, and script does the work.

import { type Contribution, type Grid, quantise } from "@unseen/privacy";
import type { Program } from "@unseen/program";
import { isTexts, type SnapshotColumn } from "./snapshot.ts";
import { type Dialect, duckDb } from "./sql-dialect.ts";
import { product } from "./sql-elementwise.ts";
import { groupsOverPeople, sumsOverPeople } from "./sql-people.ts";
import {
  constantRow,
  type DenseRow,
  holdsText,
  namedRow,
  type ScatteredRow,
  type SqlRow,
  sqlRow,
} from "./sql-rules.ts";
import { columnScalar, constantScalar, type Scalar, textScalar } from "./sql-scalar.ts";
import { doubleLiteral, identifier, isNaNText, preparedName, snapshotColumn } from "./sql-text.ts";
import { SqlWriter } from "./sql-writer.ts";
import { storedPlaces } from "./stored-places.ts";

export type PushDown = {
  /** Undefined where no row needs to be read. */
  readonly sql: string | undefined;
  /** Turns the rows of the query's result into one integer for each element. */
  readonly read: (rows: readonly (readonly unknown[])[]) => BigInt64Array;
};

export type Table = {
  /** A FROM clause of the snapshot's rows. */
  readonly sql: string;
  readonly rowCount: number;
  /** Whether the rows say whose they are; else each row is a person. */
  readonly hasPeople: boolean;
  readonly columns: ReadonlyMap<string, SnapshotColumn>;
  /** Columns of integers that were worked out when the snapshot was written, by `preparedName`. */
  readonly prepared: ReadonlySet<string>;
};

/** Follows from the program, the card and the dialect alone: which way a question takes tells nothing of the rows. */
export function pushDown(contribution: Contribution, table: Table, dialect: Dialect): PushDown | undefined {
  const writer = new SqlWriter(dialect);
  const row = rowOf(writer, contribution.program, table);
  if (row === undefined || writer.isTooLarge) return undefined;
  if (contribution.across.kind === "people" && !table.hasPeople) return undefined;
  const query =
    row.kind === "dense"
      ? denseSums(writer, contribution, row, table)
      : countedSums(writer, contribution, row, table);
  return dialect.raises && writer.mayRaise ? undefined : query;
}

/** Prepared integers are stored in four bytes. */
const mostPrepared = 2 ** 31 - 1;

/**
 * The SQL of each integer that a contribution adds, for those worth storing beside the rows: a function of
 * columns that is none of them as it stands.
 */
export function preparable(contribution: Contribution, columns: Table["columns"]): readonly string[] {
  const writer = new SqlWriter(duckDb);
  const table = { sql: "", rowCount: 0, hasPeople: false, columns, prepared: new Set<string>() };
  const row = rowOf(writer, contribution.program, table);
  if (row?.kind !== "dense" || row.elements.length !== contribution.grid.exponent.length) return [];
  return row.elements.flatMap((element, at) => {
    const cell = cellOf(contribution.grid, at);
    const steps = stepsOf(writer, element, cell);
    const fits = Math.max(Math.abs(cell.least), Math.abs(cell.greatest)) <= mostPrepared;
    const isWork = steps?.constant === undefined && element.depth + Math.abs(cell.exponent) > 0;
    return steps !== undefined && fits && isWork && writer.isEmpty ? [steps.sql] : [];
  });
}

function rowOf(writer: SqlWriter, program: Program, table: Table): SqlRow | undefined {
  const uses = usesOf(program);
  const rows: (SqlRow | undefined)[] = [];
  for (const [at, node] of program.nodes.entries()) {
    if (uses[at] === 0) {
      rows.push(undefined);
      continue;
    }
    let row: SqlRow | undefined;
    if (node.kind === "constant") row = constantRow(node.value);
    else if (node.kind === "input") row = inputRow(node.name, program.shapes[at]!, table);
    else {
      const inputs = node.inputs.map((input) => rows[input]!);
      row = sqlRow(writer, node.operation, inputs, node.attributes);
    }
    if (row === undefined) return undefined;
    rows.push(uses[at]! > 1 ? namedRow(writer, row) : row);
  }
  const made = rows[program.outputs[0]!];
  return made !== undefined && holdsText(made) ? undefined : made;
}

/** How often each result is read on the way to the output; one that is not read is not written. */
function usesOf(program: Program): readonly number[] {
  const uses = program.nodes.map(() => 0);
  uses[program.outputs[0]!]!++;
  for (let at = program.nodes.length - 1; at >= 0; at--) {
    const node = program.nodes[at]!;
    if (node.kind === "operation" && uses[at]! > 0) for (const input of node.inputs) uses[input]!++;
  }
  return uses;
}

function inputRow(name: string, shape: Program["shapes"][number], { columns }: Table): DenseRow | undefined {
  const column = columns.get(name);
  if (column === undefined || shape.length !== 1 || shape[0] !== "rows") return undefined;
  const sql = identifier(snapshotColumn(name));
  return {
    kind: "dense",
    shape: [1],
    elements: [isTexts(column) ? textScalar(sql) : columnScalar(sql, column)],
  };
}

/** One sum for each element. */
function denseSums(
  writer: SqlWriter,
  { grid, oneHot, across }: Contribution,
  row: DenseRow,
  table: Table,
): PushDown | undefined {
  const width = grid.exponent.length;
  // "Only the first nonzero counts" is certain for one element, and for what never had two, which is scattered.
  if (row.elements.length !== width || (oneHot && width > 1)) return undefined;
  const sums: string[] = [];
  const finished: ((values: readonly unknown[]) => bigint)[] = [];
  for (const [at, element] of row.elements.entries()) {
    const steps = stepsOf(writer, element, cellOf(grid, at));
    if (steps === undefined) return undefined;
    const { constant } = steps;
    if (across.kind === "people") {
      const total =
        constant === undefined ? sumOf(writer, steps, cellOf(grid, at), table) : `${constant} * count(*)`;
      if (total === undefined) return undefined;
      const place = sums.push(total) - 1;
      finished.push((values) => wholeOf(values[place]));
    } else if (constant !== undefined) finished.push(() => BigInt(constant) * BigInt(table.rowCount));
    else {
      const sum = sumOf(writer, steps, cellOf(grid, at), table);
      if (sum === undefined) return undefined;
      const place = sums.push(sum) - 1;
      finished.push((values) => wholeOf(values[place]));
    }
  }
  if (writer.isTooLarge) return undefined;
  const read: PushDown["read"] = ([values]) => BigInt64Array.from(finished, (finish) => finish(values ?? []));
  if (across.kind === "people" && sums.length > 0) {
    const sql = sumsOverPeople(sums, across, writer.from(table.sql));
    return sql === undefined ? undefined : { sql, read };
  }
  return {
    sql: sums.length === 0 ? undefined : `SELECT ${sums.join(", ")} FROM ${writer.from(table.sql)}`,
    read,
  };
}

/** A histogram: one group for each place, and no column for each. */
function countedSums(
  writer: SqlWriter,
  { grid, across }: Contribution,
  row: ScatteredRow,
  table: Table,
): PushDown | undefined {
  const width = grid.exponent.length;
  const cells = Array.from({ length: width }, (_, at) => cellOf(grid, at));
  const first = cells[0];
  if (first === undefined || cells.some((cell) => onGrid(0, cell) !== 0)) return undefined;
  const { constant } = row.value;
  const isUniform = cells.every(
    (cell) =>
      cell.exponent === first.exponent && cell.least === first.least && cell.greatest === first.greatest,
  );
  if (constant === undefined && !isUniform) return undefined;
  const steps = constant === undefined ? stepsOf(writer, row.value, first) : undefined;
  if (constant === undefined && steps === undefined) return undefined;
  const placed = placeOf(writer, row.index, width, table);
  if (placed === undefined) return undefined;
  const { place, from } = placed;
  const amount =
    steps === undefined
      ? "count(*)"
      : steps.constant === undefined
        ? sumOf(writer, steps, first, table)
        : `${steps.constant} * count(*)`;
  if (amount === undefined) return undefined;
  if (across.kind === "people") {
    // What is held of a person is in steps, so all places must have the same ones.
    if (!isUniform) return undefined;
    const each = constant === undefined ? amount : `${onGrid(constant, first)} * count(*)`;
    const places = { place, from, width };
    const sql = groupsOverPeople(writer.dialect, each, places, across, writer.from(table.sql));
    if (sql === undefined) return undefined;
    return {
      sql,
      read: (rows) => {
        const sums = new BigInt64Array(width);
        for (const [at, value] of rows) sums[Number(at)] = wholeOf(value);
        return sums;
      },
    };
  }
  return {
    sql: `SELECT ${place} AS place, ${amount} FROM ${writer.from(table.sql)} GROUP BY place`,
    read: (rows) => {
      const sums = new BigInt64Array(width);
      for (const [at, value] of rows) {
        const cell = at === null ? undefined : cells[Number(at) + from];
        if (cell === undefined) continue;
        const each = constant === undefined ? 1n : BigInt(onGrid(constant, cell));
        sums[Number(at) + from] = each * wholeOf(value);
      }
      return sums;
    },
  };
}

/**
 * Which element a row adds to: `place`, counted on from `from`. Where there is none, that is NULL or outside.
 * What is stored makes at most 2^16 groups, whatever the width; what is worked out, few more than elements.
 */
function placeOf(
  writer: SqlWriter,
  given: Scalar,
  width: number,
  { columns, prepared }: Table,
): { readonly place: string; readonly from: number } | undefined {
  const column = given.shifted === undefined ? undefined : columns.get(given.shifted);
  const stored = column && storedPlaces(column);
  if (stored !== undefined && prepared.has(stored.name)) return { place: stored.name, from: given.least };
  const index = given.isWhole && !writer.dialect.raises ? given : writer.named(given);
  if (writer.dialect.raises && index.mayRaise) return undefined;
  return { place: writer.dialect.place(index, width), from: 0 };
}

type GridCell = { readonly exponent: number; readonly least: number; readonly greatest: number };

function cellOf(grid: Grid, at: number): GridCell {
  return { exponent: grid.exponent[at]!, least: grid.least[at]!, greatest: grid.greatest[at]! };
}

function onGrid(value: number, { exponent, least, greatest }: GridCell): number {
  return quantise(value, exponent, least, greatest);
}

type Steps = { readonly sql: string; readonly mayRaise: boolean; readonly constant?: number };

/** `quantise` as SQL. What the declared bounds make certain is left out: the clamp, the rounding, the NaN. */
function stepsOf(writer: SqlWriter, given: Scalar, cell: GridCell): Steps | undefined {
  if (given.constant !== undefined)
    return { sql: "", mayRaise: false, constant: onGrid(given.constant, cell) };
  const scale = 2 ** -cell.exponent;
  if (!Number.isFinite(scale) || scale === 0) return undefined;
  const x = given.mayBeNaN ? writer.named(given) : given;
  const scaling = scale === 1 ? x : product(x, constantScalar(scale));
  const scaled = scaling.sql;
  const { mayRaise } = scaling;
  const isWhole = x.isWhole && scale >= 1 && Math.max(-x.least, x.greatest) * scale <= 2 ** 52;
  const steps = isWhole ? scaled : `floor(${scaled} + ${doubleLiteral(0.5)})`;
  const isInside =
    !x.mayBeNaN &&
    Math.floor(x.least * scale + 0.5) >= cell.least &&
    Math.floor(x.greatest * scale + 0.5) <= cell.greatest;
  if (isInside) return { sql: steps, mayRaise };
  const held = `least(greatest(${steps}, ${doubleLiteral(cell.least)}), ${doubleLiteral(cell.greatest)})`;
  if (!x.mayBeNaN) return { sql: held, mayRaise };
  const sql = `CASE WHEN ${isNaNText(x.sql)} THEN ${doubleLiteral(onGrid(0, cell))} ELSE ${held} END`;
  return { sql, mayRaise };
}

/** Far inside the eight bytes that a total is cast to. */
const mostTotal = 2 ** 62;

/** Undefined where an error might come of it. What is stored was worked out before anybody asked. */
function sumOf(
  { dialect }: SqlWriter,
  steps: Steps,
  { least, greatest }: GridCell,
  { rowCount, prepared }: Table,
): string | undefined {
  const known = preparedName(steps.sql);
  const isKnown = prepared.has(known);
  const most = Math.max(Math.abs(least), Math.abs(greatest));
  if (dialect.raises && ((steps.mayRaise && !isKnown) || most * rowCount > mostTotal)) return undefined;
  return dialect.sum(isKnown ? known : steps.sql, most, rowCount);
}

/** A sum of no rows is NULL. */
function wholeOf(value: unknown): bigint {
  return value === null || value === undefined ? 0n : BigInt(value as number | bigint | string);
}
