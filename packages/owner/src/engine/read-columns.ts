// Whole columns of numbers, as they are. Only for becoming shares at once, under the owner's permit.

import type { Table } from "./push-down.ts";
import { isTexts } from "./snapshot.ts";
import { identifier, snapshotColumn } from "./sql-text.ts";
import type { ReadBlocks } from "./stream-sums.ts";

/** By column, the first `mostRows` rows in the snapshot's own secret order. Undefined where a column is none of numbers. */
export async function readColumns(
  read: ReadBlocks,
  table: Table,
  names: readonly string[],
  mostRows: number,
): Promise<readonly Float64Array[] | undefined> {
  const known = names.map((name) => table.columns.get(name));
  if (known.some((column) => column === undefined || isTexts(column))) return undefined;
  const rows = Math.min(table.rowCount, mostRows);
  const values = names.map(() => new Float64Array(rows));
  const selected = names.map((name) => identifier(snapshotColumn(name))).join(", ");
  let held = 0;
  for await (const block of read(`SELECT ${selected} FROM ${table.sql} LIMIT ${rows}`)) {
    for (const [at, column] of values.entries())
      for (let row = 0; row < block.rowCount; row++) column[held + row] = block.number(at, row);
    held += block.rowCount;
  }
  return held === rows ? values : undefined;
}
