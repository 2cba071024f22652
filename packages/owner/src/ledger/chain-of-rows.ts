// The entries of a ledger's tables in the order of the chain, read in one snapshot.

import Database from "better-sqlite3";
import { answerHash, type ChainedEntry, type Entry } from "./entry.ts";
import type { AllotmentRow, AnswerRow, BudgetRow, ChargeRow, Head, PolicyRow } from "./ledger-tables.ts";
import { answerEntry, chargeEntry, policyEntry } from "./rows.ts";

export type LedgerSnapshot = {
  entries(): Iterable<ChainedEntry>;
  readonly head: Head | undefined;
  readonly budgets: readonly BudgetRow[];
  readonly allotments: readonly AllotmentRow[];
};

/** Opens a home's file to read alone, and gives what `use` makes of one snapshot of it. Throws SQLite's errors. */
export function withSqliteSnapshot<T>(file: string, use: (snapshot: LedgerSnapshot) => T): T {
  const database = new Database(file, { readonly: true, fileMustExist: true, timeout: 15_000 });
  try {
    database.defaultSafeIntegers(true);
    database.exec("begin");
    const all = <Row>(sql: string) => database.prepare(sql).all() as Row[];
    const each = <Row>(sql: string) => database.prepare(sql).iterate() as Iterator<Row>;
    return use({
      entries: () =>
        inOrder(
          chained(each<ChargeRow>("select * from charges order by position"), (row) => chargeEntry(row)),
          chained(each<AnswerRow>("select * from answers order by position"), ({ serial, bytes }) =>
            answerEntry(serial, answerHash(bytes)),
          ),
          chained(each<PolicyRow>("select * from policy_events order by position"), policyEntry),
        ),
      head: all<Head>("select position, hash, charges from chain_head")[0],
      budgets: all("select * from budgets"),
      allotments: all("select * from allotments"),
    });
  } finally {
    database.close();
  }
}

function* chained<Row extends { readonly position: bigint; readonly hash: string }>(
  rows: Iterator<Row>,
  entryOf: (row: Row) => Entry,
): Generator<ChainedEntry> {
  for (let next = rows.next(); !next.done; next = rows.next()) {
    const { position, hash } = next.value;
    yield { position, hash, entry: entryOf(next.value) };
  }
}

/** Merges streams that are each in order, holding one entry of each. */
function* inOrder(...streams: readonly Iterator<ChainedEntry>[]): Generator<ChainedEntry> {
  const heads = streams.map((stream) => ({ stream, next: stream.next() }));
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads) {
      if (head.next.done) continue;
      if (first === undefined || first.next.done || head.next.value.position < first.next.value.position)
        first = head;
    }
    if (first === undefined || first.next.done) return;
    yield first.next.value;
    first.next = first.stream.next();
  }
}
