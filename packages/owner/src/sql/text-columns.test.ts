import { expect, test } from "vitest";
import type { Datasets } from "../questions/index.ts";
import { cardOf } from "../questions/questions-for-tests.ts";
import { translateOrWantKeys, translateSql } from "./translate-sql.ts";

const card = cardOf({
  name: "visits",
  columns: {
    diagnosis: { type: "text" },
    town: { type: "text" },
    sex: { type: "category", categories: ["f", "m"] },
    bp: { type: "integer", bounds: [40, 160] },
  },
  unit: "row",
  people: { isPublic: false, band: [10, 1000] },
  budget: { epsilon: 10 },
});
const datasets: Datasets = {
  find: async (name) => (name === "visits" ? { card, snapshot: "", peopleCount: 0 } : undefined),
  all: async () => [],
};

const keys = new Map([["diagnosis", ["E11", "I10"]]]);
const byDiagnosis = "SELECT diagnosis, COUNT(*) FROM visits GROUP BY diagnosis";

test("grouping by a column of texts wants its keys, and has them for groups when they are given", async () => {
  expect(await translateOrWantKeys(datasets, { sql: byDiagnosis, keys: new Map() })).toEqual({
    ok: true,
    value: { dataset: "visits", wantsKeysOf: "diagnosis" },
  });
  expect(await translateSql(datasets, byDiagnosis)).toMatchObject({
    ok: false,
    problem: { code: "sql-unsupported" },
  });
  const given = await translateSql(datasets, byDiagnosis, keys);
  if (!given.ok) throw new Error(given.problem.message);
  expect(given.value.layout.rows).toBe(2);
  expect(given.value.layout.columns[0]!.cells).toEqual({ kind: "public", values: ["E11", "I10"] });
  const both = await translateSql(datasets, "SELECT COUNT(*) FROM visits GROUP BY sex, diagnosis", keys);
  expect(both).toMatchObject({ ok: true, value: { layout: { rows: 4 } } });
});

test("texts of the query are compared, whatever they hold", async () => {
  for (const text of ["E11", "O''Hara", "'; DROP TABLE x; --", "日本", "%"]) {
    const sql = `SELECT COUNT(*) FROM visits WHERE diagnosis = '${text.replaceAll("'", "''")}'`;
    expect((await translateSql(datasets, sql)).ok, text).toBe(true);
  }
  const listed = await translateSql(
    datasets,
    "SELECT SUM(bp) FROM visits WHERE diagnosis NOT IN ('E11', 'I10', 'E11')",
  );
  if (!listed.ok) throw new Error(listed.problem.message);
  const encoders = listed.value.program.nodes.filter(
    (node) => node.kind === "operation" && node.operation === "LabelEncoder",
  );
  expect(encoders).toMatchObject([{ attributes: { keys_strings: ["E11", "I10"] } }]);
  expect(
    (
      await translateSql(
        datasets,
        "SELECT AVG(bp) FROM visits WHERE CASE diagnosis WHEN 'E11' THEN bp > 90 ELSE sex = 'f' END",
      )
    ).ok,
  ).toBe(true);
});

test.each([
  "SELECT COUNT(*) FROM visits WHERE diagnosis < 'E11'",
  "SELECT COUNT(*) FROM visits WHERE diagnosis LIKE 'E%'",
  "SELECT COUNT(*) FROM visits WHERE diagnosis = town",
  "SELECT COUNT(*) FROM visits WHERE diagnosis = bp",
  "SELECT COUNT(*) FROM visits WHERE diagnosis",
  "SELECT SUM(diagnosis) FROM visits",
  "SELECT MEDIAN(diagnosis) FROM visits",
  "SELECT AVG(bp + diagnosis) FROM visits",
  "SELECT COUNT(DISTINCT diagnosis) FROM visits",
  "SELECT MAX(diagnosis) FROM visits",
  "SELECT CAST(diagnosis AS integer), COUNT(*) FROM visits GROUP BY 1",
  "SELECT COUNT(*) FROM visits GROUP BY CASE WHEN bp > 90 THEN diagnosis ELSE 'other' END",
])("is refused, free, with a reason and a cure: %s", async (sql) => {
  const refused = await translateSql(datasets, sql, keys);
  expect(refused).toMatchObject({
    ok: false,
    problem: { code: expect.stringMatching(/^sql-unsupported$|^no-rule$/) },
  });
  if (!refused.ok) expect(refused.problem.hint).toBeTruthy();
});

test("a raw text is a row, and rows are not shown", async () => {
  for (const sql of ["SELECT diagnosis FROM visits", "SELECT diagnosis, COUNT(*) FROM visits GROUP BY sex"])
    expect(await translateSql(datasets, sql)).toMatchObject({ ok: false, problem: { code: "rows-exposed" } });
});
