// Durable charges a second, against what plain better-sqlite3 does with the same disk in the same seconds: one
// row inserted and forced to the disk, alone or 64 in a transaction. A charge does more than the insert: it looks
// for an earlier ask, checks the dataset's and the asker's lines, and writes both.
//
// Ours and the baseline take turns of half a second, because the disk's speed moves with the load; the figures
// are medians over the turns. `ledger/sqlite-grouped-64` is `ledger/grouped-64` under the name that stands beside
// `ledger/postgres-grouped-64`, whose baseline is one insert of 64 plain rows in the same server.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import pg from "pg";
import { platformEntropy } from "../packages/base/src/index.ts";
import type { Ledger } from "../packages/owner/src/ledger/index.ts";
import {
  chargeOf,
  openLedger,
  stillClock,
  wholeEpsilon,
} from "../packages/owner/src/ledger/ledger-for-tests.ts";
import {
  postgresLedger,
  postgresPrograms,
  startCluster,
} from "../packages/owner/src/ledger/postgres-for-tests.ts";
import { openHome } from "../packages/owner/src/store/index.ts";

const turns = 7;
const turnMs = 500;
const callers = 64;

type Line = { name: string; value: number; unit: string; baseline: number; ratio: number };

export async function* run(): AsyncGenerator<Line> {
  const directory = mkdtempSync(join(tmpdir(), "unseen-bench-ledger-"));
  const home = openHome(join(directory, "home"), { entropy: platformEntropy(globalThis.crypto) });
  if (!home.ok) throw new Error(home.problem.message, { cause: home.problem });
  const { ledger, policy } = openLedger(home.value.store);
  await policy.setBudget("diabetes", { cap: wholeEpsilon(1_000_000_000) });
  const plain = openPlain(join(directory, "plain.sqlite"));
  const ask = chargeUnderFreshIds(ledger);

  yield await compare(
    "ledger/single",
    () => rateOf(1, ask),
    () => rateOf(1, async () => plain.insert(1)),
  );
  const grouped = async () => (await rateOf(1, async () => plain.insert(callers))) * callers;
  const line = await compare("ledger/grouped-64", () => rateOf(callers, ask), grouped);
  yield line;
  yield { ...line, name: "ledger/sqlite-grouped-64" };

  plain.close();
  home.value.close();
  rmSync(directory, { recursive: true, force: true });
  yield* onPostgres();
}

async function* onPostgres(): AsyncGenerator<Line> {
  const programs = postgresPrograms();
  if (programs === undefined) {
    console.error("There is no PostgreSQL here: ledger/postgres-grouped-64 was not measured.");
    return;
  }
  const cluster = await startCluster(programs);
  const address = await cluster.freshDatabase();
  const { ledger, policy, close } = await postgresLedger({ address, clock: stillClock });
  await policy.setBudget("diabetes", { cap: wholeEpsilon(1_000_000_000) });
  const plain = new pg.Client({ connectionString: address });
  await plain.connect();
  await plain.query(`create table plain (serial bigserial primary key, asker text, ask_id text, dataset text,
    question_hash text, epsilon bigint, delta bigint, event text, charged_at_ms bigint)`);
  const ask = chargeUnderFreshIds(ledger);
  yield await compare(
    "ledger/postgres-grouped-64",
    () => rateOf(callers, ask),
    async () => (await rateOf(1, async () => void (await plain.query(plainRows)))) * callers,
  );
  await plain.end();
  await close();
  await cluster.stop();
}

/** Prepared once; 64 equal rows in one transaction. */
const plainRows = {
  name: "plain rows",
  text: `insert into plain (asker, ask_id, dataset, question_hash, epsilon, delta, event, charged_at_ms)
    select 'asker-1', 'ask-1', 'diabetes', 'mean-bp', 1000, 0, $1, 0 from generate_series(1, ${callers})`,
  values: [chargeOf({}).event],
};

async function compare(
  name: string,
  ours: () => Promise<number>,
  baseline: () => Promise<number>,
): Promise<Line> {
  await ours();
  await baseline();
  const measured: { ours: number; baseline: number }[] = [];
  for (let turn = 0; turn < turns; turn += 1)
    measured.push({ ours: await ours(), baseline: await baseline() });
  const value = median(measured.map((each) => each.ours));
  const ratio = median(measured.map((each) => each.ours / each.baseline));
  const line = {
    name,
    value,
    unit: "charges/s",
    baseline: median(measured.map((each) => each.baseline)),
    ratio,
  };
  return {
    ...line,
    value: Math.round(value),
    baseline: Math.round(line.baseline),
    ratio: Number(ratio.toFixed(3)),
  };
}

/** How often a second `work` is done when `atOnce` callers each start again as soon as they are done. */
async function rateOf(atOnce: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  let done = 0;
  const caller = async () => {
    while (performance.now() - start < turnMs) {
      await work();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  return (done * 1000) / (performance.now() - start);
}

function chargeUnderFreshIds(ledger: Ledger): () => Promise<void> {
  let asks = 0;
  return async () => {
    asks += 1;
    const paid = await ledger.charge(
      chargeOf({ asker: `asker-${asks % 64}`, askId: `ask-${asks}`, epsilon: 1_000n }),
    );
    if (!paid.ok) throw new Error(paid.problem.message);
  };
}

function openPlain(file: string): { insert(rows: number): void; close(): void } {
  const database = new Database(file);
  database.pragma("journal_mode = wal");
  database.pragma("synchronous = full");
  database.exec(`create table charges (serial integer primary key, asker text, ask_id text, dataset text,
    question_hash text, epsilon integer, delta integer, event text, charged_at_ms integer) strict`);
  const insert = database.prepare("insert into charges values (null, ?, ?, ?, ?, ?, ?, ?, ?)");
  const { event } = chargeOf({});
  const insertRows = (rows: number) => {
    for (let row = 0; row < rows; row += 1)
      insert.run("asker-1", "ask-1", "diabetes", "mean-bp", 1_000n, 0n, event, 0n);
  };
  const together = database.transaction(insertRows);
  return {
    insert: (rows) => (rows === 1 ? insertRows(1) : together.immediate(rows)),
    close: () => database.close(),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
