import { DuckDBInstance } from "@duckdb/node-api";
import { type Columns, datasetFacts, exactSums, joinFacts, planAnswer, sumsOfStage } from "@unseen/privacy";
import { joinCards } from "@unseen/program";
import type { SentTranslation } from "@unseen/wire";
import { expect, test } from "vitest";
import { whole } from "./exact-table-for-tests.ts";
import { translateSql } from "./index.ts";
import { clinicCards, clinicDatasets } from "./sql-for-tests.ts";

const [clinic, stays] = clinicCards.map((card) => card);
const joined = whole(joinCards(stays!, clinic!));

const translate = async (sql: string) => whole(await translateSql(clinicDatasets, sql));
async function refused(sql: string) {
  const result = await translateSql(clinicDatasets, sql);
  if (result.ok) throw new Error(`answered: ${sql}`);
  return `${result.problem.code}: ${result.problem.message}. ${result.problem.hint}`;
}

const onPerson = "FROM stays AS s JOIN clinic AS c ON s.patient_id = c.patient_id";

test("two datasets are joined on the person, and the translation names both", async () => {
  const {
    dataset,
    joined: second,
    program,
  } = await translate(`SELECT AVG(bmi) ${onPerson} WHERE nights > 3`);
  expect([dataset, second]).toEqual(["stays", "clinic"]);
  const names = program.nodes.flatMap((node) => (node.kind === "input" ? [node.name] : []));
  expect(new Set(names)).toEqual(new Set(["bmi", "nights"]));
});

test("however the join is written, it is one and the same question", async () => {
  const { program } = await translate(`SELECT SUM(nights * age) ${onPerson}`);
  const same = [
    "FROM stays JOIN clinic USING (patient_id)",
    "FROM stays s JOIN clinic c ON c.patient_id = s.patient_id",
    "FROM (SELECT * FROM stays) s JOIN clinic ON s.patient_id = clinic.patient_id",
    "FROM (SELECT patient_id AS who, nights FROM stays) s JOIN (SELECT age, patient_id FROM clinic) c ON s.who = c.patient_id",
    "FROM (SELECT s.nights, c.age FROM stays s JOIN clinic c USING (patient_id)) AS pairs",
  ];
  for (const from of same)
    expect((await translate(`SELECT SUM(nights * age) ${from}`)).program).toEqual(program);
  const named = await translate(
    "WITH s AS (SELECT nights, patient_id FROM stays), c AS (SELECT * FROM clinic) SELECT SUM(nights * age) FROM s JOIN c ON s.patient_id = c.patient_id",
  );
  expect(named.program).toEqual(program);
});

test("a name that both have needs its table, and each means its own", async () => {
  expect(await refused(`SELECT COUNT(*) ${onPerson} WHERE region = 'east'`)).toMatch(
    /^column-unknown: the name "region" stands for several columns/,
  );
  const { program } = await translate(
    `SELECT COUNT(*) ${onPerson} WHERE s.region = 'east' AND c.region = 'north'`,
  );
  const names = program.nodes.flatMap((node) => (node.kind === "input" ? [node.name] : []));
  expect(names).toEqual(expect.arrayContaining(["stays.region", "clinic.region"]));
});

test("people of a join are counted by either column that names them, and each once", async () => {
  const { program } = await translate(`SELECT COUNT(DISTINCT s.patient_id) ${onPerson} WHERE age > 40`);
  expect((await translate(`SELECT COUNT(DISTINCT c.patient_id) ${onPerson} WHERE age > 40`)).program).toEqual(
    program,
  );
  const facts = joinFacts(joined, datasetFacts(stays!, undefined), datasetFacts(clinic!, undefined));
  const [sum] = whole(sumsOfStage(whole(planAnswer(program, facts)), 0, new Map()));
  // Four pairs of one person are one person.
  expect(sum!.sensitivity.l1).toBe(1n);
  expect(await refused(`SELECT COUNT(DISTINCT nights) ${onPerson}`)).toMatch(/which values there are/);
});

test("a dataset that a statement mentions and does not read is not charged", async () => {
  const sql = "WITH unused AS (SELECT * FROM stays) SELECT COUNT(*) FROM clinic WHERE region = 'east'";
  const { dataset, joined: second, program } = await translate(sql);
  expect([dataset, second]).toEqual(["clinic", undefined]);
  expect(program).toEqual((await translate("SELECT COUNT(*) FROM clinic WHERE region = 'east'")).program);
});

test("what would pair rows of different people is refused with the nearest join that works", async () => {
  const cure = /write ON s\.patient_id = c\.patient_id; conditions beside it go on with AND$/;
  for (const condition of [
    "s.nights = c.age",
    "true",
    "s.patient_id = s.patient_id",
    "c.patient_id = c.patient_id",
    "s.patient_id > c.patient_id",
    "s.patient_id = c.patient_id OR true",
    "NOT s.patient_id = c.patient_id",
    "s.patient_id = c.age",
    "patient_id = patient_id",
    "s.nights = c.age AND s.nights > 1",
    "s.patient_id + 0 = c.patient_id",
  ])
    expect(await refused(`SELECT COUNT(*) FROM stays s JOIN clinic c ON ${condition}`), condition).toMatch(
      cure,
    );
  expect(await refused("SELECT COUNT(*) FROM stays s JOIN clinic c USING (region)")).toMatch(cure);
  expect(await refused("SELECT COUNT(*) FROM stays s JOIN clinic c USING (patient_id, region)")).toMatch(
    cure,
  );
});

test("other joins of datasets are refused by what is wrong with them", async () => {
  const told = async (from: string) => refused(`SELECT COUNT(*) FROM ${from}`);
  expect(await told("clinic a JOIN clinic b USING (patient_id)")).toMatch(/a join of "clinic" with itself/);
  expect(
    await told("(SELECT * FROM stays JOIN clinic USING (patient_id)) b JOIN clinic USING (patient_id)"),
  ).toMatch(/with itself|several|two columns/);
  expect(await told("clinic JOIN stays USING (patient_id) JOIN donors USING (patient_id)")).toMatch(
    /a join of 3 datasets is not answered/,
  );
  expect(await told("clinic JOIN donors USING (patient_id)")).toMatch(/^join-refused: .* in different ways/);
  expect(await told("clinic JOIN census ON true")).toMatch(/^join-refused: census does not say which rows/);
  expect(await told("clinic LEFT JOIN stays USING (patient_id)")).toMatch(/an outer join is not answered/);
  expect(await told("clinic NATURAL JOIN stays")).toMatch(/NATURAL JOIN is not answered/);
  expect(await told("clinic CROSS JOIN stays")).toMatch(/CROSS JOIN is not answered/);
  expect(await told("clinic, stays")).toMatch(/side by side is not answered/);
  expect(await told("(SELECT nights FROM stays) s JOIN clinic c ON s.patient_id = c.patient_id")).toMatch(
    /keep the column that names the people in both sub-selects/,
  );
});

test("the person is compared by a join and read by nothing", async () => {
  for (const sql of [
    `SELECT SUM(s.patient_id) ${onPerson}`,
    `SELECT COUNT(*) ${onPerson} WHERE c.patient_id > 3`,
    `SELECT s.patient_id, COUNT(*) ${onPerson} GROUP BY s.patient_id`,
    "SELECT SUM(who) FROM (SELECT patient_id AS who, nights FROM stays) AS s",
    "SELECT COUNT(*) FROM stays s JOIN clinic c ON s.patient_id = c.patient_id AND c.patient_id = 7",
  ])
    expect(await refused(sql), sql).toMatch(/^(column-not-askable|column-unknown): /);
});

type Stay = { readonly who: number; readonly nights: number; readonly region: string };
type Patient = { readonly who: number; readonly bmi: number; readonly age: number; readonly region: string };
const places = { stays: ["east", "west"], clinic: ["north", "south", "east"] };

function columnsOf(stayed: readonly Stay[], patients: readonly Patient[]) {
  const pairs = stayed.flatMap((stay) =>
    patients.flatMap((patient) => (stay.who === patient.who ? [{ stay, patient }] : [])),
  );
  const of = (value: (pair: (typeof pairs)[number]) => number) => Float64Array.from(pairs, value);
  const columns: Columns = new Map([
    ["nights", of(({ stay }) => stay.nights)],
    ["stays.region", of(({ stay }) => places.stays.indexOf(stay.region))],
    ["bmi", of(({ patient }) => patient.bmi)],
    ["age", of(({ patient }) => patient.age)],
    ["clinic.region", of(({ patient }) => places.clinic.indexOf(patient.region))],
  ]);
  return { columns, rowCount: pairs.length };
}

/** Released sums of a table of plain sums and counts, without their noise. */
function exactRows({ program, layout }: SentTranslation, columns: Columns, rowCount: number) {
  const facts = joinFacts(joined, datasetFacts(stays!, undefined), datasetFacts(clinic!, undefined));
  const plan = whole(planAnswer(program, facts));
  const sums = new Map(
    whole(sumsOfStage(plan, 0, new Map())).map(({ cut, contribution }) => {
      const exact = whole(exactSums(contribution, columns, rowCount));
      const { exponent } = contribution.grid;
      return [cut.node, Array.from(exact, (sum, at) => Number(sum) * 2 ** exponent[at]!)] as const;
    }),
  );
  const outputs = plan.outputs.map((output) => {
    const found = sums.get(output);
    if (found === undefined) throw new Error("these queries release plain sums");
    return found;
  });
  return Array.from({ length: layout.rows }, (_, row) =>
    layout.columns.map(({ cells }) =>
      cells.kind === "public" ? cells.values[row]! : outputs[cells.output]![row]!,
    ),
  );
}

test("a join's sums and counts are those of DuckDB's own join, with sub-selects, conditions, groups and a public table on top", async () => {
  const random = (at: number, most: number) => Math.floor(((at * 0.6180339887498949) % 1) * most);
  const stayed = Array.from(
    { length: 60 },
    (_, at): Stay => ({ who: random(at, 20), nights: at % 31, region: places.stays[at % 2]! }),
  );
  const patients = Array.from(
    { length: 15 },
    (_, at): Patient => ({ who: at, bmi: 20 + at, age: 5 * at, region: places.clinic[at % 3]! }),
  );
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const duckdb = await instance.connect();
  await duckdb.run("CREATE TABLE stays (patient_id INTEGER, nights INTEGER, region VARCHAR)");
  await duckdb.run("CREATE TABLE clinic (patient_id INTEGER, bmi DOUBLE, age INTEGER, region VARCHAR)");
  await duckdb.run(
    `INSERT INTO stays VALUES ${stayed.map(({ who, nights, region }) => `(${who}, ${nights}, '${region}')`).join(", ")}`,
  );
  await duckdb.run(
    `INSERT INTO clinic VALUES ${patients.map(({ who, bmi, age, region }) => `(${who}, ${bmi}, ${age}, '${region}')`).join(", ")}`,
  );
  const { columns, rowCount } = columnsOf(stayed, patients);
  const queries = [
    `SELECT COUNT(*), SUM(nights), SUM(bmi * nights) ${onPerson}`,
    `SELECT COUNT(*), SUM(age) ${onPerson} WHERE nights > 10 AND bmi < 30`,
    `SELECT COUNT(*), SUM(age) ${onPerson} AND s.nights > c.age WHERE c.region = 'north'`,
    `SELECT s.region, c.region, COUNT(*), SUM(nights) ${onPerson} GROUP BY s.region, c.region`,
    "SELECT COUNT(*), SUM(n) FROM (SELECT patient_id, nights + 1 AS n FROM stays WHERE nights > 4) s JOIN (SELECT * FROM clinic WHERE age > 20) c USING (patient_id)",
    `SELECT t.coast, COUNT(*), SUM(nights) ${onPerson} JOIN (VALUES ('north', 'cold'), ('east', 'mild')) AS t(region, coast) ON c.region = t.region GROUP BY t.coast`,
  ];
  for (const sql of queries) {
    const translation = await translate(sql);
    const ours = exactRows(translation, columns, rowCount);
    const theirs = (await duckdb.runAndReadAll(sql)).getRowsJson();
    const keys = translation.layout.columns.filter(({ cells }) => cells.kind === "public").length;
    const keyOf = (row: readonly unknown[]) => JSON.stringify(row.slice(0, keys));
    const expected = new Map(theirs.map((row) => [keyOf(row), row]));
    expect(expected.size, sql).toBeGreaterThan(0);
    for (const row of ours)
      for (const [at, cell] of row.slice(keys).entries())
        expect(Number(cell), `${sql} ${keyOf(row)}`).toBeCloseTo(
          Number(expected.get(keyOf(row))?.[keys + at] ?? 0),
          3,
        );
    expect(ours.filter((row) => expected.has(keyOf(row))).length).toBe(expected.size);
  }
  duckdb.closeSync();
  instance.closeSync();
});
