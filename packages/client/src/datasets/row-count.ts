import type { RowsDescription } from "@unseen/wire";

/** Exact where it is public; else the range that the owner declared, as text. */
export function rowCount(declared: RowsDescription): number | string {
  if (declared.kind === "exact") return declared.exact;
  const { least, greatest } = declared;
  return least === greatest ? least : `${least} to ${greatest}`;
}
