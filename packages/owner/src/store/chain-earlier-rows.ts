// Homes of version 1 kept charges, answers and policy events without a chain. This puts what they hold on one: policy
// events and charges by their time, policy first where it is the same, and then the answers, which had no time.

import type Database from "better-sqlite3";
import { amount } from "../ledger/amount.ts";
import { answerHash, type Entry, entryHash, noHash } from "../ledger/entry.ts";
import type { ChargeRow, PolicyRow } from "../ledger/ledger-tables.ts";
import { isRaised, readPolicy } from "../ledger/policy-event.ts";
import { addRho, priceOfCharge, unboundedRho } from "../ledger/rho.ts";
import { answerEntry, chargeEntry, policyEntry } from "../ledger/rows.ts";

export function chainEarlierRows(database: Database.Database): void {
  const head = { position: 0n, hash: noHash };
  const append = (entry: Entry) => {
    head.position += 1n;
    head.hash = entryHash(head.hash, head.position, entry);
    return [head.position, head.hash] as const;
  };
  const chainCharge = database.prepare("update charges set position = ?, hash = ? where serial = ?");
  const chainAnswer = database.prepare("update answers set position = ?, hash = ? where serial = ?");
  const addPolicy = database.prepare(
    "insert into policy_events (position, hash, dataset, at_ms, event) values (?, ?, ?, ?, ?)",
  );
  const charges = rowsOf<ChargeRow>(
    database,
    "select *, '' as joined from charges order by charged_at_ms, serial",
  );
  const policies = rowsOf<PolicyRow>(
    database,
    "select dataset, at_ms, event from earlier_policy_events order by at_ms, serial",
  );

  let next = 0;
  const chainBefore = (atMs: bigint | undefined) => {
    for (let row = charges[next]; row !== undefined; row = charges[next]) {
      if (atMs !== undefined && row.charged_at_ms >= atMs) return;
      chainCharge.run(...append(chargeEntry(row)), row.serial);
      next += 1;
    }
  };
  for (const row of policies) {
    chainBefore(row.at_ms);
    addPolicy.run(...append(policyEntry(row)), row.dataset, row.at_ms, row.event);
  }
  chainBefore(undefined);
  const answers = rowsOf<{ serial: bigint; bytes: Uint8Array }>(
    database,
    "select serial, bytes from answers order by serial",
  );
  for (const { serial, bytes } of answers)
    chainAnswer.run(...append(answerEntry(serial, answerHash(bytes))), serial);

  countRho(database, charges);
  countRenewals(database, policies);
  const most = charges.reduce((last, { serial }) => (serial > last ? serial : last), 0n);
  database.prepare("insert into chain_head values (1, ?, ?, ?)").run(head.position, head.hash, most);
}

function countRho(database: Database.Database, charges: readonly ChargeRow[]): void {
  const lines = new Map<string, { names: readonly string[]; rho: bigint }>();
  for (const { dataset, asker, epsilon, delta, event } of charges) {
    const price = priceOfCharge(amount(epsilon, delta), event);
    // Lines of that version knew no delta beside a rho.
    const rho = price.beside === 0n ? price.rho : unboundedRho;
    for (const names of [[dataset], [dataset, asker]]) {
      const key = JSON.stringify(names);
      lines.set(key, { names, rho: addRho(lines.get(key)?.rho ?? 0n, rho) });
    }
  }
  const setBudget = database.prepare("update budgets set spent_rho = ? where dataset = ?");
  const setAllotment = database.prepare(
    "update allotments set spent_rho = ? where dataset = ? and asker = ?",
  );
  for (const { names, rho } of lines.values())
    (names.length === 1 ? setBudget : setAllotment).run(String(rho).padStart(64, "0"), ...names);
}

function countRenewals(database: Database.Database, policies: readonly PolicyRow[]): void {
  const add = database.prepare("update budgets set renewals = renewals + 1 where dataset = ?");
  const caps = new Map<string, ReturnType<typeof amount>>();
  for (const { dataset, event } of policies) {
    const decision = readPolicy(event);
    if (decision?.kind !== "budget") continue;
    const held = caps.get(dataset);
    if (held !== undefined && isRaised(held, decision.cap)) add.run(dataset);
    caps.set(dataset, decision.cap);
  }
}

function rowsOf<Row>(database: Database.Database, sql: string): Row[] {
  return database.prepare(sql).all() as Row[];
}
