// Two snapshots of one home as one table of pairs: each row of the first beside each of the second that has the same
// pseudonym. It is written as a FROM clause, so that whatever sums a snapshot sums a join.

import { invariant } from "@unseen/base";
import type { JoinedColumn } from "@unseen/program";
import type { Table } from "./push-down.ts";
import { personColumn, type SnapshotColumn } from "./snapshot.ts";
import { identifier, snapshotColumn } from "./sql-text.ts";

/** All of a joined table but its number of rows, which only reading it tells. */
export type UncountedTable = Omit<Table, "rowCount">;

export function joinedTable(
  tables: readonly [Table, Table],
  origins: ReadonlyMap<string, JoinedColumn>,
): UncountedTable {
  invariant(
    tables.every(({ hasPeople }) => hasPeople),
    "rows that are joined say whose they are",
  );
  const columns = new Map<string, SnapshotColumn>();
  const selected = [`t0.${personColumn} AS ${personColumn}`];
  for (const [name, { side, column }] of origins) {
    const own = tables[side].columns.get(column);
    invariant(own !== undefined, "a joined column is one of its snapshot's");
    columns.set(name, { ...own, name });
    const [from, to] = [column, name].map((each) => identifier(snapshotColumn(each)));
    selected.push(`t${side}.${from} AS ${to}`);
  }
  const prepared = preparedOf(tables, origins);
  for (const [name, side] of prepared) selected.push(`t${side}.${name} AS ${name}`);
  const pairs = `${tables[0].sql} AS t0 JOIN ${tables[1].sql} AS t1 ON t0.${personColumn} = t1.${personColumn}`;
  return {
    sql: `(SELECT ${selected.join(", ")} FROM ${pairs})`,
    hasPeople: true,
    columns,
    prepared: new Set(prepared.keys()),
  };
}

/**
 * Prepared integers are called by the SQL that makes them, which calls columns by their own names. Where a column has
 * another name in the join, or is left out, the same SQL could be about another column, so then none are used.
 */
function preparedOf(
  tables: readonly [Table, Table],
  origins: ReadonlyMap<string, JoinedColumn>,
): ReadonlyMap<string, number> {
  const all = tables[0].columns.size + tables[1].columns.size;
  if (origins.size !== all || [...origins].some(([name, { column }]) => name !== column)) return new Map();
  return new Map(tables.flatMap(({ prepared }, side) => [...prepared].map((name) => [name, side] as const)));
}
