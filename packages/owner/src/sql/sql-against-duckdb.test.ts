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
});

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

/** How far apart the two values are between which `quantile_cont` draws its line. */
function gapAt(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const place = Math.floor((sorted.length - 1) * share);
  return (sorted[place + 1] ?? sorted[place]!) - sorted[place]!;
}

test("a quantile without its noise is DuckDB's, but for a bin's width and the gap between two people", async () => {
  const columns = { bmi: 50, change: 8, age: 120, visits: 4 } as const;
  const someShares = fc.integer({ min: 1, max: 99 }).map((percent) => percent / 100);
  const someColumn = fc.constantFrom(...(Object.keys(columns) as (keyof typeof columns)[]));
  let compared = 0;
  const asked = [tables, someColumn, someShares, fc.integer({ min: 0, max: 60 })] as const;
  await fc.assert(
    fc.asyncProperty(...asked, async (rows, column, share, age) => {
      const from = `FROM clinic WHERE age >= ${age}`;
      const chosen = rows.filter((row) => row.age >= age);
      const percentile = `PERCENTILE_CONT(${share}) WITHIN GROUP (ORDER BY ${column})`;
      const translation = whole(await translateSql(clinicDatasets, `SELECT ${percentile} ${from}`));
      const [[ours] = []] = exactTable(translation, card!, rows);
      const [[theirs] = []] = await theirTable(rows, `SELECT quantile_cont(${column}, ${share}) ${from}`);
      if (theirs === null) return;
      const values = chosen.map((row) => row[column]);
      const within = columns[column] / 64 + gapAt(values, share) + 1e-9;
      expect(Math.abs(Number(ours) - Number(theirs)), `${percentile} ${from}`).toBeLessThanOrEqual(within);
      compared += 1;
    }),
    { numRuns: 60 },
  );
  expect(compared).toBeGreaterThan(30);
});

test("of many people, a quantile by group is DuckDB's within a bin's width", async () => {
  // Skewed, and without gaps: the multiples of the golden ratio fill the interval evenly.
  const rows = Array.from({ length: 1_200 }, (_, at): Row => {
    const part = (at * 0.6180339887498949) % 1;
    return {
      bmi: 10 + 50 * part ** 1.5,
      change: 8 * part - 4,
      age: Math.floor(121 * part),
      visits: 1 + (at % 5),
      region: at % 3 === 0 ? "north" : "south",
      sex: at % 2 === 0 ? "1" : "2",
    };
  });
  const shares = [0.05, 0.25, 0.5, 0.9];
  const select = (name: string) =>
    `SELECT region, sex, ${shares.map((share) => `${name}(bmi, ${share})`).join(", ")} FROM clinic WHERE visits > 1 GROUP BY region, sex`;
  const translation = whole(await translateSql(clinicDatasets, select("QUANTILE")));
  const ours = new Map(exactTable(translation, card!, rows).map((row) => [keyOf(row.slice(0, 2)), row]));
  const theirs = await theirTable(rows, select("quantile_cont"));
  expect(theirs.length).toBe(4);
  for (const row of theirs) {
    const mine = ours.get(keyOf(row.slice(0, 2)))!;
    for (const at of [2, 3, 4, 5])
      expect(Math.abs(Number(mine[at]) - Number(row[at]))).toBeLessThanOrEqual(50 / 64);
  }
});
