// CAST between the types that there are: numbers, and true or false.

import type { TypeCast } from "libpg-query";
import { quoted, refuseClause } from "./refusal.ts";
import { wholeNearest } from "./rounding.ts";
import { numberOf, type RowValue } from "./row-value.ts";
import type { Cell, RowWriter } from "./row-writer.ts";
import { nameOf } from "./syntax.ts";

export function castValue(writer: RowWriter, { typeName }: TypeCast, value: RowValue): RowValue {
  const type = nameOf(typeName?.names);
  const isArray = (typeName?.arrayBounds ?? []).length > 0;
  if (!isArray && /^int[248]$|^integer$|^bigint$|^smallint$/.test(type)) {
    if (value.kind === "truth") return numberOf(value.cell);
    if (value.kind === "number")
      return numberOf(wholeNearest(writer, value.cell), isWhole(value.cell) ? value.choice : undefined);
  }
  if (!isArray && /^(float[48]|numeric|decimal)$/.test(type)) {
    const isPlain = (typeName?.typmods ?? []).length === 0;
    if (isPlain && value.kind === "number") return value;
    if (isPlain && value.kind === "truth") return numberOf(value.cell);
    if (!isPlain)
      return refuseClause("a type with a number of digits", "numbers are doubles", "round it: ROUND(x, 2)");
  }
  if (!isArray && type === "bool") {
    if (value.kind === "truth") return value;
    if (value.kind === "number")
      return {
        kind: "truth",
        cell: writer.apply("Not", [writer.apply("Equal", [value.cell, writer.number(0)])]),
      };
  }
  return refuseClause(
    `a CAST to ${quoted(type)}`,
    "there are numbers, declared categories, and true or false",
    "cast numbers to integer or double precision, and compare categories with texts",
  );
}

function isWhole({ facts }: Cell): boolean {
  return facts.kind === "rows" && facts.integral;
}
