// Where the databases differ. The text of expressions is one for both: literals as FLOAT8, and NaN equal to itself
// and above every number, which both keep to.

import type { Scalar } from "./sql-scalar.ts";
import { doubleLiteral } from "./sql-text.ts";

export type Dialect = {
  /**
   * Whether arithmetic raises an error where IEEE gives infinity, NaN or a zero instead of a tiny number. An error
   * that some rows raise and others do not would tell about the rows, so there such text is not written at all.
   */
  readonly raises: boolean;
  /** Named results and sums that one query may have; a larger program is worked out in script instead. */
  readonly mostNames: number;
  /** A FROM clause of `from` with more columns. What is named is worked out once a row. */
  readonly layer: (columns: readonly string[], from: string) => string;
  /** Exact sum of `steps`, whole numbers of at most `most` either way in `rowCount` rows. */
  readonly sum: (steps: string, most: number, rowCount: number) => string;
  /** The whole number from 0 below `width` that the index is, or NULL or a place outside. */
  readonly place: (index: Scalar, width: number) => string;
  /** What orders as `choiceRank` of a pseudonym and an element's number does. */
  readonly choiceRank: (pseudonym: string, element: string) => string;
};

/** Doubles hold every whole number up to here, so sums that stay below it are exact in any order. */
const mostExact = 2 ** 53;
const mostInteger = 2 ** 31 - 1;

export const duckDb: Dialect = {
  raises: false,
  mostNames: 2_000,
  layer: (columns, from) => `(SELECT *, ${columns.join(", ")} FROM ${from})`,
  sum: (steps, most, rowCount) =>
    `sum(CAST(${steps} AS ${most * rowCount <= mostExact ? "DOUBLE" : "BIGINT"}))`,
  place: (index, width) => {
    const type = width <= 2 ** 8 ? "UTINYINT" : width <= 2 ** 16 ? "USMALLINT" : "UINTEGER";
    const cast = `TRY_CAST(${index.sql} AS ${type})`;
    if (index.isWhole) return cast;
    return `CASE WHEN ${index.sql} = floor(${index.sql}) AND ${index.sql} < ${doubleLiteral(width)} THEN ${cast} END`;
  },
  choiceRank: (pseudonym, element) =>
    `CAST('0x' || substr(sha256(CAST(${pseudonym} AS VARCHAR) || ',' || ${element}), 1, 16) AS UBIGINT)`,
};

export const postgres: Dialect = {
  raises: true,
  // PostgreSQL plans each layer as a query of its own, with every column of those below.
  mostNames: 100,
  // Without OFFSET the planner writes the inner text into the outer one, as often as it is used.
  layer: (columns, from) => `(SELECT *, ${columns.join(", ")} FROM ${from} OFFSET 0) AS t`,
  // A sum of integers is a bigint, and one of bigints a numeric: neither is rounded.
  sum: (steps, most) => `sum(CAST(${steps} AS ${most <= mostInteger ? "INTEGER" : "BIGINT"}))`,
  place: (index, width) => {
    const isPlace = `${index.sql} >= ${doubleLiteral(0)} AND ${index.sql} < ${doubleLiteral(width)}`;
    const isWhole = index.isWhole ? "" : `${index.sql} = floor(${index.sql}) AND `;
    return `CASE WHEN ${isWhole}${isPlace} THEN CAST(${index.sql} AS INTEGER) END`;
  },
  // The first eight bytes, compared byte by byte.
  choiceRank: (pseudonym, element) =>
    `substr(sha256(convert_to(CAST(${pseudonym} AS VARCHAR) || ',' || ${element}, 'UTF8')), 1, 8)`,
};
