// Who a row is about, as SQL: the name in the cell without what cannot be seen, or NULL for a row that names
// nobody. Two spellings of one name would be two people, each with a share of their own. And placeholders for
// a missing name would make one person of many, whose rows push each other out.

import { textLiteral } from "../engine/sql-text.ts";

/** White space, marks of direction and characters of no width (Unicode general categories Z and Cf, and C0's spaces). */
const unseen =
  " \t\n\u000b\f\r\u0085\u00a0\u00ad\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u205f\u2060\u3000\ufeff";

/** What R, pandas, databases and spreadsheets write where there is nothing. */
const placeholders = ["na", "n/a", "#n/a", "<na>", "nan", "nat", "null", "none", "nil", "-", "?"];

/** `text` is SQL of the cell as text. */
export function personName(text: string): string {
  const name = `trim(nfc_normalize(${text}), ${textLiteral(unseen)})`;
  const nobody = ["", ...placeholders].map(textLiteral).join(", ");
  return `CASE WHEN lower(${name}) IN (${nobody}) THEN NULL ELSE ${name} END`;
}
