// A snapshot in an owner's own PostgreSQL: a table of the schema `unseen` with the columns of a snapshot's file and
// the same rows, and beside it what the card declared. It never changes after it was written.

import { addressText, type PostgresAddress, parsePostgresAddress } from "../postgres/index.ts";
import { newSnapshotName, parseSnapshotName } from "./snapshot.ts";
import { identifier } from "./sql-text.ts";

/** Holds every snapshot of every home in a database. */
export const snapshotSchema = "unseen";
/** One row a snapshot: its name, its number of rows, and its metadata as JSON. */
export const snapshotList = `${snapshotSchema}.snapshots`;

export type PostgresSnapshot = {
  readonly address: PostgresAddress;
  /** 32 hexadecimal digits and the version. */
  readonly name: string;
  /** The table, as SQL. */
  readonly table: string;
  /** Who asks questions of it, where that is not who wrote it. */
  readonly reader: string | undefined;
};

/** What stands in an address besides the database. */
const parameters = ["snapshot", "reader"] as const;

export function isPostgresSnapshot(text: string): boolean {
  return text.startsWith("postgres://");
}

/** Reads what the catalogue keeps. Undefined for what no take-in made. */
export function parsePostgresSnapshot(text: string): PostgresSnapshot | undefined {
  const address = parsePostgresAddress(text, parameters);
  if (!address.ok) return undefined;
  const name = address.value.more.get("snapshot") ?? "";
  if (parseSnapshotName(`${name}.parquet`) === undefined) return undefined;
  return { address: address.value, name, table: tableOf(name), reader: address.value.more.get("reader") };
}

/** Names a new snapshot at an address, from 16 random bytes. */
export function newPostgresSnapshot(
  address: PostgresAddress,
  random: Uint8Array,
): PostgresSnapshot & { readonly text: string } {
  const name = newSnapshotName(random).replace(".parquet", "");
  const reader = address.more.get("reader");
  const more = new Map([["snapshot", name], ...(reader === undefined ? [] : [["reader", reader] as const])]);
  const own = { ...address, more };
  return { address: own, name, table: tableOf(name), reader, text: addressText(own) };
}

function tableOf(name: string): string {
  return `${snapshotSchema}.${identifier(name.replaceAll(".", "_"))}`;
}
