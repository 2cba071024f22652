// Lines that are spent at one order, in a home's file: what the verifier, the database and an earlier home make of them.

import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { openTestHome, testHome } from "../store/home-for-tests.ts";
import type { Home } from "../store/index.ts";
import { amount } from "./amount.ts";
import { takenAtOrder } from "./at-order.ts";
import { noHash } from "./entry.ts";
import { chargeOf, openLedger } from "./ledger-for-tests.ts";
import { LedgerGroup } from "./ledger-group.ts";
import type { LedgerRows } from "./ledger-tables.ts";
import { priceOfCharge } from "./rho.ts";
import { exportLedger, verifyExport, verifyLedger } from "./verify-ledger.ts";

const cap = amount(3_000_000_000n, 10n ** 12n);

const trainingEvent = JSON.stringify({
  neighbours: "add-or-remove-one",
  event: {
    kind: "self-composed",
    event: { kind: "poisson-sampled", probability: 0.01, event: { kind: "gaussian", noiseMultiplier: 2 } },
    count: 1_000,
  },
});
const training = (askId: string) =>
  chargeOf({ askId, epsilon: 800_000_000n, delta: 10n ** 10n, event: trainingEvent });

/** A line under one filter and then another, renewed, lowered, and charged in between. */
async function fill({ store }: Home): Promise<void> {
  const { ledger, policy } = openLedger(store);
  await policy.setBudget("diabetes", { cap, filter: "zcdp-keys" });
  for (const n of [1, 2]) await ledger.charge(training(`early-${n}`));
  await policy.setBudget("diabetes", { cap, filter: "renyi" });
  for (let n = 0; n < 5; n += 1) await ledger.charge(training(`late-${n}`));
  await ledger.charge(chargeOf({ askId: "pure" }));
  await policy.renew("diabetes", amount(10n ** 9n, 0n), "a second study");
  await Promise.all([
    ledger.charge(training("last")),
    policy.setBudget("diabetes", { cap, filter: "renyi" }),
  ]);
}

async function report(home: Home) {
  const read = await verifyLedger(home.file);
  if (!read.ok) throw new Error(read.problem.message);
  return read.value;
}

test("a line that was counted again is sound, in the home and as an export", async () => {
  using home = testHome();
  await fill(home);
  const told = await report(home);
  expect(told).toMatchObject({ isSound: true, findings: [], datasets: [{ charges: 9, renewals: 1 }] });
  const parts: string[] = [];
  await exportLedger(home.file, (text) => parts.push(text));
  expect(verifyExport(parts.join(""))).toEqual(told);
  const { loss } = await openLedger(home.store).ledger.budget("diabetes");
  expect(told.datasets[0]?.loss).toEqual(loss);
});

/** The file as somebody without the ledger's code may change it. */
function changed(home: Home, sql: string, withRules: boolean): void {
  const database = new Database(home.file);
  if (!withRules) database.exec("drop trigger budgets_at_order_goes_up");
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}

test("what was lost at an order never goes down under one cap, and whoever changes it is found", async () => {
  for (const column of ["lost_at_order", "beside_at_order"]) {
    using home = testHome();
    await fill(home);
    await openLedger(home.store).ledger.charge(
      chargeOf({ askId: "keys", epsilon: 1_000_000n, delta: 10n ** 9n, event: "{}" }),
    );
    expect((await report(home)).isSound).toBe(true);
    const nothing = column === "lost_at_order" ? `'${"0".repeat(64)}'` : "0";
    const lower = `update budgets set ${column} = ${nothing} where dataset = 'diabetes'`;
    expect(() => changed(home, lower, true)).toThrow("spending never goes down");
    expect((await report(home)).isSound).toBe(true);
    changed(home, lower, false);
    expect(await report(home)).toMatchObject({
      isSound: false,
      findings: [{ rule: expect.stringContaining(column) }],
    });
  }
});

/** Takes version 8 of the tables away again. */
const asVersionSeven = `
  drop trigger budgets_at_order_goes_up;
  alter table budgets drop column lost_at_order;
  alter table budgets drop column beside_at_order;
  alter table budgets rename column filter to later_filter;
  alter table budgets add column filter text not null default 'basic' check (filter in ('basic', 'zcdp', 'zcdp-keys'));
  update budgets set filter = later_filter;
  alter table budgets drop column later_filter;
  delete from schema_versions where version = 8;
`;

test("a home from before is verified and opened as it was; registered again, its trainings are counted anew", async () => {
  using home = testHome();
  const { ledger, policy } = openLedger(home.store);
  await policy.setBudget("diabetes", { cap, filter: "zcdp-keys" });
  const admitted: boolean[] = [];
  for (let n = 0; n < 4; n += 1) admitted.push((await ledger.charge(training(`early-${n}`))).ok);
  expect(admitted).toEqual([true, true, true, false]);
  const before = await ledger.budget("diabetes");
  home.store.close();
  changed(home, asVersionSeven, true);
  expect((await report(home)).isSound).toBe(true);

  const again = openTestHome(home.directory);
  const opened = openLedger(again.store);
  expect(await opened.ledger.budget("diabetes")).toEqual(before);
  expect((await opened.ledger.charge(training("refused"))).ok).toBe(false);
  await opened.policy.setBudget("diabetes", { cap, filter: "renyi" });
  for (let n = 0; n < 9; n += 1) expect((await opened.ledger.charge(training(`late-${n}`))).ok).toBe(true);
  expect((await opened.ledger.charge(training("past"))).ok).toBe(false);
  expect(await report(home)).toMatchObject({ isSound: true, charges: 12 });
  again.close();
});

test("a cap that is lowered below what was lost admits nothing more, and raised again goes on", async () => {
  using home = testHome();
  const { ledger, policy } = openLedger(home.store);
  await policy.setBudget("diabetes", { cap, filter: "renyi" });
  for (let n = 0; n < 4; n += 1) await ledger.charge(training(`ask-${n}`));
  const { remaining } = await ledger.budget("diabetes");
  await policy.setBudget("diabetes", { cap: amount(10n ** 9n, cap.delta) });
  expect((await ledger.budget("diabetes")).remaining.epsilon).toBe(0n);
  expect((await ledger.charge(chargeOf({ askId: "more", epsilon: 1n }))).ok).toBe(false);
  await policy.setBudget("diabetes", { cap });
  expect((await ledger.budget("diabetes")).remaining).toEqual(remaining);
  expect((await report(home)).isSound).toBe(true);
});

test("a cap that changes in the group of a charge counts that charge again too", () => {
  const nobody: LedgerRows = {
    head: { position: 0n, hash: noHash, charges: 0n },
    charge: () => undefined,
    answer: () => undefined,
    budget: () => undefined,
    allotment: () => undefined,
    history: () => [],
  };
  const group = new LedgerGroup(nobody, 0);
  const wish = { cap, allotment: undefined, filter: "renyi", reason: "" } as const;
  group.setBudget("diabetes", wish);
  expect(group.charge(training("first")).ok).toBe(true);
  expect(group.charge({ ...training("second"), datasets: ["diabetes"] }).ok).toBe(true);
  const more = amount(10n ** 10n, 10n ** 12n);
  group.setBudget("diabetes", { ...wish, cap: more });
  const { event, ...price } = training("first");
  const once = takenAtOrder(amount(more.epsilon, more.delta / 2n), priceOfCharge(price, event));
  const [row] = group.writes()?.budgets ?? [];
  expect(BigInt(row?.lost_at_order ?? "0")).toBe(2n * once.lost);
});

test("several openings that train at once never pass the cap together", async () => {
  using home = testHome();
  const others = [home, openTestHome(home.directory), openTestHome(home.directory)];
  const all = others.map(({ store }) => openLedger(store));
  await all[0]?.policy.setBudget("diabetes", { cap, filter: "renyi" });
  const outcomes = await Promise.all(
    all.flatMap(({ ledger }, writer) =>
      Array.from({ length: 8 }, (_, n) => ledger.charge(training(`${writer}-${n}`))),
    ),
  );
  expect(outcomes.filter(({ ok }) => ok).length).toBe(12);
  expect((await report(home)).isSound).toBe(true);
  for (const other of others.slice(1)) other.close();
});
