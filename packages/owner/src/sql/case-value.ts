// CASE: the first arm that holds. Arms of texts make a new category, whose list is in the query itself.

import { quoted, refuseClause } from "./refusal.ts";
import { constantOf, numberOf, type RowValue } from "./row-value.ts";
import type { Cell, RowWriter } from "./row-writer.ts";

export function caseValue(
  writer: RowWriter,
  arms: readonly { readonly when: Cell; readonly value: RowValue }[],
  otherwise: RowValue,
): RowValue {
  const values = [...arms.map(({ value }) => value), otherwise];
  const first = (cells: readonly Cell[]) =>
    arms.reduceRight((rest, { when }, at) => writer.apply("Where", [when, cells[at]!, rest]), cells.at(-1)!);
  if (values.every((value) => value.kind === "number")) {
    const constants = values.map(constantOf);
    const labels = [...new Set(constants)];
    const choice = () =>
      labels.every((label) => label !== undefined)
        ? { index: first(constants.map((one) => writer.number(labels.indexOf(one as number)))), labels }
        : undefined;
    return numberOf(first(values.map(({ cell }) => cell)), choice);
  }
  if (values.every((value) => value.kind === "truth"))
    return { kind: "truth", cell: first(values.map(({ cell }) => cell)) };
  const labels = [...new Set(values.flatMap(labelsOf))];
  const places = values.map((value) =>
    value.kind === "category"
      ? writer.lookUp(
          value.cell,
          value.labels.map((label) => labels.indexOf(label)),
        )
      : writer.number(labels.indexOf((value as { readonly text: string }).text)),
  );
  return { kind: "category", cell: writer.onEachRow(first(places)), labels };
}

function labelsOf(value: RowValue): readonly string[] {
  if (value.kind === "text") return [value.text];
  if (value.kind === "category") return value.labels;
  return refuseClause(
    `CASE with arms of different types`,
    `one gives text and another ${quoted(value.kind)}`,
    "give values of one type",
  );
}
