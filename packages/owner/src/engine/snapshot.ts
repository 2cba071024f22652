// A snapshot is the cleaned and bounded copy of a dataset that questions are answered from: a Parquet file
// of doubles and keys in the owner's home. Beside the rows it holds what the card declared about each column, and where
// a person may have several rows, a pseudonym that says which rows are one person's.

import type { Brand } from "@unseen/base";

/** A file name below the home's data directory, as the catalogue stores it. */
export type SnapshotName = Brand<string, "SnapshotName">;

/** Undefined for a name that ingest did not make: 32 hexadecimal digits, the version and ".parquet". */
export function parseSnapshotName(text: string): SnapshotName | undefined {
  return /^[0-9a-f]{32}\.v2\.parquet$/.test(text) ? (text as SnapshotName) : undefined;
}

/** A name for a new snapshot, from 16 random bytes. */
export function newSnapshotName(random: Uint8Array): SnapshotName {
  return `${Buffer.from(random).toString("hex")}.v${snapshotVersion}.parquet` as SnapshotName;
}

/**
 * Whether an earlier version wrote the snapshot. The name alone decides, so a question can be refused before
 * it is charged and before a file is opened.
 */
export function isEarlierSnapshot(text: string): boolean {
  return /^[0-9a-f]{32}\.parquet$/.test(text);
}

/** 1 had no pseudonyms of people. */
export const snapshotVersion = 2;

/** Declared, and held to by every number in the snapshot: none is missing, NaN, infinite or outside. */
export type SnapshotColumn = NumbersColumn | TextsColumn;

export type NumbersColumn = {
  readonly name: string;
  readonly least: number;
  readonly greatest: number;
  /** Whole numbers only: an integer column or the places of a category. */
  readonly isWhole: boolean;
};

/** Texts as the door left them, NULL where a row has no key. They are compared and grouped, and never calculated with. */
export type TextsColumn = { readonly name: string; readonly isText: true };

export function isTexts(column: SnapshotColumn): column is TextsColumn {
  return "isText" in column;
}

/** Written into the Parquet file's own metadata under `metadataKey`, as JSON. */
export type SnapshotMetadata = {
  readonly version: typeof snapshotVersion;
  /** Whether each row carries its person's pseudonym; where each row is a person there is none. */
  readonly hasPeople: boolean;
  readonly columns: readonly SnapshotColumn[];
  /** Columns of integers that common questions add up or group by, by the name that follows from their SQL. */
  readonly prepared: readonly string[];
};

export const metadataKey = "unseen";

/**
 * The column of pseudonyms: 128 bits as UUID, which DuckDB groups fast and Parquet keeps exactly. The card's
 * columns are stored under other kinds of names, so no program can name this one, whatever it reads.
 */
export const personColumn = "person";
