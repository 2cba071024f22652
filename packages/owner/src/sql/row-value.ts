// What an expression is for one row, by its SQL type. There are no NULLs: the owner's card has put a declared
// value in the place of what is missing.

import type { Cell, RowWriter } from "./row-writer.ts";

export type NumberValue = {
  readonly kind: "number";
  readonly cell: Cell;
  /** Where the values are few and known beforehand: which of `labels` a row has. */
  readonly choice?: () => Choice<number> | undefined;
};
/** 1 where it holds, and 0 elsewhere. */
export type TruthValue = { readonly kind: "truth"; readonly cell: Cell };
/** The place of a row's text in a public list. */
export type CategoryValue = {
  readonly kind: "category";
  readonly cell: Cell;
  readonly labels: readonly string[];
};
/** A text that nobody declared. It is compared with texts of the query, or grouped by keys that were released. */
export type KeyValue = {
  readonly kind: "key";
  readonly cell: Cell;
  /** The name of its column on the card. */
  readonly column: string;
};
export type TextValue = { readonly kind: "text"; readonly text: string };
export type RowValue = NumberValue | TruthValue | CategoryValue | KeyValue | TextValue;

export type Choice<Label = number | string> = { readonly index: Cell; readonly labels: readonly Label[] };

/** Most groups of one table: each is a noised number, and a person reads no more. */
export const mostGroups = 4_096;

export function numberOf(cell: Cell, choice?: NumberValue["choice"]): NumberValue {
  return choice === undefined ? { kind: "number", cell } : { kind: "number", cell, choice };
}

/** A constant's value; undefined where rows differ. */
export function constantOf(value: RowValue): number | undefined {
  if (value.kind === "text" || value.cell.facts.kind === "rows") return undefined;
  return value.cell.facts.value.data[0];
}

/** Every value that rows can have, by declaration, and which of them a row has; undefined where they are not few. */
export function choiceOf(writer: RowWriter, value: RowValue): Choice | undefined {
  switch (value.kind) {
    case "text":
    case "key":
      return undefined;
    case "category":
      return { index: value.cell, labels: value.labels };
    case "truth":
      return { index: value.cell, labels: ["false", "true"] };
    case "number":
      return value.choice?.() ?? wholeNumbers(writer, value.cell);
    default:
      return value satisfies never;
  }
}

function wholeNumbers(writer: RowWriter, cell: Cell): Choice<number> | undefined {
  const { facts } = cell;
  if (facts.kind === "public" || !facts.integral) return undefined;
  const [least, greatest] = [facts.lo[0]!, facts.hi[0]!];
  const count = greatest - least + 1;
  if (!(count >= 1 && count <= mostGroups)) return undefined;
  const index = least === 0 ? cell : writer.apply("Sub", [cell, writer.number(least)]);
  return { index, labels: Array.from({ length: count }, (_, at) => least + at) };
}

/** A choice whose labels have gone through a function, where they stay different and finite. */
export function mappedChoice(
  writer: RowWriter,
  value: RowValue,
  f: (label: number) => number,
): NumberValue["choice"] {
  if (value.kind !== "number") return undefined;
  return () => {
    const choice = choiceOf(writer, value);
    if (choice === undefined) return undefined;
    const labels = choice.labels.map((label) => f(label as number));
    const isGood = labels.every(Number.isFinite) && new Set(labels).size === labels.length;
    return isGood ? { index: choice.index, labels } : undefined;
  };
}
