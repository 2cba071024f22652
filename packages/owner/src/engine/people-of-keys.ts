// How many different people have each text of a column, each of them in a bounded number of texts.

import { invariant } from "@unseen/base";
import type { Table } from "./push-down.ts";
import { isTexts, personColumn } from "./snapshot.ts";
import { identifier, snapshotColumn } from "./sql-text.ts";

/**
 * Undefined where the column is not there or holds no texts. Where each row is a person, its row has one text at most.
 * Elsewhere a person's texts are put in the order of a hash of the pseudonym, which is keyed with the home's secret, and
 * the text: so none of them is favoured, the choice is the same each time, and it looks at no other person's rows.
 */
export function peopleOfKeysQuery(
  { sql, columns, hasPeople }: Table,
  { column, mostKeysEach }: { readonly column: string; readonly mostKeysEach: number },
): string | undefined {
  invariant(Number.isSafeInteger(mostKeysEach) && mostKeysEach >= 1, "a person counts for at least one key");
  const held = columns.get(column);
  if (held === undefined || !isTexts(held)) return undefined;
  const text = identifier(snapshotColumn(column));
  if (!hasPeople) return `SELECT ${text}, count(*) FROM ${sql} WHERE ${text} IS NOT NULL GROUP BY ${text}`;
  const different = `SELECT DISTINCT ${personColumn} AS whose, ${text} AS key FROM ${sql} WHERE ${text} IS NOT NULL`;
  const order = "sha256(CAST(whose AS VARCHAR) || key)";
  const bounded = `SELECT key FROM (${different}) QUALIFY row_number() OVER (PARTITION BY whose ORDER BY ${order}) <= ${mostKeysEach}`;
  return `SELECT key, count(*) FROM (${bounded}) GROUP BY key`;
}
