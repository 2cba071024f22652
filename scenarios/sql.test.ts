// SQL from a researcher's hand to a table and back: over the real wire, an owner's real ledger, planner and
// noise, on the diabetes rows; and from a shell, on a node that serves a file through DuckDB.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRouterTransport } from "@connectrpc/connect";
import { platformEntropy } from "@unseen/base";
import { openOwner, ownerAtTheMachine } from "@unseen/owner";
import { parseCard } from "@unseen/program";
import { AskRefused, GridClient } from "unseen";
import { expect, test } from "vitest";
import { gridRoutes, serveNode } from "../packages/owner/src/http/index.ts";
import { testHome } from "../packages/owner/src/store/home-for-tests.ts";
import type { Home } from "../packages/owner/src/store/index.ts";
import { ownerNode, researcher } from "./transcript-owner-node.ts";
import { unseen } from "./unseen-command.ts";

const url = "http://localhost:7700";
const [header = "", ...lines] = readFileSync(new URL("../datasets/diabetes.csv", import.meta.url), "utf8")
  .trim()
  .split("\n");
const names = header.split(",");
const rows = lines.map((line) =>
  Object.fromEntries(line.split(",").map((cell, at) => [names[at], Number(cell)])),
);

async function grid(home: Home): Promise<GridClient> {
  const node = await ownerNode(home);
  const transport = createRouterTransport((router) => gridRoutes(router, node));
  return GridClient.connect({ ...researcher, url, transport: () => transport });
}

test("a table is asked for in SQL, and each number lies within its noise of the truth", async () => {
  using home = testHome();
  const asker = await grid(home);
  const sql =
    "SELECT sex, COUNT(*) AS people, AVG(bmi) AS bmi FROM diabetes WHERE age > 40 GROUP BY sex ORDER BY people DESC";
  const price = await asker.priceSql(sql, { epsilon: 2 });
  expect(price).toMatchObject({ cost: { epsilon: 2 }, affordable: true });
  const table = await asker.sql(sql, { epsilon: 2, askId: "sql-asked-once" });
  expect(table).toMatchObject({
    dataset: "diabetes",
    columns: ["sex", "people", "bmi"],
    spent: { epsilon: 2 },
  });
  expect(table.rows.length).toBe(2);
  for (const [line, [sex, people, bmi]] of table.rows.entries()) {
    const these = rows.filter((row) => row.age! > 40 && String(row.sex) === String(sex));
    const [, peopleWidth, bmiWidth] = table.plusMinus[line]!;
    expect(table.plusMinus[line]![0]).toBeNull();
    // Twenty half-widths away happens less often than once in 10^20 answers.
    expect(Math.abs(Number(people) - these.length)).toBeLessThanOrEqual(20 * peopleWidth!);
    const mean = these.reduce((sum, row) => sum + row.bmi!, 0) / these.length;
    expect(Math.abs(Number(bmi) - mean)).toBeLessThan(20 * bmiWidth!);
  }
  expect(Number(table.rows[0]![1])).toBeGreaterThanOrEqual(Number(table.rows[1]![1]));
  expect(table.toString()).toMatch(/^sex\s+people\s+bmi\n.*±/);
  // The same name again is the same table, and free.
  const again = await asker.sql(sql, { epsilon: 2, askId: "sql-asked-once" });
  expect(again.rows).toEqual(table.rows);
  expect(again.remaining).toEqual(table.remaining);
});

test("SQL and tensors that ask the same are the same question, under one name charged once", async () => {
  using home = testHome();
  const asker = await grid(home);
  const askId = "sum-asked-twice";
  const dataset = await asker.dataset("diabetes");
  const tensor = await dataset.column("bmi").sum(0).get({ epsilon: 1, askId });
  const table = await asker.sql("SELECT SUM(bmi) FROM diabetes", { epsilon: 1, askId });
  expect(table.rows).toEqual([[tensor.value]]);
  expect(table.receipt).toEqual(tensor.receipt);
});

test("HAVING, ORDER BY and LIMIT work on released numbers and cost nothing", async () => {
  using home = testHome();
  const asker = await grid(home);
  const sql = "SELECT FLOOR(age / 10) * 10 AS decade, COUNT(*) FROM diabetes GROUP BY decade";
  const whole = await asker.sql(sql, { epsilon: 1, askId: "decades-01" });
  const cut = await asker.sql(`${sql} HAVING COUNT(*) > 20 ORDER BY 2 DESC LIMIT 2 OFFSET 1`, { epsilon: 1 });
  expect(cut.rows.length).toBeLessThanOrEqual(2);
  expect(cut.rows.every(([, count]) => Number(count) > 20)).toBe(true);
  expect(cut.plusMinus[0]![1]).toBe(whole.plusMinus[0]![1]);
});

test("every refusal is free", async () => {
  using home = testHome();
  const asker = await grid(home);
  const before = (await asker.dataset("diabetes")).budget.yours.spent;
  for (const [sql, code] of [
    ["SELECT * FROM diabetes", "rows-exposed"],
    ["SELECT MAX(bmi) FROM diabetes", "sql-unsupported"],
    ["SELECT COUNT(*) FROM diabetes WHERE", "sql-malformed"],
    ["SELECT COUNT(*) FROM nowhere", "dataset-unknown"],
    ["SELECT AVG(weight) FROM diabetes", "column-unknown"],
  ] as const) {
    const refused = asker.sql(sql, 1);
    await expect(refused).rejects.toBeInstanceOf(AskRefused);
    await expect(refused).rejects.toMatchObject({ code });
  }
  expect((await asker.dataset("diabetes")).budget.yours.spent).toEqual(before);
});

test("where two nodes have the dataset, the asker says which", async () => {
  using one = testHome();
  using other = testHome();
  const nodes = new Map([
    ["http://localhost:7701", await ownerNode(one)],
    ["http://localhost:7702", await ownerNode(other)],
  ]);
  const asker = await GridClient.connect({
    ...researcher,
    urls: [...nodes.keys()],
    transport: (address) => createRouterTransport((router) => gridRoutes(router, nodes.get(address)!)),
  });
  const sql = "SELECT COUNT(*) FROM diabetes";
  await expect(asker.sql(sql, 1)).rejects.toThrow("2 nodes have a dataset");
  const table = await asker.sql(sql, { epsilon: 1, node: "http://localhost:7702" });
  expect(table.node).toBe("http://localhost:7702");
});

test("from a shell, on a file that is read through DuckDB", async () => {
  const folder = mkdtempSync(join(tmpdir(), "unseen-sql-"));
  const file = join(folder, "visits.csv");
  const count = 3_000;
  const written = Array.from({ length: count }, (_, at) => `${at % 7},${["a", "b", "c"][at % 3]}`);
  writeFileSync(file, ["nights,ward", ...written].join("\n"));
  const card = parseCard({
    name: "visits",
    description: "Nights in three wards",
    tags: ["#visits"],
    columns: {
      nights: { type: "integer", bounds: [0, 10] },
      ward: { type: "category", categories: ["a", "b", "c", "d"] },
    },
    unit: "row",
    people: { isPublic: false, band: [100, 10_000] },
    budget: { epsilon: 100, delta: 0 },
    mock: [{ nights: 2, ward: "a" }],
  });
  const owner = await openOwner({
    home: join(folder, "home"),
    clock: { nowMs: () => Date.now() },
    entropy: platformEntropy(globalThis.crypto),
    slotMs: 0,
  });
  if (!card.ok || !owner.ok) throw new Error("the house did not open");
  try {
    const added = await owner.value.addDataset(file, card.value);
    if (!added.ok) throw new Error(added.problem.message);
    const { username: name, password } = researcher;
    await owner.value.node.accounts.add(ownerAtTheMachine(), { name, password, role: "researcher" });
    const serving = await serveNode(owner.value.node, { host: "127.0.0.1", port: 0 });
    if (!serving.ok) throw new Error(serving.problem.message);
    const sql = "SELECT ward, COUNT(*), SUM(nights) FROM visits GROUP BY ward";
    const asked = await unseen(["sql", sql, "--epsilon", "10", "--json"], serving.value.url, researcher);
    const table = JSON.parse(asked.out) as { rows: (number | string)[][]; columns: string[] };
    expect(table.columns).toEqual(["ward", "count", "sum"]);
    expect(table.rows.map(([ward]) => ward)).toEqual(["a", "b", "c", "d"]);
    for (const [at, row] of table.rows.entries()) {
      const these = written.filter((line) => line.endsWith(row[0] as string));
      const nights = these.reduce((sum, line) => sum + Number(line.split(",")[0]), 0);
      expect(Math.abs(Number(row[1]) - these.length), String(at)).toBeLessThan(100);
      expect(Math.abs(Number(row[2]) - nights), String(at)).toBeLessThan(500);
    }
    const shown = await unseen(["sql", sql, "--epsilon", "10"], serving.value.url, researcher);
    expect(shown.out).toMatch(/ward\s+count\s+sum/);
    expect(shown.out).toContain("±");
    const refused = await unseen(
      ["sql", "SELECT MIN(nights) FROM visits", "--epsilon", "1"],
      serving.value.url,
      researcher,
    );
    expect(refused).toMatchObject({ code: 3, out: "" });
    const unread = await unseen(["sql", "SELECT", "--epsilon", "1"], serving.value.url, researcher);
    expect(unread).toMatchObject({ code: expect.any(Number), out: "" });
    expect(unread.code).not.toBe(0);
    await serving.value.close();
  } finally {
    await owner.value.close();
    rmSync(folder, { recursive: true });
  }
});
