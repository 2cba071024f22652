import { PrivateTensor } from "../datasets/private-tensor.ts";
import { columnWithoutKeys, groupKeys, type KeysOfTexts } from "./group-keys.ts";
import { GroupedRows } from "./grouped-rows.ts";
import type { Rows } from "./rows.ts";

/** Names of columns; at the end, keys of those that hold texts: `groupBy("diagnosis", { keys })`. */
export type GroupedBy =
  | readonly string[]
  | readonly [...columns: string[], given: { readonly keys: KeysOfTexts }];

/** `placed` says where a row goes that its keys would put into a group. */
export function groupedBy(
  rows: Rows,
  asked: GroupedBy,
  placed: (place: PrivateTensor) => PrivateTensor = (place) => place,
): GroupedRows {
  const last = asked.at(-1);
  const given = typeof last === "object" ? last.keys : undefined;
  const columns = asked.flatMap((one) => (typeof one === "string" ? [one] : []));
  const grouped = (keys: KeysOfTexts | undefined) => {
    const known = groupKeys(rows, columns, keys);
    return { ...known, place: placed(known.place) };
  };
  const column = columnWithoutKeys(rows, columns, given);
  if (column === undefined) return new GroupedRows(rows, grouped(given));
  const desk = PrivateTensor.deskOf(rows.column(column));
  const groupsOf = (keys: readonly string[]) =>
    grouped({ ...(given as Readonly<Record<string, readonly string[]>> | undefined), [column]: keys });
  return new GroupedRows(rows, { column, desk, groupsOf });
}
