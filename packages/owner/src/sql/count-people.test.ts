// COUNT(DISTINCT person) where a person has several rows, against DuckDB's own.

import { cardToJson, parseCard } from "@unseen/program";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { choiceRank } from "../engine/choice-rank.ts";
import { DuckDbSession } from "../engine/duckdb-session.ts";
import { exactTable, whole } from "./exact-table-for-tests.ts";
import { translateSql } from "./index.ts";
import { type Row, tables } from "./random-sql-for-tests.ts";
import { clinicCards, datasetsOf } from "./sql-for-tests.ts";

const card = whole(
  parseCard({ ...(cardToJson(clinicCards[0]!) as object), unit: { column: "patient_id", mostRowsEach: 5 } }),
);
const datasets = datasetsOf([card]);

const asked = [
  "SELECT COUNT(DISTINCT patient_id) FROM clinic",
  "SELECT COUNT(DISTINCT patient_id) FROM clinic WHERE age > 50",
  "SELECT COUNT(DISTINCT patient_id) FILTER (WHERE bmi < 30) FROM clinic WHERE visits <> 2",
  "SELECT region, COUNT(DISTINCT patient_id) FROM clinic GROUP BY region",
  "SELECT region, COUNT(DISTINCT patient_id), COUNT(*) FROM clinic WHERE age > 20 GROUP BY region",
  "SELECT sex, region, COUNT(DISTINCT PATIENT_ID) FILTER (WHERE change > 0) FROM clinic GROUP BY sex, region",
];

let session: DuckDbSession;
beforeAll(async () => {
  session = await DuckDbSession.open(":memory:", { threads: "1" });
});
afterAll(() => session[Symbol.dispose]());

async function theirs(
  rows: readonly Row[],
  people: readonly number[],
  sql: string,
): Promise<Map<string, number>> {
  await session.run(
    "CREATE OR REPLACE TABLE clinic (bmi DOUBLE, change DOUBLE, age INTEGER, visits INTEGER, region VARCHAR, sex VARCHAR, patient_id INTEGER)",
  );
  const values = rows.map(
    ({ bmi, change, age, visits, region, sex }, at) =>
      `(${bmi}, ${change}, ${age}, ${visits}, '${region}', '${sex}', ${people[at]})`,
  );
  if (values.length > 0) await session.run(`INSERT INTO clinic VALUES ${values.join(", ")}`);
  return keyed(await session.rows(sql));
}

/** Every number of a table by its keys. */
function keyed(rows: readonly (readonly unknown[])[]): Map<string, number> {
  return new Map(
    rows.flatMap((row) => {
      const keys = row.filter((cell) => typeof cell === "string");
      const numbers = row.filter((cell) => typeof cell !== "string");
      return numbers.map((value, at) => [JSON.stringify([...keys, at]), Number(value)] as const);
    }),
  );
}

test("of random rows, people are counted as DuckDB counts them", async () => {
  let compared = 0;
  const people = fc.array(fc.nat({ max: 12 }), { minLength: 40, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(tables, people, fc.constantFrom(...asked), async (rows, whose, sql) => {
      const translation = whole(await translateSql(datasets, sql));
      const pseudonyms = { whose: rows.map((_, at) => String(whose[at])), rank: choiceRank };
      const ours = keyed(exactTable(translation, card, rows, pseudonyms));
      const expected = await theirs(rows, whose, sql);
      for (const [key, value] of ours) {
        expect(value, `${sql} | ${key}`).toBe(expected.get(key) ?? 0);
        compared += value === 0 ? 0 : 1;
      }
    }),
    { numRuns: 60 },
  );
  expect(compared).toBeGreaterThan(60);
});

test("a public number of people alone reads nobody's row, and is refused as one", async () => {
  const known = whole(parseCard({ ...(cardToJson(card) as object), people: { isPublic: true } }));
  const translated = (sql: string) => translateSql(datasetsOf([known]), sql);
  expect((await translated(asked[0]!)).ok).toBe(false);
  expect((await translated(asked[1]!)).ok).toBe(true);
});
