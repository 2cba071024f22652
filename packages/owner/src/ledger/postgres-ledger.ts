import type { Clock } from "@unseen/base";
import { LedgerPolicy } from "./budget-policy.ts";
import { GroupedLedger } from "./grouped-ledger.ts";
import type { Ledger } from "./ledger.ts";
import { PostgresTables } from "./postgres-tables.ts";

export type PostgresLedger = {
  readonly ledger: Ledger;
  readonly policy: LedgerPolicy;
  close(): Promise<void>;
};

/**
 * Opens the ledger in the database at `address` ("postgres://user:password@host:5432/database"), making its tables if
 * they are not there. Any number of processes may have it open. Rejects with `PostgresFailed` if it cannot be reached.
 */
export async function postgresLedger({
  address,
  clock,
}: {
  readonly address: string;
  readonly clock: Clock;
}): Promise<PostgresLedger> {
  const tables = await PostgresTables.open(address);
  return {
    ledger: new GroupedLedger(tables, clock),
    policy: new LedgerPolicy(tables, clock),
    close: () => tables.close(),
  };
}
