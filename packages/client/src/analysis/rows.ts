import { type Problem, problem } from "@unseen/base";
import type { ColumnDescription } from "@unseen/wire";
import type { PrivateTensor } from "../datasets/private-tensor.ts";
import { AskRefused } from "../refusals/ask-refused.ts";

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

/** The least and greatest number that a column stands for; a category is its place in the list. Texts stand for none. */
export function declaredRange(column: ColumnDescription): readonly [least: number, greatest: number] {
  if (column.type === "text") throw new AskRefused(keysAreNoNumbers(column.name));
  return column.type === "category" ? [0, column.categories.length - 1] : [column.least, column.greatest];
}

function keysAreNoNumbers(name: string): Problem<"no-rule"> {
  return problem("no-rule", `${name} is a column of texts, and texts are keys and no numbers`, {
    hint: `compare it: column(${JSON.stringify(name)}).labelEncoder(["E11"]); or group by it: groupBy(${JSON.stringify(name)})`,
  });
}
