import type { Clock } from "@unseen/base";
import type { Store } from "../store/index.ts";
import { GroupedLedger } from "./grouped-ledger.ts";
import type { Ledger } from "./ledger.ts";
import { SqliteTables } from "./sqlite-tables.ts";

/** Opens the ledger of a home. Any number may be open on one home, in one process or in many. */
export function sqliteLedger({ store, clock }: { readonly store: Store; readonly clock: Clock }): Ledger {
  return new GroupedLedger(new SqliteTables(store), clock);
}
