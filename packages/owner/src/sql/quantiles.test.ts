import { datasetFacts, planAnswer, sumsOfStage } from "@unseen/privacy";
import type { Card } from "@unseen/program";
import { describe, expect, test } from "vitest";
import { type Cell, exactTable, whole } from "./exact-table-for-tests.ts";
import { translateSql } from "./index.ts";
import type { Row } from "./random-sql-for-tests.ts";
import { clinicCards, clinicDatasets } from "./sql-for-tests.ts";

const [card] = clinicCards as [Card];
const rows: readonly Row[] = Array.from({ length: 101 }, (_, at) => ({
  bmi: 10 + at / 2,
  change: -4,
  age: at,
  visits: 1 + (at % 5),
  region: at < 50 ? "north" : "south",
  sex: at < 80 ? "1" : "2",
}));

async function table(sql: string): Promise<readonly (readonly Cell[])[]> {
  return exactTable(whole(await translateSql(clinicDatasets, sql)), card, rows);
}

async function sumsOf(sql: string) {
  const { program } = whole(await translateSql(clinicDatasets, sql));
  return whole(sumsOfStage(whole(planAnswer(program, datasetFacts(card, undefined))), 0, new Map()));
}

test("a median is asked for in three ways, which are one question", async () => {
  const sql =
    "SELECT MEDIAN(bmi), QUANTILE(bmi, 0.5), PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY bmi) FROM clinic";
  const [[median, quantile, percentile] = []] = await table(sql);
  expect(Math.abs(Number(median) - 35)).toBeLessThan(50 / 64);
  expect([quantile, percentile]).toEqual([median, median]);
});

test("however many quantiles of the same rows cost one sum, and one person moves one count of it by one", async () => {
  const sums = await sumsOf("SELECT MEDIAN(age), QUANTILE(age, 0.1), QUANTILE(age, 0.9) FROM clinic");
  expect(sums.length).toBe(1);
  expect(sums[0]!.sensitivity.l1).toBe(1n);
  expect([...sums[0]!.contribution.grid.exponent]).toEqual(new Array(64).fill(0));
  const grouped = await sumsOf("SELECT region, MEDIAN(age), QUANTILE(age, 0.9) FROM clinic GROUP BY region");
  expect(grouped.length).toBe(1);
  expect(grouped[0]!.sensitivity.l1).toBe(1n);
  expect(await sumsOf("SELECT MEDIAN(age), MEDIAN(bmi), AVG(age), COUNT(*) FROM clinic")).toHaveLength(4);
});

describe("which rows are looked at", () => {
  test.each<[string, number, number]>([
    ["SELECT MEDIAN(bmi) FROM clinic WHERE age > 50", 47.75, 50 / 64],
    ["SELECT MEDIAN(bmi) FILTER (WHERE region = 'north') FROM clinic", 22.25, 50 / 64],
    ["SELECT MEDIAN(bmi) FILTER (WHERE age > 20) FROM clinic WHERE age <= 40", 25.25, 50 / 64],
    ["SELECT MEDIAN(CASE WHEN sex = '2' THEN age END) FROM clinic", 90, 120 / 64],
    ["SELECT PERCENTILE_CONT(0.9) WITHIN GROUP (ORDER BY age DESC) FROM clinic", 10, 120 / 64],
    ["SELECT PERCENTILE_CONT(1.0 / 4) WITHIN GROUP (ORDER BY age * 2) FROM clinic", 50, 240 / 64],
    ["SELECT MEDIAN(bmi) - MEDIAN(bmi) + 1 FROM clinic", 1, 1e-9],
    ["SELECT MEDIAN(LEAST(GREATEST(bmi, 30), 40)) FROM clinic", 35, 10 / 64 + 0.5],
    ["SELECT MEDIAN(visits) FROM clinic", 3, 4 / 64],
    ["SELECT MEDIAN(change) FROM clinic", -4, 8 / 64],
    ["SELECT MEDIAN(7) FROM clinic", 7, 1e-9],
    ["SELECT MEDIAN(bmi) FROM clinic WHERE region = 'east'", 35, 1e-9],
    ["SELECT COUNT(DISTINCT patient_id) FROM clinic WHERE age > 50", 50, 1e-9],
    ["SELECT COUNT(DISTINCT patient_id) FILTER (WHERE age > 90) FROM clinic WHERE bmi < 60", 9, 1e-9],
  ])("%s", async (sql, value, within) => {
    const [[cell] = []] = await table(sql);
    expect(Math.abs(Number(cell) - value)).toBeLessThanOrEqual(within);
  });

  test("each group has its own, and a group of nobody the middle of the bounds", async () => {
    const groups = await table(
      "SELECT region, MEDIAN(bmi), COUNT(DISTINCT patient_id) FROM clinic WHERE age <> 50 GROUP BY region HAVING MEDIAN(bmi) > 30",
    );
    expect(groups.map(([region, , people, isKept]) => [region, people, isKept])).toEqual([
      ["north", 50, 0],
      ["south", 50, 1],
      ["east", 0, 1],
    ]);
    const [north, south, east] = groups.map(([, median]) => Number(median));
    expect(Math.abs(north! - 22.25)).toBeLessThan(50 / 64);
    expect(Math.abs(south! - 47.75)).toBeLessThan(50 / 64);
    expect(east).toBe(35);
  });
});

describe("refused, in the asker's words", () => {
  test.each([
    ["QUANTILE(bmi, 0)", "QUANTILE of the share 0 is not answered: the least and the greatest value are"],
    ["QUANTILE(bmi, 1)", "QUANTILE of the share 1 is not answered: the least and the greatest value are"],
    ["QUANTILE(bmi, 50)", "QUANTILE of the share 50 is not answered: a share lies between 0 and 1"],
    ["QUANTILE(bmi, -0.5)", "QUANTILE of the share -0.5 is not answered"],
    ["QUANTILE(bmi, age)", "QUANTILE of a share that is no constant number is not answered"],
    ["QUANTILE(bmi, 'half')", "QUANTILE of a share that is no constant number is not answered"],
    ["QUANTILE(bmi, NULL)", "NULL is not answered"],
    ["QUANTILE(bmi, ARRAY[0.1, 0.9])", "QUANTILE of an ARRAY is not answered: a cell of the table holds one"],
    ["QUANTILE(bmi)", "QUANTILE of other than a column and a share is not answered"],
    ["QUANTILE(bmi, 0.5, 128)", "QUANTILE of other than a column and a share is not answered"],
    ["MEDIAN(bmi, age)", "MEDIAN of other than one column is not answered"],
    ["MEDIAN(*)", "MEDIAN(*) is not answered"],
    ["MEDIAN(DISTINCT bmi)", "MEDIAN(DISTINCT ...) is not answered"],
    ["MEDIAN(bmi ORDER BY age)", "MEDIAN with ORDER BY is not answered: its numbers are put in order anyway"],
    ["MEDIAN(bmi) OVER ()", "a window function (OVER) is not answered"],
    ["MEDIAN(region)", "MEDIAN of a category is not answered: only numbers have quantiles"],
    ["MEDIAN(age > 5)", "MEDIAN of a condition is not answered: only numbers have quantiles"],
    ["MEDIAN(AVG(bmi))", "an aggregate inside of an aggregate is not answered"],
    ["MEDIAN(patient_id)", '"patient_id" names the people of clinic'],
    ["MEDIAN(1 / change)", "what one person adds to an aggregate has no bound"],
    ["MEDIAN(change * 4e307)", "a quantile of what lies between"],
    ["MEDIAN(bmi * 1e-320)", "a quantile of what lies between"],
    ["PERCENTILE_CONT(bmi, 0.5)", "PERCENTILE_CONT of other than one share and one column is not answered"],
    ["PERCENTILE_CONT(0.5 ORDER BY bmi)", "PERCENTILE_CONT with ORDER BY is not answered"],
    [
      "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY bmi, age)",
      "PERCENTILE_CONT of other than one share and one column is not answered",
    ],
    [
      "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY bmi USING <)",
      "PERCENTILE_CONT of other than one share and one column is not answered",
    ],
    [
      "PERCENTILE_CONT(0) WITHIN GROUP (ORDER BY bmi)",
      "PERCENTILE_CONT of the share 0 is not answered: the least and the greatest value are a single person's",
    ],
    ["AVG(0.5) WITHIN GROUP (ORDER BY bmi)", "AVG with ORDER BY is not answered: a sum has no order"],
    [
      "PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY bmi)",
      'the function "percentile_disc" is not answered: it shows a value that a single person has',
    ],
  ])("%s", async (aggregate, told) => {
    const result = await translateSql(clinicDatasets, `SELECT ${aggregate} FROM clinic`);
    if (result.ok) throw new Error("answered");
    expect(result.problem.message).toContain(told);
    expect(result.problem.hint?.length).toBeGreaterThan(10);
  });

  test("more groups than bins can be counted for are refused, and the most that can be are answered", async () => {
    const by = (width: number) =>
      `SELECT FLOOR(age / ${width}) AS k, MEDIAN(bmi) FROM clinic WHERE visits = 1 GROUP BY k`;
    const many = await translateSql(clinicDatasets, by(1));
    if (many.ok) throw new Error("answered");
    expect(many.problem.message).toContain("a median or a quantile of 121 groups is not answered");
    expect((await table(by(2))).length).toBe(61);
  });

  test("rows of other columns are not put in order by a median in WHERE or in GROUP BY", async () => {
    for (const sql of [
      "SELECT COUNT(*) FROM clinic WHERE bmi > MEDIAN(bmi)",
      "SELECT COUNT(*) FROM clinic GROUP BY MEDIAN(bmi)",
      "SELECT COUNT(*) FROM (SELECT MEDIAN(bmi) AS m FROM clinic) AS s",
      "SELECT COUNT(DISTINCT age) FROM clinic WHERE age > 3",
    ])
      expect(await translateSql(clinicDatasets, sql)).toMatchObject({
        ok: false,
        problem: { code: "sql-unsupported" },
      });
  });
});
