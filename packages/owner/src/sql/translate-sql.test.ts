import { datasetFacts, planAnswer } from "@unseen/privacy";
import { type Card, printProgram } from "@unseen/program";
import { describe, expect, test } from "vitest";
import { type Cell, exactTable, whole } from "./exact-table-for-tests.ts";
import { translateSql } from "./index.ts";
import type { Row } from "./random-sql-for-tests.ts";
import { clinicCards, clinicDatasets } from "./sql-for-tests.ts";

const [card] = clinicCards as [Card];
const rows: readonly Row[] = [
  { bmi: 20, change: -1, age: 30, visits: 1, region: "north", sex: "1" },
  { bmi: 30, change: 2, age: 60, visits: 2, region: "north", sex: "2" },
  { bmi: 50, change: 0.5, age: 61, visits: 3, region: "south", sex: "2" },
];

async function translated(sql: string) {
  return whole(await translateSql(clinicDatasets, sql));
}

async function table(sql: string): Promise<readonly (readonly Cell[])[]> {
  return exactTable(await translated(sql), card, rows);
}

async function cutsOf(sql: string): Promise<number> {
  const { program } = await translated(sql);
  return whole(planAnswer(program, datasetFacts(card, undefined))).cuts.length;
}

async function problemOf(sql: string) {
  const result = await translateSql(clinicDatasets, sql);
  if (result.ok) throw new Error(`answered: ${printProgram(result.value.program)}`);
  return result.problem;
}

test("a grouped mean has a row for every declared key, and nobody's group has the middle of the bounds", async () => {
  const sql = "SELECT region, AVG(bmi) AS mean, COUNT(*) FROM clinic GROUP BY region";
  expect(await table(sql)).toEqual([
    ["north", 25, 2],
    ["south", 50, 1],
    ["east", 35, 0],
  ]);
  expect((await translated(sql)).layout.columns.map(({ name }) => name)).toEqual(["region", "mean", "count"]);
});

test("aggregates that share a sum share its noise and its price", async () => {
  expect(await cutsOf("SELECT region, AVG(bmi), COUNT(*) FROM clinic GROUP BY region")).toBe(2);
  expect(
    await cutsOf("SELECT region, AVG(bmi), VAR_POP(bmi), STDDEV(bmi), COUNT(*) FROM clinic GROUP BY region"),
  ).toBe(3);
  expect(await cutsOf("SELECT COUNT(*), COUNT(age), SUM(1), COUNT(DISTINCT patient_id) FROM clinic")).toBe(1);
  const having =
    "SELECT region, COUNT(*) FROM clinic GROUP BY region HAVING COUNT(*) > 5 ORDER BY COUNT(*) / 2";
  expect(await cutsOf(having)).toBe(1);
});

test("a mean is taken around the middle of its bounds, so its noise is half that of a sum", async () => {
  expect(printProgram((await translated("SELECT AVG(bmi) FROM clinic")).program)).toContain("constant {35}");
});

describe("what a row makes of it", () => {
  test.each<[string, Cell]>([
    ["SUM(CASE WHEN age > 50 THEN 1 END)", 2],
    ["AVG(bmi) FILTER (WHERE sex = 2)", 40],
    ["COUNT(CASE WHEN region = 'north' THEN bmi ELSE NULL END)", 2],
    ["SUM(CASE sex WHEN '1' THEN 10 WHEN '2' THEN 1 END)", 12],
    ["SUM(ROUND(change, 0))", 2],
    ["SUM(CAST(change AS integer))", 1],
    ["SUM(TRUNC(change * 1.5))", 2],
    ["SUM((age / 7)::int)", 4 + 9 + 9],
    ["SUM(change::numeric)", 1.5],
    ["SUM(CAST(age > 50 AS integer))", 2],
    ["SUM(visits ^ 2)", 14],
    ["SUM(POWER(visits, 3) % 5)", 1 + 3 + 2],
    ["SUM(SQRT(visits * visits))", 6],
    ["COUNT(*) FILTER (WHERE region IS NOT DISTINCT FROM 'south')", 1],
    ["COUNT(*) FILTER (WHERE (age > 50) IS NOT TRUE)", 1],
    ["COUNT(*) FILTER (WHERE age BETWEEN SYMMETRIC 61 AND 60)", 2],
    ["SUM(LEAST(GREATEST(bmi / change, 0), 100))", 100 + 15],
    ["-SUM(age) + 2 * COUNT(*)", -145],
    ["ROUND(SUM(bmi) / COUNT(*), 2)", 33.33],
    ["SUM(bmi) / (COUNT(*) - 3)", 0],
    ["CASE WHEN COUNT(*) > 2 THEN 1 ELSE 0 END", 1],
    ["GREATEST(COUNT(*), 10) - ABS(-1)", 9],
    ["COALESCE(SUM(age), 0)", 151],
    ["SUM(7)", 21],
    ["AVG(7)", 7],
    ["COVAR_SAMP(visits, visits)", 1],
  ])("%s", async (aggregate, value) => {
    const [[cell] = []] = await table(`SELECT ${aggregate} FROM clinic`);
    expect(cell).toBeCloseTo(value as number, 4);
  });

  test("a correlation lies between minus one and one, and is that of the rows", async () => {
    const [[cell] = []] = await table("SELECT CORR(bmi, visits) FROM clinic");
    expect(cell).toBeCloseTo(0.98198, 3);
  });
});

describe("keys of groups", () => {
  test.each<[string, readonly Cell[]]>([
    ["visits", [1, 2, 3, 4, 5]],
    ["FLOOR(age / 30) * 30", [0, 30, 60, 90, 120]],
    ["WIDTH_BUCKET(bmi, 10, 61, 3)", [1, 2, 3]],
    ["age > 50", ["false", "true"]],
    ["CASE WHEN age > 50 THEN 'old' ELSE 'young' END", ["old", "young"]],
    ["CASE WHEN age > 50 THEN 0.5 WHEN bmi > 20 THEN 2 ELSE 0.5 END", [0.5, 2]],
    ["2 - visits", [1, 0, -1, -2, -3]],
  ])("%s", async (key, labels) => {
    const groups = await table(`SELECT ${key} AS k, COUNT(*) FROM clinic GROUP BY k`);
    expect(groups.map(([label]) => label)).toEqual(labels);
    expect(groups.reduce((total, [, count]) => total + Number(count), 0)).toBe(3);
  });

  test("several keys give every combination", async () => {
    const groups = await table("SELECT sex, region, COUNT(*) FROM clinic GROUP BY 2, sex");
    expect(groups.length).toBe(6);
    expect(groups).toContainEqual(["2", "north", 1]);
    expect(groups).toContainEqual(["1", "east", 0]);
  });

  test("a key may be calculated with, compared and left out of the list", async () => {
    const sql = "SELECT visits * 10 + 1, COUNT(*) * visits FROM clinic GROUP BY visits HAVING visits <> 5";
    const groups = await table(sql);
    expect(groups.map((row) => row.slice(0, 2))).toEqual([
      [11, 1],
      [21, 2],
      [31, 3],
      [41, 0],
      [51, 0],
    ]);
    expect(groups.map((row) => row[2])).toEqual([1, 1, 1, 1, 0]);
  });
});

describe("where rows come from", () => {
  test.each<[string, Cell]>([
    ["SELECT SUM(y) FROM (SELECT bmi + 1 AS y FROM clinic WHERE age > 50) s", 82],
    [
      "WITH a AS (SELECT bmi + 1 AS y, age FROM clinic), b AS (SELECT y FROM a WHERE age > 50) SELECT SUM(b.y) FROM b",
      82,
    ],
    ["WITH a(x) AS (SELECT age FROM clinic) SELECT SUM(x) FROM a AS q", 151],
    [
      "SELECT SUM(t.price * visits) FROM clinic AS c JOIN (VALUES ('north', 2), ('south', -1.5)) AS t(area, price) ON c.region = t.area",
      1.5,
    ],
    [
      "WITH t(area, price) AS (VALUES ('north', 2)) SELECT COUNT(*) FROM t JOIN clinic ON t.area = clinic.region",
      2,
    ],
    ["SELECT SUM(price) FROM clinic JOIN (VALUES ('north', 2)) AS t(region, price) USING (region)", 4],
    [
      "SELECT COUNT(*) FROM clinic JOIN (VALUES (1, 'seldom'), (2, 'often')) AS t(n, word) ON visits = t.n WHERE word = 'often'",
      1,
    ],
    ["SELECT SUM(AGE) FROM Clinic WHERE true", 151],
    ['SELECT SUM("age") /* a comment */ FROM "clinic" -- and another', 151],
  ])("%s", async (sql, value) => {
    expect((await table(sql))[0]![0]).toBeCloseTo(value as number, 5);
  });

  test("a column that USING has in both tables is one", async () => {
    const join =
      "clinic JOIN (VALUES ('north', 2), ('south', 3), ('east', 4)) AS t(region, price) USING (region)";
    expect(
      await table(`SELECT region, SUM(price) FROM (SELECT * FROM ${join}) AS s GROUP BY region`),
    ).toEqual([
      ["north", 4],
      ["south", 3],
      ["east", 0],
    ]);
  });

  test("a joined table's own columns are keys of groups", async () => {
    const groups = await table(
      "SELECT zone, COUNT(*) FROM clinic JOIN (VALUES ('north', 'far'), ('south', 'near'), ('east', 'far')) AS t(r, zone) ON region = t.r GROUP BY zone",
    );
    expect(groups).toEqual([
      ["far", 2],
      ["near", 1],
    ]);
  });
});

describe("refused, with what works instead", () => {
  test.each([
    ["SELECT * FROM clinic", "rows-exposed"],
    ["SELECT c.* FROM clinic c", "rows-exposed"],
    ["SELECT COUNT(*), bmi FROM clinic", "rows-exposed"],
    ["SELECT bmi + AVG(bmi) FROM clinic", "rows-exposed"],
    ["SELECT COUNT(*) FROM nowhere", "dataset-unknown"],
    ["SELECT SUM(patient_id) FROM clinic", "column-not-askable"],
    ["SELECT COUNT(DISTINCT nights) FROM stays", "sql-unsupported"],
    ["SELECT SUM(patient_id) FROM stays", "column-not-askable"],
    ["SELECT patient_id, COUNT(*) FROM stays GROUP BY patient_id", "column-not-askable"],
    ["SELECT COUNT(*) FROM stays WHERE patient_id = 'ada'", "column-not-askable"],
    ["SELECT COUNT(DISTINCT person) FROM stays", "sql-unsupported"],
    ["SELECT COUNT(*) FROM census", "sql-unsupported"],
    ["SELECT region FROM clinic GROUP BY region", "sql-unsupported"],
    ["SELECT SUM(1 / change) FROM clinic", "bounds-unknown"],
    ["SELECT AVG(LN(change)) FROM clinic", "bounds-unknown"],
    ["SELECT SUM(1 / 0) FROM clinic", "sql-unsupported"],
    ["SELECT COUNT(*) FROM clinic WHERE region = 'West'", "sql-unsupported"],
    ["SELECT COUNT(*) FROM clinic WHERE region < 'west'", "sql-unsupported"],
    ["SELECT COUNT(*) FROM clinic WHERE region LIKE 'n%'", "sql-unsupported"],
    ["SELECT COUNT(*) FROM clinic WHERE age", "sql-unsupported"],
    ["SELECT COUNT(*) FROM clinic WHERE COUNT(*) > 1", "sql-unsupported"],
    ["SELECT COUNT(*) FROM clinic WHERE random() < 0.5", "sql-unsupported"],
    ["SELECT COUNT(*) FROM clinic WHERE bmi > $1", "sql-unsupported"],
    ["SELECT COUNT(*) FROM clinic WHERE current_date > '2020-01-01'", "sql-unsupported"],
    ["SELECT COUNT(NULL) FROM clinic", "sql-unsupported"],
    ["SELECT SUM(region) FROM clinic", "sql-unsupported"],
    ["SELECT SUM(age > 3) FROM clinic", "sql-unsupported"],
    ["SELECT SUM(DISTINCT age) FROM clinic", "sql-unsupported"],
    ["SELECT STRING_AGG(region, ',') FROM clinic", "sql-unsupported"],
    ["SELECT ARRAY_AGG(age) FROM clinic", "sql-unsupported"],
    ["SELECT MIN(age) FROM clinic", "sql-unsupported"],
    ["SELECT EXP(SUM(age)) FROM clinic", "sql-unsupported"],
    ["SELECT age, bmi, COUNT(*) FROM clinic GROUP BY age, bmi", "sql-unsupported"],
    ["SELECT COUNT(*) FROM clinic GROUP BY age, visits, region, sex, age > 5", "sql-unsupported"],
    ["SELECT COUNT(*) FROM clinic TABLESAMPLE SYSTEM (10)", "sql-unsupported"],
    ["SELECT COUNT(*) FROM clinic FOR UPDATE", "sql-unsupported"],
    ["SELECT COUNT(*) INTO t FROM clinic", "sql-unsupported"],
    ["SELECT COUNT(*) FROM clinic LIMIT (SELECT 1)", "sql-unsupported"],
    ["SELECT COUNT(*) FROM main.clinic", "sql-unsupported"],
    [
      "SELECT COUNT(*) FROM clinic JOIN (VALUES ('north'), ('north')) AS t(k) ON region = t.k",
      "sql-unsupported",
    ],
    ["SELECT COUNT(*) FROM clinic JOIN (VALUES (20.5)) AS t(k) ON bmi = t.k", "sql-unsupported"],
    ["SELECT COUNT(*) FROM read_csv('/etc/passwd')", "sql-unsupported"],
    ["SELECT COUNT(*) FROM clinic, LATERAL (SELECT 1) AS l", "sql-unsupported"],
    ["INSERT INTO clinic VALUES (1)", "sql-unsupported"],
    ["DROP TABLE clinic", "sql-unsupported"],
    ["COPY clinic TO '/tmp/x'", "sql-unsupported"],
    ["SET epsilon = 100", "sql-unsupported"],
    ["EXPLAIN SELECT COUNT(*) FROM clinic", "sql-unsupported"],
    ["SELECT COUNT(*) FROM clinic; SELECT 1", "sql-unsupported"],
    ["WITH gone AS (DELETE FROM clinic RETURNING age) SELECT COUNT(*) FROM gone", "sql-unsupported"],
    ["", "sql-malformed"],
    ["-- nothing", "sql-malformed"],
    ["SELEC COUNT(*) FROM clinic", "sql-malformed"],
  ])("%s", async (sql, code) => {
    const problem = await problemOf(sql);
    expect(problem).toMatchObject({ code });
    expect(problem.message).not.toMatch(/\n|undefined|\[object|A_|AEXPR|Stmt/);
    if (code !== "sql-malformed") expect(problem.hint?.length).toBeGreaterThan(10);
  });

  test("a mistake is found at its line and column, counted in characters", async () => {
    const { message } = await problemOf("SELECT 'é€',\n  COUNT(* FROM clinic");
    expect(message).toBe('the SQL cannot be read at line 2, column 11: syntax error at or near "FROM"');
  });
});

test("a public count is not noised: the mean needs one sum, and the count by itself is no question", async () => {
  const { program } = await translated("SELECT AVG(income) FROM census");
  const census = clinicCards[2]!;
  expect(whole(planAnswer(program, datasetFacts(census, 100))).cuts.length).toBe(1);
});
