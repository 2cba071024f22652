// The ledger of a home, wherever it is kept. Which one it is stands in the home from the first use on and decides
// alone: another database, an emptied one, or one that has lost entries is refused, so what was spent is never forgotten
// because an address was changed.

import { type Clock, type Entropy, err, ok, type Problem, type Result } from "@unseen/base";
import {
  addressInvalid,
  addressText,
  isPlainName,
  type PostgresAddress,
  PostgresFailed,
  parsePostgresAddress,
} from "../postgres/index.ts";
import type { Home, Store } from "../store/index.ts";
import { auditSnapshot } from "./audit-snapshot.ts";
import { BudgetPolicy, LedgerPolicy } from "./budget-policy.ts";
import { withSqliteSnapshot } from "./chain-of-rows.ts";
import { GroupedLedger } from "./grouped-ledger.ts";
import type { Ledger } from "./ledger.ts";
import {
  abandonMove,
  beginMove,
  type LedgerPlace,
  ledgerPlace,
  rememberHead,
  settlePlace,
} from "./ledger-place.ts";
import type { Head } from "./ledger-tables.ts";
import { hasEntry, ledgerThere, makeLedger } from "./move-ledger.ts";
import { PostgresTables } from "./postgres-tables.ts";
import { ledgerMismatch, ledgerUnreachable } from "./refusals.ts";
import { sqliteLedger } from "./sqlite-ledger.ts";

export type HomeLedger = {
  readonly ledger: Ledger;
  readonly policy: LedgerPolicy;
  /** The address of its database, without a password; undefined where it is in the home. */
  readonly keptAt: string | undefined;
  close(): Promise<void>;
};

type NotOpened = Problem<"ledger-unavailable" | "ledger-mismatch" | "database-address-invalid">;
type Ports = { readonly home: Home; readonly clock: Clock; readonly entropy: Entropy };

/** How much of the chain's end a killed node may forget to have seen. A write costs the home one fsync. */
const rememberMs = 60_000;

/**
 * Opens the ledger that the home is bound to. With `wanted`, the address of a PostgreSQL database without a password,
 * a home that keeps its own ledger moves it there, whole, before anything else; a home whose ledger has moved takes
 * the new address if it finds the same ledger there.
 */
export async function openHomeLedger(
  ports: Ports,
  wanted: string | undefined,
): Promise<Result<HomeLedger, NotOpened>> {
  const { store } = ports.home;
  const place = ledgerPlace(store);
  const text = wanted ?? place?.address;
  if (text === undefined)
    return ok({
      ledger: sqliteLedger({ store, clock: ports.clock }),
      policy: new BudgetPolicy({ store, clock: ports.clock }),
      keptAt: undefined,
      close: async () => {},
    });
  const address = ledgerAddress(text);
  if (!address.ok) return address;
  let tables: PostgresTables | undefined;
  try {
    tables = new PostgresTables(address.value);
    const found =
      place?.ledger === undefined
        ? await settle(ports, tables)
        : await foundAgain(ports, tables, { ...place, ledger: place.ledger });
    if (found.ok) return ok(opened(ports, tables, found.value));
    await tables.close();
    return found;
  } catch (error) {
    await tables?.close();
    if (error instanceof PostgresFailed || tables === undefined) return err(ledgerUnreachable(error));
    throw error;
  }
}

function ledgerAddress(text: string): Result<PostgresAddress, Problem<"database-address-invalid">> {
  const address = parsePostgresAddress(text, ["schema"]);
  if (!address.ok || isPlainName(address.value.more.get("schema") ?? "a")) return address;
  return err(addressInvalid("a schema's name has small letters, digits and underscores, at most 63"));
}

type Found = { readonly ledger: string; readonly head: Head };

/** A home whose ledger is bound: the database must hold that one, with all of it that the home has seen. */
async function foundAgain(
  { home }: Ports,
  tables: PostgresTables,
  place: LedgerPlace & { readonly ledger: string },
): Promise<Result<Found, NotOpened>> {
  const there = await ledgerThere(tables);
  if (there === undefined)
    return err(
      ledgerMismatch(
        "There is no ledger in that database, and this home is bound to one that is kept in PostgreSQL.",
        "what was spent stands in that ledger alone: restore the database, or give the address where it is now",
      ),
    );
  if (there.ledger !== place.ledger)
    return err(
      ledgerMismatch(
        "That database holds another ledger than the one that this home is bound to.",
        "a home keeps to its ledger for ever; give the address where it is now",
      ),
    );
  if (!(await hasEntry(tables, place.known)))
    return err(
      ledgerMismatch(
        "The ledger in that database has lost entries that this home has seen there.",
        "it may be a backup or a standby that was behind: questions that were paid for would be forgotten; restore a later state",
      ),
    );
  const text = addressText(tables.address);
  if (text !== place.address) await settlePlace(home.store, text, there.ledger);
  return ok(there);
}

/** Binds a home to a ledger in PostgreSQL, moving the home's own there. */
async function settle({ home, entropy }: Ports, tables: PostgresTables): Promise<Result<Found, NotOpened>> {
  const { store, nodeId, file } = home;
  const before = await ledgerThere(tables);
  if (before !== undefined && before.home !== nodeId) return err(ofAnotherHome());
  const address = addressText(tables.address);
  await beginMove(store, address);
  const arrived = await withSqliteSnapshot(file, async (own): Promise<Result<Found, NotOpened>> => {
    const report = await auditSnapshot(own);
    if (!report.isSound) return err(notWhole());
    const fresh = { ledger: `ledger_${hexOf(entropy)}`, home: nodeId };
    const there = before ?? (await makeLedger(tables, fresh, own));
    if (there.home !== nodeId) return err(ofAnotherHome());
    return own.head !== undefined && (await hasEntry(tables, own.head)) ? ok(there) : err(anotherCopy());
  }).catch((error) => abandoned(error, store, tables));
  if (!arrived.ok) {
    await abandonMove(store);
    return arrived;
  }
  return (await settlePlace(store, address, arrived.value.ledger)) ? arrived : err(movedMeanwhile());
}

/** After a failure the home gets its ledger back, if it is certain that nothing has arrived. */
async function abandoned(error: unknown, store: Store, tables: PostgresTables): Promise<never> {
  if (error instanceof PostgresFailed && (await ledgerThere(tables)) === undefined) await abandonMove(store);
  throw error;
}

function opened({ home, clock }: Ports, tables: PostgresTables, { ledger, head }: Found): HomeLedger {
  const { store } = home;
  tables.trust(ledger, head);
  let remembered = 0n;
  const remember = async () => {
    const { seen } = tables;
    if (seen === undefined || seen.position <= remembered) return;
    await rememberHead(store, seen);
    remembered = seen.position;
  };
  // A home that cannot be written at this moment remembers an earlier entry, which is still one that must be there.
  const remembering = setInterval(() => void remember().catch(() => {}), rememberMs).unref();
  return {
    ledger: new GroupedLedger(tables, clock),
    policy: new LedgerPolicy(tables, clock),
    keptAt: addressText(tables.address),
    close: async () => {
      clearInterval(remembering);
      await remember();
      await tables.close();
    },
  };
}

function hexOf(entropy: Entropy): string {
  return Buffer.from(entropy.fill(new Uint8Array(12))).toString("hex");
}

function ofAnotherHome(): Problem<"ledger-mismatch"> {
  return ledgerMismatch(
    "The ledger in that database is another home's.",
    "two homes may share a database, and never a ledger: give this one a schema of its own, with ?schema=NAME",
  );
}

function anotherCopy(): Problem<"ledger-mismatch"> {
  return ledgerMismatch(
    "That database holds a ledger of this home that lacks entries of the home's own.",
    "it may be what is left of an earlier move; give another schema, with ?schema=NAME",
  );
}

function notWhole(): Problem<"ledger-mismatch"> {
  return ledgerMismatch(
    "This home's ledger is not whole, so it was not moved.",
    "`unseen ledger verify` says where it was changed",
  );
}

function movedMeanwhile(): Problem<"ledger-mismatch"> {
  return ledgerMismatch(
    "Another process has changed where this home's ledger is kept at the same moment.",
    "try again: what it decided holds",
  );
}
