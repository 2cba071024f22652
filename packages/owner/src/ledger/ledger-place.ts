// Where a home's ledger is kept, as the home remembers it: nowhere else, on its way, or in a database that has said
// which ledger it holds. A home keeps to that ledger for ever; what may change is the address where it is found.

import { queries, type Schema, type Store } from "../store/index.ts";
import type { Head } from "./ledger-tables.ts";

export type LedgerPlace = {
  /** Without a password. */
  readonly address: string;
  /** Undefined until the ledger has arrived. Meanwhile nothing can be spent here or there. */
  readonly ledger: string | undefined;
  /** An entry that this home has seen there: a database without it is not the ledger, or has lost a part of it. */
  readonly known: Pick<Head, "position" | "hash">;
};

export function ledgerPlace(store: Store): LedgerPlace | undefined {
  const row = store.first(queries.selectFrom("ledger_place").selectAll());
  return row && placeOf(row);
}

export type LedgerPlaceRow = Schema["ledger_place"];

export function placeOf({ address, ledger, known_position, known_hash }: LedgerPlaceRow): LedgerPlace {
  return { address, ledger: ledger ?? undefined, known: { position: known_position, hash: known_hash } };
}

/** From now on no process writes into the home's own ledger. May name another address while none has arrived. */
export async function beginMove(store: Store, address: string): Promise<void> {
  await store.write(() => {
    if (ledgerPlace(store)?.ledger !== undefined) return;
    store.all(
      queries
        .insertInto("ledger_place")
        .values({ only: 1n, address, ledger: null, known_position: 0n, known_hash: "0".repeat(64) })
        .onConflict((held) => held.column("only").doUpdateSet({ address })),
    );
  });
}

/** Gives the home its own ledger back: for a move that has certainly left nothing at the other end. */
export async function abandonMove(store: Store): Promise<void> {
  await store.write(() => {
    store.all(queries.deleteFrom("ledger_place").where("ledger", "is", null));
  });
}

/** The ledger has arrived, or is now found at another address. False if the home has decided otherwise meanwhile. */
export async function settlePlace(store: Store, address: string, ledger: string): Promise<boolean> {
  return store.write(() => {
    const held = ledgerPlace(store);
    if (held === undefined || (held.ledger !== undefined && held.ledger !== ledger)) return false;
    store.all(queries.updateTable("ledger_place").set({ address, ledger }));
    return true;
  });
}

export async function rememberHead(store: Store, { position, hash }: Head): Promise<void> {
  await store.write(() => {
    store.all(
      queries
        .updateTable("ledger_place")
        .set({ known_position: position, known_hash: hash })
        .where("known_position", "<", position),
    );
  });
}
