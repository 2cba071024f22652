import { performance } from "node:perf_hooks";
import { datasetFacts, planAnswer } from "@unseen/privacy";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { translateSql } from "./index.ts";
import { clinicCards, clinicDatasets } from "./sql-for-tests.ts";

const [card] = clinicCards;

/** The code of a refusal, or "ok" for what can also be planned. Never throws. */
async function outcome(sql: string): Promise<string> {
  const result = await translateSql(clinicDatasets, sql);
  if (!result.ok) {
    expect(result.problem.message.length).toBeLessThan(400);
    return result.problem.code;
  }
  const plan = planAnswer(result.value.program, datasetFacts(card!, undefined));
  return plan.ok ? "ok" : plan.problem.code;
}

const from = "FROM clinic";

describe("a text that is made to be heavy is refused, and the next one is read", () => {
  test.each<[string, string]>([
    ["30,000 brackets", `SELECT ${"(".repeat(30_000)}1${")".repeat(30_000)} ${from}`],
    ["30,000 signs", `SELECT SUM(${"+".repeat(30_000)}age) ${from}`],
    ["30,000 signs with blanks", `SELECT SUM(${"- ".repeat(30_000)}age) ${from}`],
    ["a sum of 20,000 terms", `SELECT SUM(age${"+1".repeat(20_000)}) ${from}`],
    ["20,000 times NOT", `SELECT COUNT(*) ${from} WHERE ${"NOT ".repeat(15_000)}age > 1`],
    [
      "10,000 arms of CASE",
      `SELECT SUM(CASE age ${Array.from({ length: 3_800 }, (_, at) => `WHEN ${at} THEN 1`).join(" ")} ELSE 0 END) ${from}`,
    ],
    [
      "10,000 values of IN",
      `SELECT COUNT(*) ${from} WHERE age IN (${Array.from({ length: 10_000 }, (_, at) => at).join(",")})`,
    ],
    [
      "nested sub-selects",
      `SELECT COUNT(*) FROM ${"(SELECT * FROM ".repeat(3_000)}clinic${") AS s".repeat(3_000)}`,
    ],
    [
      "WITH that doubles each time",
      `WITH a0 AS (SELECT age FROM clinic), ${Array.from({ length: 60 }, (_, at) => `a${at + 1} AS (SELECT age + age AS age FROM a${at})`).join(", ")} SELECT SUM(age * age) FROM a60 JOIN a60 AS b ON true`,
    ],
    [
      "conditions that double each time",
      `WITH a0 AS (SELECT age > 1 AS c FROM clinic), ${Array.from({ length: 200 }, (_, at) => `a${at + 1} AS (SELECT (c AND NOT c) OR c AS c FROM a${at})`).join(", ")} SELECT COUNT(*) FROM a200 JOIN clinic ON true`,
    ],
    ["operators without end", `SELECT 1 ${"@#".repeat(30_000)} 2`],
    ["dollars", "$".repeat(60_000)],
    ["open quotes", `SELECT ${"'a''".repeat(15_000)}`],
    ["open comments", "/*".repeat(30_000)],
    ["more than 64 KiB", `SELECT COUNT(*) ${from} -- ${"x".repeat(70_000)}`],
  ])("%s", async (_, sql) => {
    const start = performance.now();
    expect(await outcome(sql)).not.toBe("ok");
    expect(performance.now() - start).toBeLessThan(6_000);
    expect(await outcome(`SELECT COUNT(*) ${from}`)).toBe("ok");
  });

  test("long comments and long texts are no attack", async () => {
    const sql = `SELECT COUNT(*) -- ${"-".repeat(500)}\n ${from} /* ${"((".repeat(200)} /* ${"+".repeat(200)} */ */`;
    expect(await outcome(sql)).toBe("ok");
    const text = `SELECT COUNT(*) ${from} WHERE region = '${"=".repeat(500)}'`;
    expect(await outcome(text)).toBe("sql-unsupported");
  });

  test("texts side by side wait for each other, and none gets another's answer", async () => {
    const sums = Array.from({ length: 40 }, (_, at) =>
      translateSql(clinicDatasets, `SELECT SUM(${at}) AS n${at} ${from}`),
    );
    const names = (await Promise.all(sums)).map((one) => one.ok && one.value.layout.columns[0]!.name);
    expect(names).toEqual(Array.from({ length: 40 }, (_, at) => `n${at}`));
  });
});

describe("nothing of a text gets past its meaning", () => {
  test.each([
    `SELECT COUNT(*) ${from} WHERE region = 'north'' OR 1=1 --'`,
    `SELECT COUNT(*) ${from} WHERE region = '; DROP TABLE clinic; --'`,
    `SELECT SUM("age); DROP TABLE clinic; --") ${from}`,
    `SELECT COUNT(*) FROM "clinic'; --"`,
    `SELECT COUNT(*) ${from} WHERE region = U&'\\0027 OR 1=1'`,
    `SELECT SUM("constructor") ${from}`,
    `SELECT SUM("__proto__") ${from}`,
    `SELECT "__proto__"(age) ${from}`,
    `SELECT SUM(constructor(age)) ${from}`,
    `SELECT SUM(pg_sleep(10)) ${from}`,
    `SELECT COUNT(*) FROM "__proto__"`,
    `SELECT COUNT(*) ${from} WHERE age OPERATOR(pg_catalog.+) 1 > 2 AND lo_import('/etc/passwd') > 0`,
    `SELECT SUM(ag\u0435) ${from}`,
    `SELECT SUM(age\u200b) ${from}`,
  ])("%s", async (sql) => {
    expect(await outcome(sql)).not.toBe("ok");
  });

  test("a title is a name in a table and nothing else", async () => {
    const sql = `SELECT COUNT(*) AS "'; DROP TABLE clinic; --", SUM(age) AS "__proto__" ${from}`;
    const result = await translateSql(clinicDatasets, sql);
    expect(result.ok && result.value.layout.columns.map(({ name }) => name)).toEqual([
      "'; DROP TABLE clinic; --",
      "__proto__",
    ]);
  });

  test("a character that is no text is refused", async () => {
    expect(await outcome(`SELECT COUNT(*) ${from} WHERE region = '\ud800'`)).toBe("sql-malformed");
    expect(await outcome(`SELECT COUNT(*) ${from}\u0000 WHERE age > 1`)).toBe("sql-malformed");
  });
});

test("whatever words stand in whatever order, there is an answer or a refusal, and never a throw", async () => {
  const words = fc.constantFrom(
    ..."SELECT FROM clinic stays WHERE GROUP BY HAVING ORDER LIMIT COUNT(*) SUM(age) AVG( ) ( , * + - / % = <> 'north' region age 1 0.5 AND OR NOT IN BETWEEN CASE WHEN THEN ELSE END NULL AS x JOIN ON VALUES WITH DISTINCT OVER FILTER ROW(1) ARRAY[1] :: int ; -- /* $$ $1 ? @ \" ' CAST( EXISTS UNION ALL".split(
      " ",
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(words, { maxLength: 14 }), fc.boolean(), async (list, isSelect) => {
      const sql = isSelect
        ? `SELECT COUNT(*) FROM clinic ${list.join(" ")}`
        : `SELECT ${list.join(" ")} FROM clinic`;
      expect(typeof (await outcome(sql))).toBe("string");
    }),
    { numRuns: 600 },
  );
});
