import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cell, exactTable, whole } from "./exact-table-for-tests.ts";
import { translateSql } from "./index.ts";
import { type Aggregate, type Query, queries, type Row, tables } from "./random-sql-for-tests.ts";
import { clinicCards, clinicDatasets } from "./sql-for-tests.ts";

const [card] = clinicCards;
let instance: DuckDBInstance;
let duckdb: DuckDBConnection;

beforeAll(async () => {
  instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  duckdb = await instance.connect();
});
afterAll(() => {
  duckdb.closeSync();
  instance.closeSync();
});

/** Rows by their keys, as DuckDB has them; null where it says NULL. */
async function theirTable(rows: readonly Row[], sql: string): Promise<readonly (readonly (Cell | null)[])[]> {
  await duckdb.run(
    "CREATE OR REPLACE TABLE clinic (bmi DOUBLE, change DOUBLE, age INTEGER, visits INTEGER, region VARCHAR, sex VARCHAR)",
  );
  if (rows.length > 0) {
    const values = rows.map(
      ({ bmi, change, age, visits, region, sex }) =>
        `(${bmi}, ${change}, ${age}, ${visits}, '${region}', '${sex}')`,
    );
    await duckdb.run(`INSERT INTO clinic VALUES ${values.join(", ")}`);
  }
  const reader = await duckdb.runAndReadAll(sql);
  return reader
    .getRowsJson()
    .map((row) => row.map((cell) => (cell === null || typeof cell === "string" ? cell : Number(cell))));
}

function keyOf(cells: readonly (Cell | null)[]): string {
  return JSON.stringify(cells.map((cell) => (Number.isFinite(Number(cell)) ? Number(cell) : cell)));
}

/** How far the grid may round: 2^-25 of the bound for each row, and twice that where sums are combined. */
function tolerance({ kind, most }: Aggregate, rows: number): number {
  const step = (most + 1) * 2 ** -22;
  return kind === "count" ? 0 : kind === "sum" ? rows * step + 1e-9 : step * 8;
}

async function compare(rows: readonly Row[], query: Query): Promise<number> {
  const translation = whole(await translateSql(clinicDatasets, query.ours));
  const ours = exactTable(translation, card!, rows);
  const theirs = new Map(
    (await theirTable(rows, query.theirs)).map((row) => [keyOf(row.slice(0, query.keys)), row]),
  );
  let compared = 0;
  const seen = new Set<string>();
  for (const row of ours) {
    const key = keyOf(row.slice(0, query.keys));
    seen.add(key);
    const other = theirs.get(key);
    for (const [at, aggregate] of query.aggregates.entries()) {
      const value = Number(row[query.keys + at]);
      const expected = other?.[query.keys + at];
      const context = `${query.ours} | ${key} | ${aggregate.ours}`;
      if (expected === null || expected === undefined) {
        // A group of nobody: SQL says NULL or has no row. Counts and sums are zero; means have no truth to meet.
        if (aggregate.kind === "count" || aggregate.kind === "sum") expect(Math.abs(value), context).toBe(0);
        else expect(Number.isFinite(value), context).toBe(true);
        continue;
      }
      const off = Math.abs(value - Number(expected));
      expect(off, `${context}: ${value} and ${expected}`).toBeLessThanOrEqual(
        tolerance(aggregate, rows.length),
      );
      compared += 1;
    }
  }
  expect(
    [...theirs.keys()].filter((key) => !seen.has(key)),
    query.ours,
  ).toEqual([]);
  return compared;
}

test("what SQL says without its noise is what DuckDB says, for random tables and queries", async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(tables, queries, async (rows, query) => {
      compared += await compare(rows, query);
    }),
    { numRuns: 150 },
  );
  // A run in which nearly all groups are empty would prove nothing.
  expect(compared).toBeGreaterThan(150);
}, 120_000);

test("a translation that narrows the wrong rows is found by the comparison", async () => {
  const rows: readonly Row[] = [
    { bmi: 20, change: 1, age: 30, visits: 1, region: "north", sex: "1" },
    { bmi: 40, change: 1, age: 60, visits: 1, region: "south", sex: "2" },
  ];
  const query = {
    ours: "SELECT sum(bmi) AS c0 FROM clinic WHERE age > 30",
    theirs: "SELECT sum(bmi) AS c0 FROM clinic WHERE age >= 30",
    keys: 0,
    aggregates: [{ ours: "", theirs: "", kind: "sum", most: 60 } as const],
  };
  await expect(compare(rows, query)).rejects.toThrow("40");
});
