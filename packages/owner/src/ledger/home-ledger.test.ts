// A home and its ledger in PostgreSQL: moved whole, found again, and never taken for another.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { platformEntropy } from "@unseen/base";
import Database from "better-sqlite3";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHome, testHome } from "../store/home-for-tests.ts";
import type { Home } from "../store/index.ts";
import { openHomeLedger } from "./home-ledger.ts";
import { chargeOf, openLedger, stillClock, wholeEpsilon } from "./ledger-for-tests.ts";
import { ledgerPlace } from "./ledger-place.ts";
import { postgresPrograms, startCluster, type TestCluster } from "./postgres-for-tests.ts";
import { exportLedger, verifyLedger } from "./verify-ledger.ts";

const entropy = platformEntropy(globalThis.crypto);
const programs = postgresPrograms();
const open = (home: Home, wanted?: string) => openHomeLedger({ home, clock: stillClock, entropy }, wanted);

async function opened(home: Home, wanted?: string) {
  const ledger = await open(home, wanted);
  if (!ledger.ok) throw new Error(JSON.stringify(ledger.problem));
  return ledger.value;
}

async function refusal(home: Home, wanted?: string) {
  const ledger = await open(home, wanted);
  if (ledger.ok) throw new Error("the ledger was opened");
  return ledger.problem;
}

/** Sixty charges of two datasets, most of them answered, and a renewal, in the home's own ledger. */
async function spent(home: Home): Promise<void> {
  const { ledger, policy } = openLedger(home.store);
  await policy.setBudget("diabetes", { cap: wholeEpsilon(100) });
  await policy.setBudget("cancer", { cap: wholeEpsilon(50), allotment: wholeEpsilon(5) });
  await policy.setAllotment("diabetes", "ada", wholeEpsilon(9));
  await policy.renew("cancer", wholeEpsilon(1), "a second study");
  for (let n = 0; n < 60; n += 1) {
    const charge = { asker: `asker-${n % 7}`, askId: `ask-${n}`, epsilon: 50_000_000n };
    const paid = await ledger.charge(
      chargeOf({ ...charge, datasets: n % 5 === 0 ? ["cancer", "diabetes"] : ["diabetes"] }),
    );
    if (paid.ok && n % 4 !== 0) await ledger.record(paid.value, Uint8Array.of(n));
  }
}

async function exported({ file }: Home): Promise<string> {
  const parts: string[] = [];
  const done = await exportLedger(file, (text) => parts.push(text));
  if (!done.ok) throw new Error(done.problem.message);
  return parts.join("");
}

async function sql(address: string, ...texts: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  for (const text of texts) await client.query(text);
  await client.end();
}

describe.skipIf(programs === undefined)("a home's ledger in PostgreSQL", () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster(programs ?? "");
  });
  afterAll(() => cluster?.stop());

  test("a ledger with entries is moved whole: the same chain, the same lines, the same answers", async () => {
    using home = testHome();
    await spent(home);
    const before = await exported(home);
    const own = openLedger(home.store).ledger;
    const lines = await Promise.all([own.budget("diabetes", "ada"), own.budget("cancer", "asker-5")]);
    const there = await opened(home, await cluster.freshDatabase());
    expect(await exported(home)).toBe(before);
    expect(
      await Promise.all([there.ledger.budget("diabetes", "ada"), there.ledger.budget("cancer", "asker-5")]),
    ).toEqual(lines);
    expect(await there.ledger.recorded({ asker: "asker-6", askId: "ask-6" }, "mean-bp")).toEqual({
      ok: true,
      value: Uint8Array.of(6),
    });
    // The same ask again is the same charge, and the next one goes on from there.
    const again = chargeOf({ asker: "asker-6", askId: "ask-6", epsilon: 50_000_000n });
    expect(await there.ledger.charge(again)).toMatchObject({ ok: true, value: { serial: 7 } });
    expect(await there.ledger.charge(chargeOf({}))).toMatchObject({ ok: true, value: { serial: 61 } });
    expect(await verifyLedger(home.file)).toMatchObject({ ok: true, value: { isSound: true, charges: 61 } });
    await there.close();
  });

  test("nothing more is written into the ledger that moved away, by whoever still has it open", async () => {
    using home = testHome();
    const { ledger, policy } = openLedger(home.store);
    await policy.setBudget("diabetes", { cap: wholeEpsilon(3) });
    const paid = await ledger.charge(chargeOf({ askId: "before" }));
    const there = await opened(home, await cluster.freshDatabase());
    expect(await ledger.charge(chargeOf({ askId: "after" }))).toMatchObject({
      problem: { code: "ledger-unavailable", facts: { charged: "no" } },
    });
    if (paid.ok)
      expect(await ledger.record(paid.value, Uint8Array.of(1))).toMatchObject({
        problem: { code: "answer-not-recorded" },
      });
    await expect(policy.setBudget("diabetes", { cap: wholeEpsilon(9) })).rejects.toThrow("cannot be used");
    await there.close();
    const database = new Database(home.file);
    expect(() => database.exec("delete from ledger_place")).toThrow("does not come back");
    expect(() => database.exec("update ledger_place set ledger = null")).toThrow("keeps to its ledger");
    database.close();
  });

  test("a later start finds the ledger by itself, and by another address if it is the same one", async () => {
    using home = testHome();
    const address = await cluster.freshDatabase();
    const first = await opened(home, address);
    await first.policy.setBudget("diabetes", { cap: wholeEpsilon(3) });
    await first.ledger.charge(chargeOf({}));
    await first.close();
    const again = await opened(home);
    expect(await again.ledger.budget("diabetes")).toMatchObject({ charges: 1 });
    await again.close();
    const moved = `${address.replace("localhost", "127.0.0.1")}&schema=unseen_ledger`;
    await (await opened(home, moved)).close();
    expect(ledgerPlace(home.store)?.address).toContain("schema=unseen_ledger");
    expect(ledgerPlace(home.store)?.known.position).toBe(2n);
  });

  test("another database, an emptied one and one that lost entries are refused, and nothing is made anew", async () => {
    using home = testHome();
    const address = await cluster.freshDatabase();
    const copy = `${new URL(address).pathname.slice(1)}_copy`;
    const first = await opened(home, address);
    await first.policy.setBudget("diabetes", { cap: wholeEpsilon(3) });
    await first.close();
    await sql(
      await cluster.freshDatabase(),
      `create database ${copy} template ${new URL(address).pathname.slice(1)}`,
    );
    const second = await opened(home);
    await second.ledger.charge(chargeOf({}));
    await second.close();

    const other = await cluster.freshDatabase();
    expect(await refusal(home, other)).toMatchObject({ code: "ledger-mismatch", message: /no ledger/ });
    await sql(other, "create schema unseen_ledger");
    expect(await refusal(home, other)).toMatchObject({ code: "ledger-mismatch", message: /no ledger/ });
    using stranger = testHome();
    await (await opened(stranger, `${other}&schema=theirs`)).close();
    expect(await refusal(home, `${other}&schema=theirs`)).toMatchObject({ message: /another ledger/ });
    const older = address.replace(/\/ledger_\d+\?/, `/${copy}?`);
    expect(await refusal(home, older)).toMatchObject({ code: "ledger-mismatch", message: /lost entries/ });
    // One that went on differently from there is as long, and is not it.
    await sql(older, "alter schema unseen_ledger rename to was");
    expect(await refusal(home, older)).toMatchObject({ message: /no ledger/ });
    await sql(address, "drop schema unseen_ledger cascade");
    expect(await refusal(home)).toMatchObject({ code: "ledger-mismatch", message: /no ledger/ });
    expect(await verifyLedger(home.file)).toMatchObject({
      ok: false,
      problem: { code: "ledger-unavailable" },
    });
  });

  test("two homes never share lines: the second is refused, and has a schema of its own", async () => {
    using home = testHome();
    using other = testHome();
    const address = await cluster.freshDatabase();
    const ours = await opened(home, address);
    await ours.policy.setBudget("diabetes", { cap: wholeEpsilon(1) });
    expect(await refusal(other, address)).toMatchObject({ code: "ledger-mismatch", message: /another home/ });
    // Refused, it still has its own.
    await openLedger(other.store).policy.setBudget("diabetes", { cap: wholeEpsilon(2) });
    const theirs = await opened(other, `${address}&schema=second`);
    expect(await theirs.ledger.budget("diabetes")).toMatchObject({ cap: wholeEpsilon(2) });
    await ours.ledger.charge(chargeOf({}));
    expect(await theirs.ledger.budget("diabetes")).toMatchObject({ charges: 0 });
    // Twice the same home is one ledger.
    const again = await opened(home);
    expect(await again.ledger.budget("diabetes")).toMatchObject({ charges: 1 });
    for (const each of [ours, theirs, again]) await each.close();
  });

  test("a home that was set back to a time before the move finds its ledger, and one that went on without it is refused", async () => {
    using home = testHome();
    await spent(home);
    const address = await cluster.freshDatabase();
    const there = await opened(home, address);
    expect(await there.ledger.charge(chargeOf({ askId: "later" }))).toMatchObject({ ok: true });
    await there.close();
    const database = new Database(home.file);
    database.exec("drop trigger ledger_place_stays; delete from ledger_place");
    database.close();
    const again = await opened(home, address);
    expect(await again.ledger.budget("diabetes")).toMatchObject({ charges: 61 });
    await again.close();
    const once = new Database(home.file);
    once.exec("delete from ledger_place");
    once.close();
    await openLedger(home.store).ledger.charge(chargeOf({ askId: "astray" }));
    expect(await refusal(home, address)).toMatchObject({ code: "ledger-mismatch", message: /lacks entries/ });
  });

  test("a move that was broken off goes on at the next start, and one that cannot begin leaves the home its ledger", async () => {
    const directory = mkdtempSync(join(tmpdir(), "unseen-move-"));
    const home = openTestHome(directory);
    await spent(home);
    expect(await refusal(home, "postgres://unseen@127.0.0.1:1/none")).toMatchObject({
      code: "ledger-unavailable",
      hint: /no server answers/,
    });
    expect((await openLedger(home.store).ledger.charge(chargeOf({ askId: "still here" }))).ok).toBe(true);
    const address = await cluster.freshDatabase();
    // As a crash leaves it between the seal and the copy.
    home.store.all({ compile: () => sealing(address) } as never);
    expect(await openLedger(home.store).ledger.charge(chargeOf({ askId: "sealed" }))).toMatchObject({
      ok: false,
    });
    const there = await opened(home);
    expect(await there.ledger.budget("diabetes")).toMatchObject({ charges: 61 });
    await there.close();
    home.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test("a ledger that is not whole is not moved", async () => {
    using home = testHome();
    await spent(home);
    const database = new Database(home.file);
    database.exec("drop trigger charges_no_update; update charges set epsilon = 1 where serial = 5");
    database.close();
    expect(await refusal(home, await cluster.freshDatabase())).toMatchObject({
      code: "ledger-mismatch",
      message: /not whole/,
    });
    expect(ledgerPlace(home.store)).toBeUndefined();
  });

  test("a database that is set back while the node runs is refused from then on", async () => {
    using home = testHome();
    const address = await cluster.freshDatabase();
    const { ledger, policy, close } = await opened(home, address);
    await policy.setBudget("diabetes", { cap: wholeEpsilon(30) });
    await ledger.charge(chargeOf({ askId: "kept" }));
    await sql(address, "create schema kept", "create table kept.head as table unseen_ledger.chain_head");
    await ledger.charge(chargeOf({ askId: "lost" }));
    await sql(
      address,
      "set search_path = unseen_ledger",
      "alter table charges disable trigger user",
      "alter table chain_head disable trigger user",
      "delete from charges where ask_id = 'lost'",
      "update chain_head set (position, hash, charges) = (select position, hash, charges from kept.head)",
    );
    for (const askId of ["next", "and the one after", "lost"])
      expect(await ledger.charge(chargeOf({ askId }))).toMatchObject({
        problem: { code: "ledger-unavailable" },
      });
    await close();
    expect(await refusal(home)).toMatchObject({ code: "ledger-mismatch", message: /lost entries/ });
  });

  test("a server that is killed in the middle of charges loses none that was told, and doubles none", async () => {
    const own = await startCluster(programs ?? "");
    using home = testHome();
    const { ledger, policy, close } = await opened(home, await own.freshDatabase());
    await policy.setBudget("diabetes", { cap: wholeEpsilon(1_000) });
    const told = new Map<string, number>();
    const charge = async (askId: string) => {
      const paid = await ledger.charge(chargeOf({ askId, epsilon: 1_000_000n }));
      if (paid.ok) told.set(askId, paid.value.serial);
      else expect(paid.problem.code).toBe("ledger-unavailable");
    };
    for (let round = 0; round < 4; round += 1) {
      const asks = Array.from({ length: 200 }, (_, n) => `ask-${round}-${n}`);
      const crashing = new Promise((resume) => setTimeout(resume, 20 + 15 * round)).then(() => own.crash());
      for (let n = 0; n < asks.length; n += 10) await Promise.all(asks.slice(n, n + 10).map(charge));
      await expect(ledger.budget("diabetes")).rejects.toThrow("cannot be used");
      await (await crashing)();
      const before = new Map(told);
      await Promise.all(asks.map(charge));
      for (const [askId, serial] of before) expect(told.get(askId)).toBe(serial);
    }
    expect(told.size).toBe(800);
    expect(await ledger.budget("diabetes")).toMatchObject({ charges: 800 });
    await close();
    expect(await verifyLedger(home.file)).toMatchObject({ value: { isSound: true, charges: 800 } });
    await own.stop();
    expect(await refusal(home)).toMatchObject({ code: "ledger-unavailable" });
  });
});

function sealing(address: string) {
  const sql = "insert into ledger_place (only, address, ledger) values (1, ?, null)";
  return { sql, parameters: [address] };
}
