// Comparing: numbers by size, categories with the texts that the card declares.

import { operations, readAttributes } from "@unseen/program";
import { quoted, refuse, refuseClause } from "./refusal.ts";
import { type CategoryValue, constantOf, type KeyValue, type RowValue } from "./row-value.ts";
import type { Cell, RowWriter } from "./row-writer.ts";

const operationOf: Readonly<Record<string, string>> = {
  "=": "Equal",
  "<": "Less",
  "<=": "LessOrEqual",
  ">": "Greater",
  ">=": "GreaterOrEqual",
};

/** 1 where the comparison holds. */
export function compared(writer: RowWriter, name: string, left: RowValue, right: RowValue): Cell {
  if (name === "<>") return writer.apply("Not", [compared(writer, "=", left, right)]);
  const operation = operationOf[name]!;
  if (left.kind === "number" && right.kind === "number")
    return writer.apply(operation, [left.cell, right.cell]);
  if (left.kind === "truth" && right.kind === "truth" && name === "=")
    return writer.apply("Equal", [left.cell, right.cell]);
  if (left.kind === "text" && right.kind === "text" && name === "=")
    return writer.number(left.text === right.text ? 1 : 0);
  if (left.kind === "key" || right.kind === "key") {
    const [key, other] = left.kind === "key" ? [left, right] : [right as KeyValue, left];
    if (name !== "=") return refuseOrderOfKeys(name);
    return writer.apply("GreaterOrEqual", [writer.placeAmong(key.cell, [keyText(other)]), writer.number(0)]);
  }
  if (left.kind === "category" || right.kind === "category") {
    if (name !== "=") {
      return refuseClause(
        `${quoted(name)} between categories`,
        "the owner declared a list of them and no order",
        "list those that you mean: column IN ('a', 'b')",
      );
    }
    const [category, other] = left.kind === "category" ? [left, right] : [right as CategoryValue, left];
    return isCategory(writer, category, other);
  }
  return refuseClause(
    `a comparison with ${left.kind === "text" || right.kind === "text" ? "a text" : "true or false"}`,
    "the two sides are of different types",
    "compare numbers with numbers, and categories with texts",
  );
}

function refuseOrderOfKeys(name: string): never {
  return refuseClause(
    `${quoted(name)} of a column of texts`,
    "its texts are keys and have no order",
    "list those that you mean: column IN ('a', 'b')",
  );
}

/** Whether any row has the text is not known here: where none has, the question counts nobody, and costs the same. */
function keyText(value: RowValue): string {
  const constant = value.kind === "number" ? constantOf(value) : undefined;
  const text = value.kind === "text" ? value.text : constant === undefined ? undefined : String(constant);
  if (text === undefined)
    return refuseClause(
      "a comparison of a column of texts with other than a text",
      "its texts are keys: each is compared with texts that the query names",
      "write column = 'text', or column IN ('a', 'b')",
    );
  const known = readAttributes(operations.get("LabelEncoder")!, { keys_strings: [text] });
  return known.ok ? (known.value.keys_strings as readonly string[])[0]! : refuse(known.problem);
}

function isCategory(writer: RowWriter, { cell, labels }: CategoryValue, other: RowValue): Cell {
  if (other.kind === "category") {
    const isSame =
      other.labels.length === labels.length && other.labels.every((one, at) => one === labels[at]);
    if (isSame) return writer.apply("Equal", [cell, other.cell]);
    const places = other.labels.map((label) => labels.indexOf(label));
    return writer.apply("Equal", [cell, writer.lookUp(other.cell, places)]);
  }
  const text = textOf(other);
  const place = text === undefined ? -1 : labels.indexOf(text);
  if (place === -1) {
    const shown = labels.slice(0, 20).map((label) => `'${label}'`);
    return refuseClause(
      text === undefined ? "a category compared with a number" : `the category ${quoted(text)}`,
      "the column's card does not declare it, so no row has it",
      `its categories are ${shown.join(", ")}${labels.length > shown.length ? " and more" : ""}`,
    );
  }
  return writer.apply("Equal", [cell, writer.number(place)]);
}

/** Categories may be numerals, and are then compared with numbers as they are written: sex = 1. */
function textOf(value: RowValue): string | undefined {
  if (value.kind === "text") return value.text;
  const constant = value.kind === "number" ? constantOf(value) : undefined;
  return constant === undefined ? undefined : String(constant);
}

/** Values that one IN may list: each is a comparison for every row. */
const mostListed = 256;

export function oneOf(writer: RowWriter, value: RowValue, list: readonly RowValue[]): Cell {
  if (value.kind === "key" && list.length > 0) {
    const keys = [...new Set(list.map((item) => keyText(item)))];
    return writer.apply("GreaterOrEqual", [writer.placeAmong(value.cell, keys), writer.number(0)]);
  }
  const different = new Set(list.map((item) => compared(writer, "=", value, item)));
  if (different.size > mostListed) {
    return refuseClause(
      `IN with ${different.size} values`,
      `each is a comparison for every row, and at most ${mostListed} are made`,
      "use ranges with BETWEEN, or JOIN (VALUES ...)",
    );
  }
  return [...different].reduce((one, other) => writer.apply("Or", [one, other]));
}
