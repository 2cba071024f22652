// A ledger's tables as they are at one moment, and their entries in the order of the chain.

import Database from "better-sqlite3";
import type pg from "pg";
import { nothingAtOrder } from "./at-order.ts";
import { answerHash, type ChainedEntry, type Entry } from "./entry.ts";
import { type LedgerPlace, type LedgerPlaceRow, placeOf } from "./ledger-place.ts";
import type { AllotmentRow, AnswerRow, BudgetRow, ChargeRow, Head, PolicyRow } from "./ledger-tables.ts";
import { rowsOf } from "./postgres-rows.ts";
import { answerEntry, chargeEntry, orderColumns, policyEntry } from "./rows.ts";

type Rows<Row> = Iterable<Row> | AsyncIterable<Row>;

/** Rows come in the order of their positions. */
export type LedgerSnapshot = {
  charges(): Rows<ChargeRow>;
  answers(): Rows<AnswerRow>;
  policies(): Rows<PolicyRow>;
  readonly head: Head | undefined;
  readonly budgets: readonly BudgetRow[];
  readonly allotments: readonly AllotmentRow[];
};

/**
 * Opens a home's file to read alone, and gives what `use` makes of one snapshot of it, and of where the ledger went if
 * it moved away. Throws SQLite's errors.
 */
export async function withSqliteSnapshot<T>(
  file: string,
  use: (snapshot: LedgerSnapshot, movedTo: LedgerPlace | undefined) => Promise<T>,
): Promise<T> {
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout: 15_000 });
  try {
    database.defaultSafeIntegers(true);
    database.exec("begin");
    const all = <Row>(sql: string) => database.prepare(sql).all() as Row[];
    const each = <Row>(sql: string) => database.prepare(sql).iterate() as Iterable<Row>;
    const snapshot: LedgerSnapshot = {
      charges: () => each<ChargeRow>("select * from charges order by position"),
      answers: () => each<AnswerRow>("select * from answers order by position"),
      policies: () => each<PolicyRow>("select * from policy_events order by position"),
      head: all<Head>("select position, hash, charges from chain_head")[0],
      budgets: all<BudgetRow>("select * from budgets").map(withOrder),
      allotments: all("select * from allotments"),
    };
    const knowsMoves = all("select 1 from sqlite_schema where name = 'ledger_place'").length > 0;
    const [row] = knowsMoves ? all<LedgerPlaceRow>("select * from ledger_place") : [];
    return await use(snapshot, row && placeOf(row));
  } finally {
    database.close();
  }
}

/** A page of answers of a few kilobytes each is some megabytes. */
const rowsAtOnce = 1_000;

/** The same in PostgreSQL, inside a transaction under way that sees one moment, or that alone can write. */
export async function postgresSnapshot(client: pg.PoolClient): Promise<LedgerSnapshot> {
  async function* each<Row>(table: string): AsyncGenerator<Row> {
    const cursor = `each_${table}`;
    await rowsOf(
      client,
      undefined,
      `declare ${cursor} cursor for select * from ${table} order by position`,
      [],
    );
    for (;;) {
      const rows = await rowsOf<Row>(client, undefined, `fetch ${rowsAtOnce} from ${cursor}`, []);
      yield* rows;
      if (rows.length < rowsAtOnce) break;
    }
    await rowsOf(client, undefined, `close ${cursor}`, []);
  }
  const all = <Row>(sql: string) => rowsOf<Row>(client, undefined, sql, []);
  return {
    charges: () => each("charges"),
    answers: () => each("answers"),
    policies: () => each("policy_events"),
    head: (await all<Head>("select position, hash, charges from chain_head"))[0],
    budgets: (await all<BudgetRow>("select * from budgets")).map(withOrder),
    allotments: await all("select * from allotments"),
  };
}

/** Tables that nobody has opened since they had no such columns: nothing was lost at an order then. */
function withOrder(row: BudgetRow): BudgetRow {
  return { ...orderColumns(nothingAtOrder), ...row };
}

export function entriesOf(snapshot: LedgerSnapshot): AsyncGenerator<ChainedEntry> {
  return inOrder(
    chained(snapshot.charges(), chargeEntry),
    chained(snapshot.answers(), ({ serial, bytes }) => answerEntry(serial, answerHash(bytes))),
    chained(snapshot.policies(), policyEntry),
  );
}

async function* chained<Row extends { readonly position: bigint; readonly hash: string }>(
  rows: Rows<Row>,
  entryOf: (row: Row) => Entry,
): AsyncGenerator<ChainedEntry> {
  for await (const row of rows) yield { position: row.position, hash: row.hash, entry: entryOf(row) };
}

/** Merges streams that are each in order, holding one entry of each. */
async function* inOrder(...streams: readonly AsyncIterator<ChainedEntry>[]): AsyncGenerator<ChainedEntry> {
  const heads: { stream: AsyncIterator<ChainedEntry>; next: IteratorResult<ChainedEntry> }[] = [];
  for (const stream of streams) heads.push({ stream, next: await stream.next() });
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads) {
      if (head.next.done) continue;
      if (first === undefined || first.next.done || head.next.value.position < first.next.value.position)
        first = head;
    }
    if (first === undefined || first.next.done) return;
    yield first.next.value;
    first.next = await first.stream.next();
  }
}
