// A snapshot is the cleaned and bounded copy of a dataset that questions are answered from: a Parquet file
// of doubles in the owner's home. Beside the rows it holds what the card declared about each column.

import type { Brand } from "@unseen/base";

/** A file name below the home's data directory, as the catalogue stores it. */
export type SnapshotName = Brand<string, "SnapshotName">;

/** Undefined for a name that ingest did not make: 32 hexadecimal digits and ".parquet". */
export function parseSnapshotName(text: string): SnapshotName | undefined {
  return /^[0-9a-f]{32}\.parquet$/.test(text) ? (text as SnapshotName) : undefined;
}

/** A name for a new snapshot, from 16 random bytes. */
export function newSnapshotName(random: Uint8Array): SnapshotName {
  return `${Buffer.from(random).toString("hex")}.parquet` as SnapshotName;
}

/** Declared, and held to by every number in the snapshot: none is missing, NaN, infinite or outside. */
export type SnapshotColumn = {
  readonly name: string;
  readonly least: number;
  readonly greatest: number;
  /** Whole numbers only: an integer column or the places of a category. */
  readonly isWhole: boolean;
};

/** Written into the Parquet file's own metadata under `metadataKey`, as JSON. */
export type SnapshotMetadata = {
  readonly version: 1;
  readonly columns: readonly SnapshotColumn[];
  /** Columns of integers that common questions add up or group by, by the name that follows from their SQL. */
  readonly prepared: readonly string[];
};

export const metadataKey = "unseen";
