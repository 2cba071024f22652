// Two files of one hospital, joined on the patient: from the files through DuckDB and over HTTP to a researcher's table,
// charged to both lifetime budgets.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnectTransport } from "@connectrpc/connect-node";
import { platformEntropy } from "@unseen/base";
import { type Owner, openOwner, ownerAtTheMachine, verifyLedger } from "@unseen/owner";
import { parseCard } from "@unseen/program";
import { AskRefused, GridClient } from "unseen";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Serving, serveNode } from "../packages/owner/src/http/serve-node.ts";
import { unseen } from "./unseen-command.ts";

const researcher = { username: "atrask", password: "a sentence for one researcher" };
const people = 600;

/** Patients 0 to 599; every third is in no visit, the others have one to three, and some visits are of strangers. */
const patients = Array.from({ length: people }, (_, who) => ({ who, age: 20 + (who % 60), sex: who % 2 }));
const visits = Array.from({ length: people }, (_, who) => who)
  .filter((who) => who % 3 !== 0)
  .flatMap((who) =>
    Array.from({ length: 1 + (who % 3) }, (_, at) => ({ who, bp: 70 + ((who * 7 + at) % 60) })),
  );
const strangers = Array.from({ length: 50 }, (_, at) => ({ who: 10_000 + at, bp: 130 }));
const pairs = visits.map((visit) => ({ ...visit, ...patients[visit.who]! }));

let folder = "";
let owner: Owner;
let serving: Serving;
let grid: GridClient;

async function add(name: string, columns: object, unit: object, lines: readonly string[]): Promise<void> {
  const file = join(folder, `${name}.csv`);
  writeFileSync(file, lines.join("\n"));
  const card = parseCard({
    name,
    description: `${name} of a hospital`,
    tags: [`#${name}`],
    columns,
    unit,
    people: { isPublic: false, band: [100, 10_000] },
    budget: { epsilon: 100 },
  });
  if (!card.ok) throw new Error(card.problem.message);
  const added = await owner.addDataset(file, card.value);
  if (!added.ok) throw new Error(added.problem.message);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "unseen-joins-"));
  const opened = await openOwner({
    home: join(folder, "home"),
    clock: { nowMs: () => Date.now() },
    entropy: platformEntropy(globalThis.crypto),
    slotMs: 0,
  });
  if (!opened.ok) throw new Error(opened.problem.message);
  owner = opened.value;
  const sex = { type: "category", categories: ["f", "m"] };
  const unit = (column: string, mostRowsEach: number, identity = "mrn") => ({
    column,
    mostRowsEach,
    identity,
  });
  await add("patients", { age: { type: "integer", bounds: [0, 120] }, sex }, unit("mrn", 1), [
    "mrn,age,sex",
    ...patients.map(({ who, age, sex: at }) => `P-${who},${age},${"fm"[at]}`),
  ]);
  await add("visits", { bp: { type: "number", bounds: [60, 140] } }, unit("patient", 3), [
    "patient,bp",
    ...[...visits, ...strangers].map(({ who, bp }) => `P-${who},${bp}`),
  ]);
  await add("staff", { age: { type: "integer", bounds: [0, 120] } }, unit("number", 1, "badge"), [
    "number,age",
    "P-1,40",
  ]);
  const { username: name, password } = researcher;
  await owner.accounts.add(ownerAtTheMachine(), { name, password, role: "researcher" });
  const served = await serveNode(owner.node, { host: "127.0.0.1", port: 0 });
  if (!served.ok) throw new Error(served.problem.message);
  serving = served.value;
  grid = await GridClient.connect({
    ...researcher,
    url: serving.url,
    transport: (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1" }),
  });
});
afterAll(async () => {
  await serving.close();
  await owner.close();
  rmSync(folder, { recursive: true });
});

const spent = async () => {
  const lines = await Promise.all(["visits", "patients"].map((name) => owner.ledger.budget(name)));
  return lines.map((line) => Number(line.spent.epsilon) / 1e9);
};

const byAge =
  "SELECT sex, COUNT(*) AS visits, AVG(bp) AS bp FROM visits v JOIN patients p ON v.patient = p.mrn WHERE age >= 40 GROUP BY sex";

test("a table of a join lies within its noise of the truth, and is charged in full to both", async () => {
  const before = await spent();
  expect(await grid.priceSql(byAge, 20)).toMatchObject({ cost: { epsilon: 20 }, affordable: true });
  const table = await grid.sql(byAge, { epsilon: 20, askId: "joined-by-sex" });
  expect(table).toMatchObject({
    dataset: "visits JOIN patients",
    spent: { epsilon: 20 },
    remaining: { epsilon: 80 },
    joinedRemaining: { epsilon: 80 },
    receipt: { dataset: "visits", joined: "patients" },
  });
  for (const [line, [sex, count, bp]] of table.rows.entries()) {
    const these = pairs.filter((pair) => pair.age >= 40 && "fm"[pair.sex] === sex);
    const [, countWidth, bpWidth] = table.plusMinus[line]!;
    const mean = these.reduce((sum, pair) => sum + pair.bp, 0) / these.length;
    // Twenty half-widths away happens less often than once in 10^20 answers.
    expect(Math.abs(Number(count) - these.length)).toBeLessThan(20 * countWidth!);
    expect(Math.abs(Number(bp) - mean)).toBeLessThan(20 * bpWidth!);
    expect(countWidth).toBeLessThan(10);
  }
  expect(String(table)).toMatch(
    /spent epsilon 20 on visits, epsilon 80 remaining; spent epsilon 20 on patients, epsilon 80 remaining$/,
  );
  expect(table.guarantee).toContain("in visits, in patients or in both");
  const again = await grid.sql(byAge, { epsilon: 20, askId: "joined-by-sex" });
  expect(again.rows).toEqual(table.rows);
  expect(await spent()).toEqual(before.map((line) => line + 20));
});

test("the client's join has both datasets' columns and every method of a dataset", async () => {
  const [first, second] = [await grid.dataset("visits"), await grid.dataset("patients")];
  const both = await first.join(second);
  expect([...both.columns]).toEqual(["bp", "age", "sex"]);
  expect(both.shape).toEqual(["0 to 30000", 3]);
  expect(both.privacyUnit).toBe(
    "patient of visits and mrn of patients name the person, at most 3 pairs of rows each",
  );
  expect((await both.sample({ mostRows: 2 })).columns).toEqual(["bp", "age", "sex"]);
  const before = await spent();
  const answer = await both.column("bp").mul(both.column("age")).sum(0).get({ epsilon: 20 });
  const truth = pairs.reduce((sum, { bp, age }) => sum + bp * age, 0);
  expect(Math.abs(Number(answer.value) - truth)).toBeLessThan(20 * Number(answer.plusMinus));
  expect(await spent()).toEqual(before.map((line) => line + 20));
  expect(Object.values(await both.currentBudgets()).map((line) => line.spent.epsilon)).toEqual(await spent());
});

test("joins that must not be are refused with their cure, and cost nothing", async () => {
  const before = await spent();
  const told = async (sql: string) => {
    const refusal = await grid.sql(sql, 1).catch((error: unknown) => error);
    if (!(refusal instanceof AskRefused)) throw new Error(`answered: ${sql}`);
    return refusal.code;
  };
  expect(await told("SELECT COUNT(*) FROM visits v JOIN staff s ON v.patient = s.number")).toBe(
    "join-refused",
  );
  expect(await told("SELECT COUNT(*) FROM visits v JOIN visits w USING (patient)")).toBe("sql-unsupported");
  expect(await told("SELECT COUNT(*) FROM visits v JOIN patients p ON v.bp = p.age")).toBe("sql-unsupported");
  const dataset = await grid.dataset("visits");
  await expect(dataset.join(dataset)).rejects.toThrow(/with itself/);
  await expect(dataset.join(await grid.dataset("staff"))).rejects.toThrow(/name people in different ways/);
  expect(await spent()).toEqual(before);
});

test("when one line is used up, the join is refused and the other line is untouched", async () => {
  const dataset = await grid.dataset("patients");
  const left = (await dataset.currentBudget()).remaining.epsilon;
  await dataset
    .column("age")
    .sum(0)
    .get({ epsilon: left - 1 });
  const before = await spent();
  const refusal = await grid.sql(byAge, 2).catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: "budget-exhausted",
    message: expect.stringContaining("patients has epsilon 1 left"),
  });
  expect(await spent()).toEqual(before);
  expect(await grid.priceSql(byAge, 2)).toMatchObject({ affordable: false });
});

test("from a shell, the table says what was charged where", async () => {
  const shown = await unseen(
    ["sql", byAge, "--epsilon", "0.5", "--id", "from-a-shell"],
    serving.url,
    researcher,
  );
  expect(shown).toMatchObject({ code: 0 });
  expect(shown.out).toMatch(/spent\s+epsilon 0.5 on visits; epsilon [0-9.]+ left for you/);
  expect(shown.out).toMatch(/and\s+epsilon 0.5 on patients; epsilon 0.5 left for you/);
  const json = await unseen(
    ["sql", byAge, "--epsilon", "0.5", "--id", "from-a-shell", "--json"],
    serving.url,
    researcher,
  );
  expect(JSON.parse(json.out)).toMatchObject({
    dataset: "visits JOIN patients",
    joinedRemaining: { epsilon: 0.5 },
    receipt: { dataset: "visits", joined: "patients" },
  });
});

test("the ledger is whole, and shows the joined charges on both lines", async () => {
  const report = await verifyLedger(join(folder, "home", "unseen.sqlite"));
  if (!report.ok) throw new Error(report.problem.message);
  expect(report.value).toMatchObject({ isSound: true, findings: [] });
  const charges = new Map(report.value.datasets.map((line) => [line.dataset, line.charges]));
  expect([charges.get("visits"), charges.get("patients"), report.value.charges]).toEqual([3, 4, 4]);
});

test("a dataset that is removed between the price and the ask is refused, and its charges stay", async () => {
  expect(await grid.priceSql(byAge, 0.25)).toMatchObject({ affordable: true });
  const before = await spent();
  await owner.removeDataset("patients");
  await expect(grid.sql(byAge, 0.25)).rejects.toThrow(/no dataset called "patients"/);
  expect(await spent()).toEqual(before);
});
