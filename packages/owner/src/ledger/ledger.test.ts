import { expect, test } from "vitest";
import { openTestHome, testHome } from "../store/home-for-tests.ts";
import { queries, type Store } from "../store/index.ts";
import { amount } from "./amount.ts";
import { ledgerContract } from "./ledger-contract-for-tests.ts";
import { chargeOf, openLedger, wholeEpsilon } from "./ledger-for-tests.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

ledgerContract(async () => {
  const home = testHome();
  const others: ReturnType<typeof openTestHome>[] = [];
  return {
    ...openLedger(home.store),
    again: async () => {
      const other = openTestHome(home.directory);
      others.push(other);
      return openLedger(other.store).ledger;
    },
    [Symbol.asyncDispose]: async () => {
      for (const other of others) other.close();
      home[Symbol.dispose]();
    },
  };
});

test("a full disk refuses the whole group, spends nothing, and the ledger serves again when there is room", async () => {
  using home = testHome();
  const { ledger, policy } = openLedger(home.store);
  await policy.setBudget("diabetes", { cap: wholeEpsilon(1000) });
  const paid = await ledger.charge(chargeOf({ askId: "before" }));
  if (!paid.ok) throw new Error(paid.problem.message);
  home.store.limitPages(home.store.pageCount());

  const event = JSON.stringify("m".repeat(4096)); // each charge needs a page
  const ask = (n: number) => ledger.charge(chargeOf({ askId: `full-${n}`, event }));
  const refused = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(n)));
  for (const each of refused) {
    expect(each).toMatchObject({ problem: { code: "ledger-unavailable", facts: { charged: "no" } } });
  }
  expect(await ledger.record(paid.value, new Uint8Array(20_000).fill(1))).toMatchObject({
    problem: { code: "answer-not-recorded" },
  });
  expect(await ledger.budget("diabetes")).toMatchObject({ charges: 1, spent: amount(500_000_000n, 0n) });
  expect(rowsOf(home.store)).toBe(1);

  home.store.limitPages(1_000_000);
  const served = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(n)));
  expect(served.every(({ ok }) => ok)).toBe(true);
  expect(await ledger.record(paid.value, new Uint8Array(20_000).fill(1))).toMatchObject({ ok: true });
  expect((await ledger.budget("diabetes")).charges).toBe(21);
});

test("the database itself refuses to change or remove a charge, an answer or what was spent", async () => {
  using home = testHome();
  const { ledger, policy } = openLedger(home.store);
  await policy.setBudget("diabetes", { cap: wholeEpsilon(1) });
  const paid = await ledger.charge(chargeOf({}));
  if (paid.ok) await ledger.record(paid.value, bytes("94.6"));
  const forbidden = [
    queries.updateTable("charges").set({ epsilon: 1n }),
    queries.deleteFrom("charges"),
    queries.updateTable("answers").set({ bytes: bytes("0") }),
    queries.deleteFrom("answers"),
    queries.updateTable("budgets").set({ spent_epsilon: 0n }),
    queries.deleteFrom("budgets"),
    queries.updateTable("allotments").set({ spent_epsilon: 0n }),
    queries.deleteFrom("policy_events"),
  ];
  for (const query of forbidden) expect(() => home.store.all<unknown>(query)).toThrow(/never/);
});

function rowsOf(store: Store): number {
  return store.all(queries.selectFrom("charges").select("serial")).length;
}
