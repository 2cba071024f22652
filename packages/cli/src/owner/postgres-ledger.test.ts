// The commands of a home whose ledger is kept in PostgreSQL.

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { amount } from "@unseen/owner";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  postgresPrograms,
  startCluster,
  type TestCluster,
} from "../../../owner/src/ledger/postgres-for-tests.ts";
import { runCli } from "../cli.ts";
import type { Shell } from "../shell/shell.ts";
import { openHome } from "./home.ts";

const programs = postgresPrograms();
const directory = mkdtempSync(join(tmpdir(), "unseen-cli-postgres-"));
const home = join(directory, "home");
const card = join(directory, "card.json");
const rows = join(directory, "rows.csv");

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: "", err: "" };
  const into = (name: "out" | "err") =>
    new Writable({
      write(chunk, _encoding, done) {
        said[name] += chunk;
        done();
      },
    });
  const shell = { env: {}, stdin: process.stdin, out: into("out"), err: into("err") } as unknown as Shell;
  return { code: await runCli(shell, args), ...said };
}

async function charge(askId: string): Promise<string> {
  const owner = await openHome({ home });
  const price = amount(200_000_000n, 0n);
  const asked = { asker: "ada", askId, datasets: ["diabetes"] as const, questionHash: "mean", event: "{}" };
  const paid = await owner.ledger.charge({ ...asked, ...price });
  await owner.close();
  if (!paid.ok) throw new Error(paid.problem.message);
  return paid.value.entryHash;
}

describe.skipIf(programs === undefined)("a home's ledger in PostgreSQL", () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster(programs ?? "");
    writeFileSync(rows, "bp\n80\n90\n");
    writeFileSync(
      card,
      JSON.stringify({
        name: "diabetes",
        columns: { bp: { type: "number", bounds: [60, 140] } },
        unit: "row",
        people: { isPublic: true },
        budget: { epsilon: 10 },
      }),
    );
  });
  afterAll(async () => {
    await cluster?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test("is moved there once, and every command goes on from where it was", async () => {
    const address = await cluster.freshDatabase();
    const added = await run("dataset", "add", rows, "--card", card, "--home", home);
    expect(added).toMatchObject({ code: 0 });
    const hash = await charge("ask-1");
    const before = (await run("ledger", "export", "--home", home)).out;
    const moved = await run("ledger", "use", address, "--home", home);
    expect(moved).toMatchObject({ code: 0 });
    expect(moved.out).toContain("whole and checked");
    expect((await run("ledger", "export", "--home", home)).out).toBe(before);
    await charge("ask-2");
    const verified = await run("ledger", "verify", "--home", home, "--head", hash);
    expect(verified).toMatchObject({ code: 0, err: "" });
    expect(verified.out).toContain("2 charges");
    await run("budget", "renew", "diabetes", "--home", home, "--epsilon", "2", "--reason", "a second study");
    const { budgets } = JSON.parse((await run("budget", "show", "--home", home, "--json")).out);
    expect(budgets[0]).toMatchObject({
      charges: 2,
      renewals: 1,
      cap: { epsilon: 12 },
      spent: { epsilon: 0.4 },
    });
    // A dataset that is removed and added again goes on where it was, as in a home's own ledger.
    await run("dataset", "remove", "diabetes", "--home", home);
    const again = await run("dataset", "add", rows, "--card", card, "--home", home);
    expect(again.err).toContain("with 2 charges");
  });

  test("so can a dataset's rows be: a table is added by its address, asked about, and dropped", async () => {
    const address = await cluster.freshDatabase();
    const client = new pg.Client({ connectionString: address });
    await client.connect();
    await client.query("create schema ward");
    await client.query(
      "create table ward.readings as select 60 + n % 80 as bp from generate_series(1, 500) as n",
    );
    const added = await run(
      ...["dataset", "add", `${address}&table=ward.readings`, "--card", card],
      ...["--name", "readings", "--home", home],
    );
    expect(added).toMatchObject({ code: 0 });
    expect(added.out).toContain("500");
    const tables = async () =>
      (
        await client.query(
          "select relname from pg_class where relnamespace = 'unseen'::regnamespace and relkind = 'r'",
        )
      ).rows.length;
    expect(await tables()).toBe(2);
    const refused = await run(
      ...["dataset", "add", "postgres://ada:hunter2@localhost/a?table=b", "--card", card],
      ...["--name", "other", "--home", home],
    );
    expect(refused.code).toBe(2);
    expect(refused.out + refused.err).not.toContain("hunter2");
    expect((await run("dataset", "remove", "readings", "--home", home)).code).toBe(0);
    expect(await tables()).toBe(1);
    await client.end();
  });

  test("another database and a server that is gone are told in words, before anything is served", async () => {
    const other = await cluster.freshDatabase();
    for (const command of [
      ["serve", "--ledger", other, "--port", "0"],
      ["ledger", "use", other],
    ]) {
      const refused = await run(...command, "--home", home, "--json");
      expect(refused.code).toBe(1);
      expect(JSON.parse(refused.err)).toMatchObject({ error: { code: "ledger-mismatch" } });
    }
    const restart = await cluster.crash();
    for (const command of [
      ["serve", "--port", "0"],
      ["budget", "show"],
      ["ledger", "verify"],
    ]) {
      const refused = await run(...command, "--home", home, "--json");
      expect(refused.code, command.join(" ")).toBe(1);
      expect(JSON.parse(refused.err)).toMatchObject({
        error: { code: "ledger-unavailable", hint: /no server answers/ },
      });
    }
    await restart();
    expect((await run("ledger", "verify", "--home", home)).code).toBe(0);
  });

  test("no password is taken from an address, and none is written anywhere", async () => {
    const fresh = join(directory, "fresh");
    const address = (await cluster.freshDatabase()).replace("unseen@", "unseen:hunter2@");
    for (const command of [
      ["serve", "--port", "0", "--ledger", address],
      ["ledger", "use", address],
    ]) {
      const refused = await run(...command, "--home", fresh);
      expect(refused.code).toBe(2);
      expect(refused.err).toContain("PGPASSWORD");
      expect(refused.out + refused.err).not.toContain("hunter2");
    }
    const files = readdirSync(fresh, { recursive: true }).map((name) => join(fresh, String(name)));
    for (const file of files.filter((name) => statSync(name).isFile()))
      expect(readFileSync(file).includes("hunter2"), file).toBe(false);
  });
});
