import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { verifyLedger } from "../ledger/index.ts";
import { chargeOf, openLedger } from "../ledger/ledger-for-tests.ts";
import { migrations } from "./migrations.ts";
import { Store } from "./store.ts";

test("a home of version 1 is put on the chain: what was spent and answered stands, and the ledger is sound", async () => {
  const directory = mkdtempSync(join(tmpdir(), "unseen-upgrade-"));
  const file = join(directory, "unseen.sqlite");
  const old = new Database(file);
  old.exec("create table schema_versions (version integer primary key) strict");
  old.exec(migrations[0]?.sql ?? "");
  const rho = '[{"mechanism":"discrete-gaussian","rho":"1/100"}]';
  old.exec(`
    insert into schema_versions values (1);
    insert into budgets values ('diabetes', 3000000000, 2000000, null, null, 1500000000, 1000000, 2);
    insert into allotments values ('diabetes', 'ada', null, null, 1500000000, 1000000, 2);
    insert into policy_events values
      (1, 'diabetes', 5, '{"cap":{"epsilon":"1","delta":"0.000000000002"},"allotment":null}'),
      (2, 'diabetes', 20, '{"cap":{"epsilon":"3","delta":"0.000000000002"},"allotment":null}');
    insert into charges values (1, 'ada', '1', 'diabetes', 'h', 500000000, 1000000, '${rho}', 10);
    insert into charges values (2, 'ada', '2', 'diabetes', 'h', 1000000000, 0, '[]', 30);
    insert into answers values (1, x'01');
  `);
  old.close();

  const store = Store.open(file);
  const { ledger } = openLedger(store);
  expect(await ledger.budget("diabetes")).toMatchObject({
    spent: { epsilon: 1_500_000_000n },
    renewals: 1,
    charges: 2,
  });
  expect(await ledger.recorded({ asker: "ada", askId: "1" }, "h")).toEqual({
    ok: true,
    value: Uint8Array.of(1),
  });
  expect(await verifyLedger(file)).toMatchObject({
    ok: true,
    value: { isSound: true, entries: 5, charges: 2 },
  });
  expect(await ledger.charge(chargeOf({}))).toMatchObject({ ok: true, value: { serial: 3 } });
  expect(await verifyLedger(file)).toMatchObject({ ok: true, value: { isSound: true, entries: 6 } });
  store.close();
  rmSync(directory, { recursive: true });
});
