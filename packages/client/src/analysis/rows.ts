import type { ColumnDescription } from "@unseen/wire";
import type { PrivateTensor } from "../datasets/private-tensor.ts";

/** What an analysis needs of a dataset: its declared columns, and each of them to ask about. */
export type Rows = {
  readonly name: string;
  readonly schema: readonly ColumnDescription[];
  column(name: string): PrivateTensor;
};

/** What the card declares of a column; `column` has refused a name that is not there. */
export function describedColumn(rows: Rows, name: string): ColumnDescription {
  rows.column(name);
  return rows.schema.find((column) => column.name === name)!;
}

/** The least and greatest number that a column stands for; a category is its place in the list. */
export function declaredRange(column: ColumnDescription): readonly [least: number, greatest: number] {
  return column.type === "category" ? [0, column.categories.length - 1] : [column.least, column.greatest];
}
