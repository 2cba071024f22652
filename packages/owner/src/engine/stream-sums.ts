// The way that is open to every program: the columns it reads come out of the engine a chunk at a time, and
// the plain rules add them up. Over people, the engine puts each person's rows one after the other first.

import { setImmediate as othersHadTheirTurn } from "node:timers/promises";
import { ok, type Problem, type Result } from "@unseen/base";
import { type Contribution, ExactSums, type People } from "@unseen/privacy";
import { choiceRank } from "./choice-rank.ts";
import type { Table } from "./push-down.ts";
import { isTexts, personColumn } from "./snapshot.ts";
import { identifier, snapshotColumn } from "./sql-text.ts";

/** Rows handed to the plain rules at once: four of DuckDB's vectors of 2,048. */
const rowsAtOnce = 8_192;

/**
 * A program may ask for milliseconds on each row, so rows are worked on for about this long, and then everybody
 * else is served. Without it one question held up a node for ten seconds over 2,000 rows (measured 2026-11).
 */
const turnMs = 10;

/** Some rows of a query's result. */
export type Block = {
  readonly rowCount: number;
  readonly number: (column: number, row: number) => number;
  readonly text: (column: number, row: number) => string;
  /** Null where a row has no key. */
  readonly key: (column: number, row: number) => string | null;
};

/** Runs a query and hands its rows over as they come. */
export type ReadBlocks = (sql: string) => AsyncIterable<Block>;

/** Undefined where the snapshot has not every column that the program reads, or does not say whose the rows are. */
export async function streamSums(
  read: ReadBlocks,
  contribution: Contribution,
  table: Table,
): Promise<Result<BigInt64Array, Problem> | undefined> {
  const names = contribution.program.nodes.flatMap((node) => (node.kind === "input" ? [node.name] : []));
  if (!names.every((name) => table.columns.has(name))) return undefined;
  const overPeople = contribution.across.kind === "people";
  if (overPeople && !table.hasPeople) return undefined;
  const sums = new ExactSums(contribution);
  const whose: string[] = [];
  const columns = new Map(
    [...new Set(names)].map((name) => {
      const holdsTexts = isTexts(table.columns.get(name)!);
      return [
        name,
        holdsTexts ? new Array<string | null>(rowsAtOnce) : new Float64Array(rowsAtOnce),
      ] as const;
    }),
  );
  let held = 0;
  let atOnce = 1;
  let busyMs = 0;
  const add = async (): Promise<Result<undefined, Problem>> => {
    for (let from = 0; from < held; ) {
      const to = Math.min(from + atOnce, held);
      const block = new Map(
        [...columns].map(([name, values]) => {
          const some = values instanceof Float64Array ? values.subarray(from, to) : values.slice(from, to);
          return [name, some] as const;
        }),
      );
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
  const columnsRead = [...selected, ...person].join(", ") || "1";
  for await (const block of read(`SELECT ${columnsRead} FROM ${table.sql}${order}`)) {
    if (held + block.rowCount > rowsAtOnce) {
      const added = await add();
      if (!added.ok) return added;
    }
    for (const [at, values] of [...columns.values()].entries()) {
      for (let row = 0; row < block.rowCount; row++) {
        if (values instanceof Float64Array) values[held + row] = block.number(at, row);
        else values[held + row] = block.key(at, row);
      }
    }
    if (overPeople)
      for (let row = 0; row < block.rowCount; row++) whose[held + row] = block.text(columns.size, row);
    held += block.rowCount;
  }
  const added = await add();
  return added.ok ? ok(sums.total()) : added;
}
