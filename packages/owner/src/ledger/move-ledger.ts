// Moves a home's ledger into PostgreSQL, whole or not at all. The home's own is sealed first, so nothing can be spent
// on either side meanwhile; then every row is copied with its hash in one transaction, and before that is committed
// the copy is audited from its first entry to its last as `unseen ledger verify` would. A crash anywhere leaves a
// sealed home, and the next start goes on from what stands at the other end.

import { invariant } from "@unseen/base";
import { failing, isPlainName, PostgresFailed } from "../postgres/index.ts";
import { auditSnapshot } from "./audit-snapshot.ts";
import { type LedgerSnapshot, postgresSnapshot } from "./chain-of-rows.ts";
import type { Head } from "./ledger-tables.ts";
import { headOf, put, type Querying, rowsOf } from "./postgres-rows.ts";
import { newestPostgresVersion, postgresSchema, postgresSteps } from "./postgres-schema.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import {
  allotmentColumns,
  answerColumns,
  budgetColumns,
  chargeColumns,
  policyColumns,
} from "./sqlite-tables.ts";

/** Which ledger it is, at random, and of which home. */
export type LedgerIdentity = { readonly ledger: string; readonly home: string };

/** Any number that no other program locks: "unse" in bytes. */
const schemaLock = 0x75_6e_73_65;
const rowsAtOnce = 1_000;

export type LedgerThere = LedgerIdentity & { readonly head: Head };

/**
 * The ledger in a database's schema, or undefined where there is none, which then is so for certain: a move that was
 * broken off has ended, one way or the other. Throws `PostgresFailed`.
 */
export function ledgerThere(tables: PostgresTables): Promise<LedgerThere | undefined> {
  return tables.transact("begin", async (client) => {
    await movesEnded(client);
    return identityIn(client, tables.schema);
  });
}

/** True if the ledger there has this entry. Position 0 is before the first. Cost: reads all positions once. */
export function hasEntry(tables: PostgresTables, { position, hash }: Pick<Head, "position" | "hash">) {
  if (position === 0n) return Promise.resolve(true);
  return tables.transact("begin", async (client) => {
    const found = ["charges", "answers", "policy_events"].map(
      (table) => `select hash from ${table} where position = $1`,
    );
    const rows = await rowsOf<{ hash: string }>(client, undefined, found.join(" union all "), [position]);
    return rows.length === 1 && rows[0]?.hash === hash;
  });
}

/**
 * Makes the tables and copies the rows, unless a ledger is there already, and gives the one that stands. Throws
 * `PostgresFailed`; then either all of it is there or nothing.
 */
export function makeLedger(
  tables: PostgresTables,
  { ledger, home }: LedgerIdentity,
  from: LedgerSnapshot,
): Promise<LedgerThere> {
  const { schema } = tables;
  invariant(isPlainName(schema), "a schema has a plain name");
  return tables.transact("begin", async (client) => {
    await movesEnded(client);
    const held = await identityIn(client, schema);
    if (held !== undefined) return held;
    const [made] = await rowsOf<{ is: boolean }>(
      client,
      undefined,
      "select to_regnamespace($1) is not null as is",
      [schema],
    );
    if (made?.is !== true) await failing(() => client.query(`create schema "${schema}"`));
    await failing(() => client.query(postgresSchema));
    await rowsOf(client, undefined, "insert into ledger_identity (id, home) values ($1, $2)", [ledger, home]);
    await copy(client, from);
    const copied = await postgresSnapshot(client);
    const report = await auditSnapshot(copied);
    if (!report.isSound || copied.head?.hash !== from.head?.hash)
      throw new PostgresFailed("the copy of the ledger is not what was copied");
    return { ledger, home, head: await headOf(client, "") };
  });
}

/** Waits for whoever makes a ledger in this database, and keeps others from it until the transaction ends. */
async function movesEnded(client: Querying): Promise<void> {
  await failing(() => client.query(`select pg_advisory_xact_lock(${schemaLock})`));
}

async function identityIn(client: Querying, schema: string): Promise<LedgerThere | undefined> {
  const [named] = await rowsOf<{ is: boolean }>(
    client,
    undefined,
    "select to_regclass($1) is not null as is",
    [`${schema}.ledger_identity`],
  );
  if (named?.is !== true) return undefined;
  const [version] = await rowsOf<{ version: number }>(
    client,
    undefined,
    "select max(version) as version from schema_versions",
    [],
  );
  await broughtUp(client, version?.version ?? 0);
  const head = await headOf(client, "");
  const [identity] = await rowsOf<LedgerIdentity>(
    client,
    undefined,
    "select id as ledger, home from ledger_identity",
    [],
  );
  return identity && { ...identity, head };
}

/** Brings the tables of an earlier version up to this one's, in the transaction that found them. */
async function broughtUp(client: Querying, version: number): Promise<void> {
  const steps: string[] = [];
  for (let next = version + 1; next <= newestPostgresVersion; next++) {
    const step = postgresSteps.get(next);
    if (step === undefined) throw new PostgresFailed(ofAnotherVersion);
    steps.push(step, `insert into schema_versions values (${next});`);
  }
  if (version > newestPostgresVersion) throw new PostgresFailed(ofAnotherVersion);
  for (const step of steps) await failing(() => client.query(step));
}

const ofAnotherVersion = "this ledger was made by another version of Unseen";

async function copy(client: Querying, from: LedgerSnapshot): Promise<void> {
  await inPages(from.charges(), (rows) => put(client, "charges", chargeColumns, rows));
  await inPages(from.answers(), (rows) => put(client, "answers", answerColumns, rows));
  await inPages(from.policies(), (rows) => put(client, "policy_events", policyColumns, rows));
  await put(client, "budgets", budgetColumns, from.budgets);
  await put(client, "allotments", allotmentColumns, from.allotments);
  const { head } = from;
  if (head === undefined || head.position === 0n) return;
  await rowsOf(client, undefined, "update chain_head set position = $1, hash = $2, charges = $3", [
    head.position,
    head.hash,
    head.charges,
  ]);
}

async function inPages<Row>(
  rows: Iterable<Row> | AsyncIterable<Row>,
  write: (page: readonly Row[]) => Promise<void>,
): Promise<void> {
  let page: Row[] = [];
  for await (const row of rows) {
    page.push(row);
    if (page.length < rowsAtOnce) continue;
    await write(page);
    page = [];
  }
  await write(page);
}
