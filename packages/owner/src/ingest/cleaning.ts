// What becomes of each cell at the door: a finite number within the declared bounds, or a declared value. A cell of a
// column of texts becomes a key in its one spelling, or none.

import { type ColumnCard, hidingCharacters, unseenCharacters } from "@unseen/program";
import { doubleLiteral, identifier, textLiteral } from "../engine/sql-text.ts";
import type { SourceColumn } from "./source.ts";

/** Why a cell is not what stood in the file. Kept beside each cell until it has been counted. */
export const marks = { kept: 0, missing: 1, unreadable: 2, clamped: 3 } as const;

export type CleanColumn = {
  /** SQL of the cleaned double, never NULL, NaN or infinite; of a column of texts, of the key or NULL. */
  readonly value: string;
  /** SQL of one of `marks`. */
  readonly mark: string;
  /** Statements that come before, and joins that the value needs. */
  readonly before: readonly string[];
  readonly join: string;
};

export function cleanColumn(at: number, source: SourceColumn, card: ColumnCard): CleanColumn {
  switch (card.type) {
    case "category":
      return cleanCategory(at, source, card);
    case "text":
      return cleanText(source, card);
    default:
      return cleanNumber(source, card);
  }
}

function cleanNumber(
  source: SourceColumn,
  card: Extract<ColumnCard, { readonly type: "number" | "integer" }>,
): CleanColumn {
  const [least, greatest] = card.bounds.map(doubleLiteral) as [string, string];
  const number = source.number;
  const isNumber = `coalesce(isfinite(${number}), false)`;
  const rounded = card.type === "integer" ? `floor(${number} + ${doubleLiteral(0.5)})` : number;
  const held = `least(greatest(${rounded}, ${least}), ${greatest})`;
  // A negative zero becomes zero: the two are one value, and must be one in the order of rows too.
  const value = `CASE WHEN ${isNumber} THEN CASE WHEN ${held} = 0 THEN ${doubleLiteral(0)} ELSE ${held} END ELSE ${doubleLiteral(card.missing)} END`;
  const mark = `CASE WHEN ${source.isEmpty} THEN ${marks.missing} WHEN NOT ${isNumber} THEN ${marks.unreadable} WHEN ${rounded} < ${least} OR ${rounded} > ${greatest} THEN ${marks.clamped} ELSE ${marks.kept} END`;
  return { value, mark, before: [], join: "" };
}

/** A category becomes its place in the declared list, looked up in a table of its own. */
function cleanCategory(
  at: number,
  source: SourceColumn,
  card: Extract<ColumnCard, { readonly type: "category" }>,
): CleanColumn {
  const table = identifier(`categories_${at}`);
  const listed = card.categories.map((category, place) => `(${textLiteral(category)}, ${place})`).join(", ");
  return {
    value: `CAST(coalesce(${table}.place, ${card.categories.indexOf(card.missing)}) AS DOUBLE)`,
    mark: `CASE WHEN ${table}.place IS NOT NULL THEN ${marks.kept} WHEN ${source.isEmpty} THEN ${marks.missing} ELSE ${marks.unreadable} END`,
    before: [`CREATE TEMP TABLE ${table} AS SELECT * FROM (VALUES ${listed}) AS listed(category, place)`],
    join: `LEFT JOIN ${table} ON ${table}.category = ${source.text}`,
  };
}

/** What SQL does here, `isKeyText` of the room program says of a text that is a key already. */
function cleanText(source: SourceColumn, card: Extract<ColumnCard, { readonly type: "text" }>): CleanColumn {
  const key = `trim(nfc_normalize(${source.text}), ${textLiteral(unseenCharacters)})`;
  const isShort = `length(${key}) BETWEEN 1 AND ${card.longest}`;
  const isKey = `coalesce(${isShort} AND NOT regexp_matches(${key}, ${textLiteral(`[${hidingCharacters}]`)}), false)`;
  const otherwise = card.missing === undefined ? "NULL" : textLiteral(card.missing);
  return {
    value: `CASE WHEN ${isKey} THEN ${key} ELSE ${otherwise} END`,
    mark: `CASE WHEN ${isKey} THEN ${marks.kept} WHEN ${source.isEmpty} THEN ${marks.missing} ELSE ${marks.unreadable} END`,
    before: [],
    join: "",
  };
}
