import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { amount } from "./amount.ts";
import { ledgerContract } from "./ledger-contract-for-tests.ts";
import { chargeOf, stillClock, wholeEpsilon } from "./ledger-for-tests.ts";
import { postgresLedger, postgresPrograms, startCluster, type TestCluster } from "./postgres-for-tests.ts";

const programs = postgresPrograms();
if (programs === undefined)
  console.warn("There is no PostgreSQL here (initdb was not found): the PostgreSQL ledger was NOT tested.");

describe.skipIf(programs === undefined)("in PostgreSQL", () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster(programs ?? "");
  });
  afterAll(() => cluster?.stop());

  const opened = (address: string) => postgresLedger({ address, clock: stillClock });

  ledgerContract(async () => {
    const address = await cluster.freshDatabase();
    const all = [await opened(address)] as [Awaited<ReturnType<typeof opened>>];
    return {
      ...all[0],
      again: async () => {
        const other = await opened(address);
        all.push(other);
        return other.ledger;
      },
      [Symbol.asyncDispose]: async () => {
        await Promise.all(all.map((each) => each.close()));
      },
    };
  });

  test("tables of the version before are brought up to this one's, with all that they hold", async () => {
    const address = await cluster.freshDatabase();
    const first = await opened(address);
    await first.policy.setBudget("diabetes", {
      cap: amount(3_000_000_000n, 10n ** 12n),
      filter: "zcdp-keys",
    });
    await first.ledger.charge(chargeOf({}));
    const before = await first.ledger.budget("diabetes");
    await first.close();
    const client = new pg.Client({ connectionString: address });
    await client.connect();
    await client.query(`set search_path = unseen_ledger;
      drop trigger budgets_at_order_goes_up on budgets;
      alter table budgets drop column lost_at_order, drop column beside_at_order;
      alter table budgets drop constraint budgets_filter_check;
      alter table budgets add check (filter in ('basic', 'zcdp', 'zcdp-keys'));
      delete from schema_versions;
      insert into schema_versions values (2);`);
    const [one, other] = await Promise.all([opened(address), opened(address)]);
    expect(await one.ledger.budget("diabetes")).toEqual(before);
    await other.policy.setBudget("diabetes", { cap: before.cap, filter: "renyi" });
    expect((await one.ledger.budget("diabetes")).loss).toEqual(before.loss);
    expect((await one.ledger.charge(chargeOf({ askId: "ask-2" }))).ok).toBe(true);
    await expect(
      client.query(`update unseen_ledger.budgets set lost_at_order = repeat('0', 64)`),
    ).rejects.toThrow("spending never goes down");
    await client.query("insert into unseen_ledger.schema_versions values (99)");
    await expect(opened(address)).rejects.toThrow("another version");
    await client.end();
    await Promise.all([one.close(), other.close()]);
  });

  test("eight openings of one ledger that charge at once reach the cap exactly and never pass it", async () => {
    const address = await cluster.freshDatabase();
    const all = await Promise.all(Array.from({ length: 8 }, () => opened(address)));
    await all[0]?.policy.setBudget("diabetes", { cap: amount(301_000n, 0n) });
    const outcomes = await Promise.all(
      all.flatMap(({ ledger }, writer) =>
        Array.from({ length: 50 }, (_, n) =>
          ledger.charge(chargeOf({ asker: `writer-${writer}`, askId: `ask-${n}`, epsilon: 1_000n })),
        ),
      ),
    );
    expect(outcomes.filter(({ ok }) => ok).length).toBe(301);
    const serials = outcomes.flatMap((each) => (each.ok ? [each.value.serial] : []));
    expect(serials.sort((a, b) => a - b)).toEqual(Array.from({ length: 301 }, (_, n) => n + 1));
    expect(await all[1]?.ledger.budget("diabetes")).toMatchObject({
      charges: 301,
      spent: amount(301_000n, 0n),
    });
    await Promise.all(all.map((each) => each.close()));
  });

  test("the database itself refuses to change or remove a charge, an answer or what was spent", async () => {
    const address = await cluster.freshDatabase();
    const { ledger, policy, close } = await opened(address);
    await policy.setBudget("diabetes", { cap: wholeEpsilon(1) });
    const paid = await ledger.charge(chargeOf({}));
    if (paid.ok) await ledger.record(paid.value, Uint8Array.of(1));
    const client = new pg.Client({ connectionString: address });
    await client.connect();
    await client.query("set search_path = unseen_ledger");
    const forbidden = [
      "update charges set epsilon = 1",
      "delete from charges",
      "update answers set bytes = ''",
      "delete from answers",
      "truncate charges cascade",
      "update budgets set spent_epsilon = 0",
      "update budgets set spent_rho = repeat('0', 64)",
      "delete from budgets",
      "update allotments set spent_epsilon = 0",
      "delete from policy_events",
      "update chain_head set position = 1",
      "update ledger_identity set home = 'node_other'",
    ];
    for (const text of forbidden) await expect(client.query(text)).rejects.toThrow(/never/);
    await client.end();
    await close();
  });

  test("a server that is gone refuses, says that nothing was spent or that it is not known, and is not fatal", async () => {
    const own = await startCluster(programs ?? "");
    const { ledger, policy, close } = await opened(await own.freshDatabase());
    await policy.setBudget("diabetes", { cap: wholeEpsilon(1) });
    await own.stop();
    expect(await ledger.charge(chargeOf({}))).toMatchObject({
      problem: { code: "ledger-unavailable", facts: { charged: "unknown" } },
    });
    await close();
  });
});

test("a PostgreSQL server that cannot be reached is told at once", async () => {
  const nowhere = postgresLedger({ address: "postgres://unseen@127.0.0.1:1/none", clock: stillClock });
  await expect(nowhere).rejects.toThrow("PostgreSQL failed");
});
