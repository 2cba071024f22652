// The way that is open to every program: the columns it reads come out of the engine a chunk at a time, and
// the plain rules add them up.

import { invariant, ok, type Problem, type Result } from "@unseen/base";
import { type Contribution, exactSums } from "@unseen/privacy";
import type { DuckDbSession } from "./duckdb-session.ts";
import type { Table } from "./push-down.ts";
import { identifier, snapshotColumn } from "./sql-text.ts";

/** Rows handed to the plain rules at once: four of DuckDB's vectors of 2,048. */
const rowsAtOnce = 8_192;

/** Undefined where the snapshot has not every column that the program reads. */
export async function streamSums(
  session: DuckDbSession,
  contribution: Contribution,
  table: Table,
): Promise<Result<BigInt64Array, Problem> | undefined> {
  const names = contribution.program.nodes.flatMap((node) => (node.kind === "input" ? [node.name] : []));
  if (!names.every((name) => table.columns.has(name))) return undefined;
  const totals = new BigInt64Array(contribution.grid.exponent.length);
  const columns = new Map([...new Set(names)].map((name) => [name, new Float64Array(rowsAtOnce)] as const));
  let held = 0;
  const add = (): Result<undefined, Problem> => {
    const sums = exactSums(
      contribution,
      new Map([...columns].map(([name, values]) => [name, values.subarray(0, held)] as const)),
      held,
    );
    if (!sums.ok) return sums;
    for (const [at, sum] of sums.value.entries()) totals[at]! += sum;
    held = 0;
    return ok(undefined);
  };
  const selected = [...columns.keys()].map((name) => identifier(snapshotColumn(name)));
  const result = await session.connection.stream(`SELECT ${selected.join(", ") || "1"} FROM ${table.sql}`);
  for (
    let chunk = await result.fetchChunk();
    chunk !== null && chunk.rowCount > 0;
    chunk = await result.fetchChunk()
  ) {
    if (held + chunk.rowCount > rowsAtOnce) {
      const added = add();
      if (!added.ok) return added;
    }
    for (const [at, values] of [...columns.values()].entries()) {
      const vector = chunk.getColumnVector(at);
      for (let row = 0; row < chunk.rowCount; row++) {
        const value = vector.getItem(row);
        invariant(typeof value === "number", "a snapshot holds doubles and nothing else");
        values[held + row] = value;
      }
    }
    held += chunk.rowCount;
  }
  const added = add();
  return added.ok ? ok(totals) : added;
}
