// Puts names, texts and numbers into SQL. Everything that is not written in this room's own source goes
// through here, so nothing that an owner or an asker wrote can end a string and begin a statement.

import { createHash } from "node:crypto";
import { invariant } from "@unseen/base";

/** A name of a column or table, whatever it holds. */
export function identifier(name: string): string {
  invariant(!name.includes("\0"), "a name holds no zero byte");
  return `"${name.replaceAll('"', '""')}"`;
}

export function textLiteral(text: string): string {
  invariant(!text.includes("\0"), "a text holds no zero byte");
  return `'${text.replaceAll("'", "''")}'`;
}

/** The very double, by its shortest exact decimal. A bare 0.5 would be a DECIMAL. FLOAT8 is its name in both dialects. */
export function doubleLiteral(value: number): string {
  return `CAST('${Object.is(value, -0) ? "-0.0" : String(value)}' AS FLOAT8)`;
}

/** Holds where a double is NaN, which is equal to itself in both dialects. */
export function isNaNText(sql: string): string {
  return `(${sql} = ${doubleLiteral(Number.NaN)})`;
}

/** A path as DuckDB's file readers take it, which would otherwise read * ? [ as wildcards. */
export function pathLiteral(path: string): string {
  return textLiteral(path.replaceAll(/[*?[]/g, (character) => `[${character}]`));
}

/** The name that a card's column has inside a snapshot: the same for every dataset, and of letters and digits only. */
export function snapshotColumn(name: string): string {
  return `c${createHash("sha256").update(name, "utf8").digest("hex").slice(0, 32)}`;
}

/** What a column of prepared integers is called: it follows from how they are made, so no other can be taken for it. */
export function preparedName(sql: string): string {
  return `s${createHash("sha256").update(sql, "utf8").digest("hex").slice(0, 32)}`;
}
