// Keys that nobody declared, from a researcher's hand to a real house and back. The visits are made up here.

import { createRouterTransport } from "@connectrpc/connect";
import { platformEntropy } from "@unseen/base";
import { openOwner, ownerAtTheMachine } from "@unseen/owner";
import { parseCard } from "@unseen/program";
import { GridClient } from "unseen";
import { expect, test } from "vitest";
import { gridRoutes } from "../packages/owner/src/http/index.ts";
import { testFolder } from "../packages/owner/src/ingest/ingest-for-tests.ts";

/** 200 people with two visits each: half have J00 twice, half I10 and E11; one more person alone has two codes. */
const visits = Array.from({ length: 200 }, (_, who) =>
  (who % 2 === 0 ? ["J00", "J00"] : ["I10", "E11"]).map((code) => `p${who},${code},${60 + (who % 60)}`),
).flat();
const secrets = ["ZZ-one-person", "ZZ-the-same-person"];

async function world() {
  const folder = testFolder("keys");
  const opened = await openOwner({
    home: `${folder.path}/home`,
    clock: { nowMs: () => Date.now() },
    entropy: platformEntropy(globalThis.crypto),
    slotMs: 0,
  });
  if (!opened.ok) throw new Error(opened.problem.message);
  const owner = opened.value;
  const card = parseCard({
    name: "visits",
    columns: {
      diagnosis: { type: "text", longest: 20 },
      bp: { type: "integer", bounds: [40, 160] },
    },
    unit: { column: "patient", mostRowsEach: 2 },
    people: { isPublic: false, band: [10, 1000] },
    budget: { epsilon: 60, delta: 1e-5 },
    mock: [{ diagnosis: "J00", bp: 90 }],
  });
  if (!card.ok) throw new Error(card.problem.message);
  const rows = [...visits, ...secrets.map((code) => `alone,${code},100`)];
  const added = await owner.addDataset(
    folder.write("visits.csv", `patient,diagnosis,bp\n${rows.join("\n")}\n`),
    card.value,
  );
  if (!added.ok) throw new Error(added.problem.message);
  const account = await owner.accounts.add(ownerAtTheMachine(), {
    name: "atrask",
    password: "a long password",
    role: "researcher",
  });
  if (!account.ok) throw new Error(account.problem.message);
  const transport = createRouterTransport((router) => gridRoutes(router, owner.node));
  const grid = await GridClient.connect({
    url: "http://localhost:7700",
    username: "atrask",
    password: "a long password",
    transport: () => transport,
  });
  return {
    grid,
    dataset: await grid.dataset("visits"),
    [Symbol.asyncDispose]: async () => {
      await owner.close();
      folder[Symbol.dispose]();
    },
  };
}

test("keys are asked for once, and used in as many questions as wanted", async () => {
  await using here = await world();
  const { dataset } = here;
  expect(dataset.schema[0]).toEqual({ name: "diagnosis", type: "text", longest: 20 });
  expect(String(await dataset.sample())).toContain("J00");
  const price = await dataset.priceOfKeys("diagnosis", { epsilon: 4, delta: 1e-6, mostKeysEach: 2 });
  expect(price).toMatchObject({ cost: { epsilon: 4, delta: 1e-6 }, affordable: true, expectedPlusMinus: [] });
  const offer = { epsilon: 4, delta: 1e-6, mostKeysEach: 2, askId: "keys-asked-once" };
  const found = await dataset.keys("diagnosis", offer);
  expect(found.keys).toEqual(["E11", "I10", "J00"]);
  expect(found.spent).toEqual({ epsilon: 4, delta: 1e-6 });
  expect(await dataset.keys("diagnosis", offer)).toEqual(found);
  const counts = await dataset.groupBy("diagnosis", { keys: found.keys }).count().get({ epsilon: 4 });
  expect(counts.labels).toEqual([["E11", "I10", "J00"]]);
  for (const [key, truth] of [
    ["E11", 100],
    ["I10", 100],
    ["J00", 200],
  ] as const) {
    const { value, plusMinus } = counts.at(key)!;
    expect(Math.abs(value - truth)).toBeLessThanOrEqual(20 * plusMinus);
  }
  const some = dataset.filter(dataset.column("bp").greater(90));
  const means = await some
    .groupBy("diagnosis", { keys: { diagnosis: ["J00"] } })
    .mean("bp")
    .get({ epsilon: 4 });
  expect(means.labels).toEqual([["J00"]]);
  const sql = await here.grid.sql("SELECT diagnosis, COUNT(*) FROM visits GROUP BY diagnosis", {
    epsilon: 4,
    keys: { diagnosis: found.keys },
  });
  expect(sql.rows.map(([key]) => key)).toEqual(["E11", "I10", "J00"]);
  expect(sql.keys).toBeUndefined();
});

test("one call asks for the keys and then for the numbers, and adds up what both cost", async () => {
  await using here = await world();
  const question = here.dataset.groupBy("diagnosis").count();
  const offer = { epsilon: 8, delta: 1e-6, askId: "both-in-one-call" };
  expect(await question.price(offer)).toMatchObject({ cost: { epsilon: 8, delta: 1e-6 }, affordable: true });
  const answer = await question.get(offer);
  // A person is in one key of theirs, so E11 and I10 have some fifty people each.
  expect(answer.labels).toEqual([["E11", "I10", "J00"]]);
  expect(answer.spent).toEqual({ epsilon: 8, delta: 1e-6 });
  expect(answer.keys?.spent).toEqual({ epsilon: 4, delta: 1e-6 });
  expect(String(answer)).toContain("of it epsilon 4 and delta 0.000001 for the keys");
  const again = await question.get(offer);
  expect([again.value, again.remaining]).toEqual([answer.value, answer.remaining]);
  await expect(question.get({ epsilon: 1 })).rejects.toMatchObject({ code: "delta-invalid" });
  await expect(question.get()).rejects.toMatchObject({ code: "private-data" });
});

test("SQL groups by a column of texts, and compares it with texts of the query", async () => {
  await using here = await world();
  const sql = "SELECT diagnosis, AVG(bp) AS bp FROM visits GROUP BY diagnosis ORDER BY diagnosis DESC";
  const offer = { epsilon: 8, delta: 1e-6, askId: "sql-of-keys" };
  expect(await here.grid.priceSql(sql, offer)).toMatchObject({
    cost: { epsilon: 8, delta: 1e-6 },
    affordable: true,
  });
  const table = await here.grid.sql(sql, offer);
  expect(table.rows.map(([key]) => key)).toEqual(["J00", "I10", "E11"]);
  expect(table.spent).toEqual({ epsilon: 8, delta: 1e-6 });
  expect(table.keys?.keys).toEqual(["E11", "I10", "J00"]);
  expect((await here.grid.sql(sql, offer)).rows).toEqual(table.rows);
  const where = await here.grid.sql(
    "SELECT COUNT(*) FROM visits WHERE diagnosis = 'E11' OR diagnosis IN ('I10', 'nobody''s')",
    { epsilon: 8 },
  );
  expect(Math.abs(Number(where.rows[0]![0]) - 200)).toBeLessThanOrEqual(20 * where.plusMinus[0]![0]!);
  await expect(here.grid.sql(sql, { epsilon: 1 })).rejects.toMatchObject({ code: "delta-invalid" });
});

test("a key that nobody may be shown leaves an empty table, and what the keys cost", async () => {
  await using here = await world();
  const table = await here.grid.sql("SELECT diagnosis, COUNT(*) FROM visits GROUP BY diagnosis", {
    epsilon: 0.002,
    delta: 1e-12,
  });
  expect(table).toMatchObject({
    columns: ["diagnosis", "count"],
    rows: [],
    spent: { epsilon: 0.001, delta: 1e-12 },
  });
  const answer = await here.dataset.groupBy("diagnosis").mean("bp").get({ epsilon: 0.002, delta: 1e-12 });
  expect(answer).toMatchObject({ value: [], spent: { epsilon: 0.001, delta: 1e-12 } });
});
