// The way that is open to every program: the columns it reads come out of the engine a chunk at a time, and
// the plain rules add them up. Over people, the engine puts each person's rows one after the other first.

import { setImmediate as othersHadTheirTurn } from "node:timers/promises";
import { invariant, ok, type Problem, type Result } from "@unseen/base";
import { type Contribution, ExactSums, type People } from "@unseen/privacy";
import { choiceRank } from "./choice-rank.ts";
import type { DuckDbSession } from "./duckdb-session.ts";
import type { Table } from "./push-down.ts";
import { personColumn } from "./snapshot.ts";
import { identifier, snapshotColumn } from "./sql-text.ts";

/** Rows handed to the plain rules at once: four of DuckDB's vectors of 2,048. */
const rowsAtOnce = 8_192;

/**
 * A program may ask for milliseconds on each row, so rows are worked on for about this long, and then everybody
 * else is served. Without it one question held up a node for ten seconds over 2,000 rows (measured 2026-11).
 */
const turnMs = 10;

/** Undefined where the snapshot has not every column that the program reads, or does not say whose the rows are. */
export async function streamSums(
  session: DuckDbSession,
  contribution: Contribution,
  table: Table,
): Promise<Result<BigInt64Array, Problem> | undefined> {
  const names = contribution.program.nodes.flatMap((node) => (node.kind === "input" ? [node.name] : []));
  if (!names.every((name) => table.columns.has(name))) return undefined;
  const overPeople = contribution.across.kind === "people";
  if (overPeople && !table.hasPeople) return undefined;
  const sums = new ExactSums(contribution);
  const whose: string[] = [];
  const columns = new Map([...new Set(names)].map((name) => [name, new Float64Array(rowsAtOnce)] as const));
  let held = 0;
  let atOnce = 1;
  let busyMs = 0;
  const add = async (): Promise<Result<undefined, Problem>> => {
    for (let from = 0; from < held; ) {
      const to = Math.min(from + atOnce, held);
      const block = new Map([...columns].map(([name, values]) => [name, values.subarray(from, to)] as const));
      const beganMs = performance.now();
      const people: People | undefined = overPeople
        ? { whose: whose.slice(from, to), rank: choiceRank }
        : undefined;
      const added = sums.add(block, to - from, people);
      if (!added.ok) return added;
      const tookMs = performance.now() - beganMs;
      from = to;
      if (tookMs > turnMs) atOnce = Math.max(1, atOnce >> 1);
      else if (tookMs < turnMs / 4) atOnce = Math.min(2 * atOnce, rowsAtOnce);
      busyMs += tookMs;
      if (busyMs < turnMs) continue;
      await othersHadTheirTurn();
      busyMs = 0;
    }
    held = 0;
    return ok(undefined);
  };
  const selected = [...columns.keys()].map((name) => identifier(snapshotColumn(name)));
  const person = overPeople ? [`CAST(${personColumn} AS VARCHAR)`] : [];
  const order = overPeople ? ` ORDER BY ${personColumn}` : "";
  const result = await session.connection.stream(
    `SELECT ${[...selected, ...person].join(", ") || "1"} FROM ${table.sql}${order}`,
  );
  for (
    let chunk = await result.fetchChunk();
    chunk !== null && chunk.rowCount > 0;
    chunk = await result.fetchChunk()
  ) {
    if (held + chunk.rowCount > rowsAtOnce) {
      const added = await add();
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
    if (overPeople) {
      const vector = chunk.getColumnVector(columns.size);
      for (let row = 0; row < chunk.rowCount; row++) whose[held + row] = String(vector.getItem(row));
    }
    held += chunk.rowCount;
  }
  const added = await add();
  return added.ok ? ok(sums.total()) : added;
}
