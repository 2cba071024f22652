// Whole columns for a training, person by person where people have several rows.

import type { TrainingRows } from "./engine.ts";
import type { Table } from "./push-down.ts";
import { isTexts, personColumn } from "./snapshot.ts";
import { identifier, snapshotColumn } from "./sql-text.ts";
import type { ReadBlocks } from "./stream-sums.ts";

/**
 * Undefined where a column is none of numbers. A person's rows are put in the order of their values: what a person adds to a
 * step is then the same whoever else is there, to the last bit.
 */
export async function readTrainingRows(
  read: ReadBlocks,
  table: Table,
  names: readonly string[],
): Promise<TrainingRows | undefined> {
  const known = names.map((name) => table.columns.get(name));
  if (known.some((column) => column === undefined || isTexts(column))) return undefined;
  const { rowCount, hasPeople } = table;
  const selected = names.map((name) => identifier(snapshotColumn(name)));
  const person = hasPeople ? [`CAST(${personColumn} AS VARCHAR)`] : [];
  const order = hasPeople ? ` ORDER BY ${[personColumn, ...selected].join(", ")}` : "";
  const columns = names.map(() => new Float64Array(rowCount));
  const people = hasPeople ? new Int32Array(rowCount) : undefined;
  let [held, whose, count] = [0, "", -1];
  for await (const block of read(`SELECT ${[...selected, ...person].join(", ")} FROM ${table.sql}${order}`)) {
    for (const [at, column] of columns.entries())
      for (let row = 0; row < block.rowCount; row++) column[held + row] = block.number(at, row);
    if (people !== undefined) {
      for (let row = 0; row < block.rowCount; row++) {
        const own = block.text(names.length, row);
        if (own !== whose) [whose, count] = [own, count + 1];
        people[held + row] = count;
      }
    }
    held += block.rowCount;
  }
  return held === rowCount ? { rowCount, columns, people } : undefined;
}
