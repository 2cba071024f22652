// An owner's table in PostgreSQL gives the snapshot that the same data gives as a file, inside the owner's database.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Secret } from "@unseen/base";
import type { Card } from "@unseen/program";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DuckDbSession } from "../engine/duckdb-session.ts";
import { apply, contributionOf, input, receipt } from "../engine/engine-for-tests.ts";
import { PostgresEngine } from "../engine/postgres-engine.ts";
import { parsePostgresSnapshot } from "../engine/postgres-snapshot.ts";
import { postgresPrograms, startCluster, type TestCluster } from "../ledger/postgres-for-tests.ts";
import { boundingKey, cardOf, entropy, ingested, testFolder } from "./ingest-for-tests.ts";
import { ingestTable, removeTableSnapshot } from "./ingest-table.ts";

const programs = postgresPrograms();

const columns = {
  bp: { type: "number", bounds: [60, 140], missing: 100 },
  n: { type: "integer", bounds: [-3, 9] },
  city: { type: "category", categories: ["Oslo", "1", "true", "other"], missing: "other" },
  smokes: { type: "category", categories: ["false", "true"], missing: "false" },
};
const card = cardOf(columns, { column: "who", mostRowsEach: 3 });
/** As a file would have it. */
const cells: readonly (readonly (string | null)[])[] = Array.from({ length: 400 }, (_, at) => [
  [`p${at % 90}`, ` p${at % 90} `, "NA", null, `P\u0301${at % 9}`][at % 5]!,
  ["101.5", "NaN", "Infinity", "-Infinity", null, "1e300", "60.000000000000007", "-0", String(at / 3)][
    at % 9
  ]!,
  [String(at % 15), null, "2.5", "-40"][at % 4]!,
  ["Oslo", "1", "nowhere", "", null, 'O\'slo,"x"\n'][at % 6]!,
  ["true", "false", null][at % 3]!,
]);

describe.skipIf(programs === undefined)("a table in PostgreSQL", () => {
  const folder = testFolder();
  let cluster: TestCluster;
  let address = "";
  let client: pg.Client;
  beforeAll(async () => {
    cluster = await startCluster(programs ?? "");
    address = await cluster.freshDatabase();
    client = new pg.Client({ connectionString: address });
    await client.connect();
    await client.query(`create schema ward; create table ward.visits
      (who text, bp float8, n numeric, city text, smokes boolean, note text)`);
    for (const row of cells)
      await client.query("insert into ward.visits values ($1, $2, $3, $4, $5, 'never read')", [...row]);
  });
  afterAll(async () => {
    await client?.end();
    await cluster?.stop();
    folder[Symbol.dispose]();
  });

  const taken = (from: string, of: Card = card) =>
    ingestTable({ from, card: of, dataDirectory: folder.path, boundingKey, entropy });
  async function snapshotOf(from: string, of: Card = card) {
    const result = await taken(from, of);
    if (!result.ok) throw new Error(JSON.stringify(result.problem));
    return result.value;
  }
  const table = (from: string) => parsePostgresSnapshot(from)?.table ?? "";

  test("is the same snapshot as of the same file: rows, order, pseudonyms, prepared integers and report", async () => {
    const quoted = (cell: string | null) => (cell === null ? "" : `"${cell.replaceAll('"', '""')}"`);
    const csv = ["who,bp,n,city,smokes", ...cells.map((row) => row.map(quoted).join(","))].join("\n");
    const file = await ingested(folder, folder.write("visits.csv", `${csv}\n`), card);
    const there = await snapshotOf(`${address}&table=ward.visits`);
    expect({ ...there, snapshot: "" }).toMatchObject({
      rowCount: file.rowCount,
      peopleCount: file.peopleCount,
      report: file.report,
    });
    expect(there.report.rowsBeyondShare).toBeGreaterThan(0);
    expect(there.report.rowsOfNobody).toBeGreaterThan(0);
    using session = await DuckDbSession.open(":memory:", {});
    const own = await session.rows(`SELECT COLUMNS(*)::VARCHAR FROM '${join(folder.path, file.snapshot)}'`);
    const { rows } = await client.query({ text: `select * from ${table(there.snapshot)}`, rowMode: "array" });
    const numbers = (cell: unknown) => (/^-?[\d.e+]+$/.test(String(cell)) ? Number(cell) : String(cell));
    expect(rows.map((row) => row.map(numbers))).toEqual(own.map((row) => row.map(numbers)));
    // Nothing of it stays in the home.
    expect(readdirSync(folder.path).filter((name) => name.includes("parquet"))).toEqual([file.snapshot]);
  });

  test("answers sums of columns and of groups as single queries, and is never changed", async () => {
    const { snapshot } = await snapshotOf(`${address}&table=ward.visits`);
    const engine = new PostgresEngine();
    const grouped = [input("city"), apply("OneHot", [0], { depth: 4 })];
    for (const nodes of [[input("n")], grouped]) {
      const one = contributionOf(nodes, { exponent: 0 });
      expect(await engine.explain(snapshot, one)).toMatch(/^SELECT .*FROM unseen\./);
      const script = new PostgresEngine({ way: "script" });
      const [fast, slow] = await Promise.all([
        engine.sums(snapshot, one, receipt),
        script.sums(snapshot, one, receipt),
      ]);
      if (!fast.ok || !slow.ok) throw new Error("expected sums");
      expect(Secret.reveal(fast.value)).toEqual(Secret.reveal(slow.value));
      script.close();
    }
    for (const change of ["update", "delete", "truncate"].map((word) =>
      word === "update"
        ? `update ${table(snapshot)} set person = person`
        : word === "delete"
          ? `delete from ${table(snapshot)}`
          : `truncate ${table(snapshot)}`,
    ))
      await expect(client.query(change)).rejects.toThrow("never changed");
    engine.close();
  });

  test("is read for questions by a role that can do nothing else, if the owner wants it so", async () => {
    await client.query("create role asking login");
    const { snapshot } = await snapshotOf(`${address}&table=ward.visits&reader=asking`);
    const engine = new PostgresEngine();
    expect(await engine.rowCount(snapshot)).toMatchObject({ ok: true });
    const asked = await engine.sums(snapshot, contributionOf([input("n")], { exponent: 0 }), receipt);
    expect(asked.ok).toBe(true);
    const reader = new pg.Client({ connectionString: address.replace("unseen@", "asking@") });
    await reader.connect();
    await expect(reader.query("select * from ward.visits")).rejects.toThrow("permission denied");
    await expect(reader.query(`delete from ${table(snapshot)}`)).rejects.toThrow("permission denied");
    await reader.end();
    engine.close();
  });

  test("functions and operators that somebody put into the database are not called", async () => {
    await client.query(`create function public.floor(float8) returns float8 language sql as 'select 0::float8';
      create table public.snapshots (name text, rows bigint, metadata text)`);
    await client.query('create table public."Odd table" ("a ""b" float8)');
    await client.query('insert into public."Odd table" values (1.5), (2.5), (7.25)');
    const odd = cardOf({ 'a "b': { type: "number", bounds: [0, 9] } });
    const { snapshot } = await snapshotOf(`${address}&table=Odd+table`, odd);
    const engine = new PostgresEngine();
    const one = contributionOf([input('a "b'), apply("Floor", [0])], { exponent: 0 });
    expect(await engine.explain(snapshot, one)).toContain("floor(");
    const sums = await engine.sums(snapshot, one, receipt);
    expect(sums.ok && [...Secret.reveal(sums.value)]).toEqual([10n]);
    engine.close();
  });

  test("that is not there, lacks a column, is too wide or cannot be reached is refused, and leaves nothing", async () => {
    await snapshotOf(`${address}&table=ward.visits`);
    const before = await client.query("select count(*) from unseen.snapshots");
    expect(await taken(address)).toMatchObject({ problem: { code: "database-address-invalid" } });
    expect(await taken(`${address}&table=ward.none`)).toMatchObject({
      problem: { code: "table-unreadable" },
    });
    const other = cardOf({ BP: { type: "number", bounds: [60, 140] } });
    expect(await taken(`${address}&table=ward.visits`, other)).toMatchObject({
      problem: { code: "card-column-missing", message: /the table has no column/, hint: /"bp"/ },
    });
    await client.query("create table public.bare (bp float8)");
    expect(await taken(`${address}&table=bare`, cardOf({ bp: columns.bp }))).toMatchObject({
      problem: { code: "file-unreadable", message: "the table has no rows" },
    });
    const many = Array.from({ length: 1_000 }, (_, at) => `x${at}`);
    await client.query(`create table public.wide (${many.map((name) => `${name} int4`).join(", ")})`);
    await client.query(`insert into public.wide (x0) values (1)`);
    const bounded = { type: "number", bounds: [0, 1] };
    const wide = cardOf(Object.fromEntries(many.map((name) => [name, bounded])));
    expect(await taken(`${address}&table=wide`, wide)).toMatchObject({
      problem: { code: "table-unreadable", hint: /Parquet/ },
    });
    expect(await taken("postgres://unseen@127.0.0.1:1/none?table=a")).toMatchObject({
      problem: { code: "table-unreadable", hint: /no server answers/ },
    });
    expect((await client.query("select count(*) from unseen.snapshots")).rows).toEqual(before.rows);
    expect(readdirSync(folder.path).filter((name) => /spill|passing/.test(name))).toEqual([]);
  });

  test("is dropped with its dataset, and a question about it then says nothing of why", async () => {
    const { snapshot } = await snapshotOf(`${address}&table=ward.visits`);
    expect(await removeTableSnapshot(snapshot)).toEqual({ ok: true, value: undefined });
    const engine = new PostgresEngine();
    const one = contributionOf([input("bp")]);
    for (const asked of [snapshot, `${address}&snapshot=${"0".repeat(32)}.v2`, `${address}&snapshot=x%22y`]) {
      const refused = await engine.sums(asked, one, receipt);
      expect(refused).toMatchObject({ ok: false, problem: { code: "answer-not-computed" } });
      expect(JSON.stringify(refused)).not.toMatch(/relation|snapshot|ward|localhost/);
    }
    // @ts-expect-error: without a receipt it does not compile, and it does not run either
    await expect(engine.sums(snapshot, one)).rejects.toThrow();
    engine.close();
  });
});
