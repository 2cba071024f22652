// A column of few whole numbers is stored a second time, as small integers from 0 up. DuckDB groups by those
// through an array that it indexes, where a cast of the double would go through a hash table: the grouped sum
// of 10,000,000 rows in 1,000 groups took 115 ms and not 269 (DuckDB 1.5.5, two cores, November 2026).

import { isTexts, type SnapshotColumn } from "./snapshot.ts";
import { doubleLiteral, identifier, preparedName, snapshotColumn } from "./sql-text.ts";

/** How far above its least value each number of a column is. */
export type StoredPlaces = {
  /** As it is worked out when the snapshot is written. */
  readonly sql: string;
  /** What it is stored under. */
  readonly name: string;
};

/** What two bytes hold. */
const greatestPlace = 2 ** 16 - 1;

/** Undefined for a column that holds texts or more than whole numbers, or whose declared bounds are too far apart. */
export function storedPlaces(column: SnapshotColumn): StoredPlaces | undefined {
  if (isTexts(column)) return undefined;
  const { name, least, greatest, isWhole } = column;
  if (!isWhole || !Number.isSafeInteger(least) || !Number.isSafeInteger(greatest)) return undefined;
  if (greatest - least > greatestPlace) return undefined;
  const sql = `CAST((${identifier(snapshotColumn(name))} - ${doubleLiteral(least)}) AS USMALLINT)`;
  return { sql, name: preparedName(sql) };
}
