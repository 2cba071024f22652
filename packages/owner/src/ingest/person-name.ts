// Who a row is about, as SQL: the name in the cell without what cannot be seen, or NULL for a row that names
// nobody. Two spellings of one name would be two people, each with a share of their own. And placeholders for
// a missing name would make one person of many, whose rows push each other out.

import { unseenCharacters } from "@unseen/program";
import { textLiteral } from "../engine/sql-text.ts";

/** What R, pandas, databases and spreadsheets write where there is nothing. */
const placeholders = ["na", "n/a", "#n/a", "<na>", "nan", "nat", "null", "none", "nil", "-", "?"];

/** `text` is SQL of the cell as text. */
export function personName(text: string): string {
  const name = `trim(nfc_normalize(${text}), ${textLiteral(unseenCharacters)})`;
  const nobody = ["", ...placeholders].map(textLiteral).join(", ");
  return `CASE WHEN lower(${name}) IN (${nobody}) THEN NULL ELSE ${name} END`;
}
