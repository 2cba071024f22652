// Reads what a card declares about each column. Bounds and categories are declared and never derived: the
// least or greatest value of a column is one person's value.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { programLimits } from "../graph/limits.ts";
import type { CategoryColumn, ColumnCard, NumberColumn, TextColumn } from "./card.ts";
import {
  asList,
  asName,
  asObject,
  asText,
  type CardProblem,
  frozenRecord,
  isFiniteNumber,
  malformed,
  optional,
  quoted,
  refuseUnknown,
} from "./card-fields.ts";
import { isKeyText } from "./key-text.ts";

/** What one card may declare; `categories` is the depth that OneHot may have. */
const columnLimits = { columns: 1_000, categories: 65_536, textLength: 1_000, unitLength: 40 } as const;

/** Characters of a key unless the card says otherwise: a code or a name, and not a sentence about somebody. */
const usualLongest = 64;
/** Two of JavaScript's characters for each are what a program's list of keys may hold. */
const mostLongest = programLimits.keyLength / 2;

const whyDeclared =
  "bounds are declared by you and never read off the data, because the least and the greatest value are single people's";

export function parseColumns(value: unknown): Result<Readonly<Record<string, ColumnCard>>, CardProblem> {
  const columns = asObject(value, '"columns"');
  if (!columns.ok) return columns;
  const names = Object.keys(columns.value);
  if (names.length === 0) return err(malformed('"columns" is empty: a dataset has at least one column'));
  if (names.length > columnLimits.columns)
    return err(malformed(`"columns" holds more than ${columnLimits.columns} columns`));
  const parsed: [string, ColumnCard][] = [];
  for (const given of names) {
    const name = asName(given, "a column's name", programLimits.nameLength);
    if (!name.ok) return name;
    const column = parseColumn(given, columns.value[given]);
    if (!column.ok) return column;
    parsed.push([given, column.value]);
  }
  return ok(frozenRecord(parsed));
}

function parseColumn(name: string, value: unknown): Result<ColumnCard, CardProblem> {
  const what = `the column ${quoted(name)}`;
  const column = asObject(value, what);
  if (!column.ok) return column;
  switch (column.value.type) {
    case "number":
    case "integer":
      return parseNumber(what, column.value.type, column.value);
    case "category":
      return parseCategory(what, column.value);
    case "text":
      return parseText(what, column.value);
    default:
      return err(malformed(`the type of ${what} is "number", "integer", "category" or "text"`));
  }
}

function parseNumber(
  what: string,
  type: "number" | "integer",
  fields: Readonly<Record<string, unknown>>,
): Result<NumberColumn, CardProblem> {
  const known = refuseUnknown(fields, ["type", "unit", "bounds", "missing", "description"], what);
  if (!known.ok) return known;
  const bounds = parseBounds(what, type, fields.bounds);
  if (!bounds.ok) return bounds;
  const [least, greatest] = bounds.value;
  const middle = least / 2 + greatest / 2;
  const missing = fields.missing ?? (type === "integer" ? Math.round(middle) : middle);
  if (!isFiniteNumber(missing) || missing < least || missing > greatest)
    return err(malformed(`the value that stands for a missing one in ${what} lies within its bounds`));
  if (type === "integer" && !Number.isSafeInteger(missing))
    return err(malformed(`the value that stands for a missing one in ${what} is a whole number`));
  const unit = optional(fields, "unit", (value) =>
    asName(value, `the unit of ${what}`, columnLimits.unitLength),
  );
  if (!unit.ok) return unit;
  const description = descriptionOf(what, fields);
  if (!description.ok) return description;
  return ok(
    Object.freeze({
      type,
      ...(unit.value === undefined ? {} : { unit: unit.value }),
      bounds: bounds.value,
      missing,
      ...description.value,
    }),
  );
}

function parseBounds(
  what: string,
  type: "number" | "integer",
  value: unknown,
): Result<readonly [number, number], CardProblem> {
  if (value === undefined || value === null) {
    return err(
      problem("card-bounds-missing", `${what} has no bounds; ${whyDeclared}`, {
        hint: 'write what is possible for this kind of measurement, as "bounds": [60, 140]',
      }),
    );
  }
  const invalid = (rule: string): Problem<"card-bounds-invalid"> =>
    problem("card-bounds-invalid", `the bounds of ${what} ${rule}`, {
      hint: `two numbers, the lower first, as [60, 140]; ${whyDeclared}`,
    });
  if (!Array.isArray(value) || value.length !== 2) return err(invalid("are not two numbers"));
  const [least, greatest] = value as readonly unknown[];
  if (least === null || greatest === null || least === undefined || greatest === undefined) {
    return err(
      problem("card-bounds-missing", `${what} lacks one of its two bounds; ${whyDeclared}`, {
        hint: 'write what is possible for this kind of measurement, as "bounds": [60, 140]',
      }),
    );
  }
  if (!isFiniteNumber(least) || !isFiniteNumber(greatest)) return err(invalid("are not both finite numbers"));
  if (least === greatest) return err(invalid("are equal"));
  if (least > greatest) return err(invalid("stand in the wrong order"));
  if (!Number.isFinite(greatest - least)) return err(invalid("are too far apart to be calculated with"));
  if (type === "integer" && !(Number.isSafeInteger(least) && Number.isSafeInteger(greatest)))
    return err(invalid("are not whole numbers, and its type is integer"));
  return ok(Object.freeze([least, greatest] as const));
}

function parseCategory(
  what: string,
  fields: Readonly<Record<string, unknown>>,
): Result<CategoryColumn, CardProblem> {
  const known = refuseUnknown(fields, ["type", "categories", "missing", "description"], what);
  if (!known.ok) return known;
  const listed = asList(fields.categories ?? [], `the categories of ${what}`, columnLimits.categories);
  if (!listed.ok) return listed;
  if (listed.value.length === 0) {
    return err(
      problem(
        "card-bounds-missing",
        `${what} has no categories; they are declared by you and never read off the data, because a rare one is a single person's`,
        { hint: 'write what is possible, as "categories": ["no", "yes"]' },
      ),
    );
  }
  for (const category of listed.value) {
    const name = asName(category, `a category of ${what}`, columnLimits.textLength);
    if (!name.ok) return name;
  }
  const categories = Object.freeze([...(listed.value as readonly string[])]);
  if (new Set(categories).size < categories.length)
    return err(malformed(`the categories of ${what} name one of them twice`));
  const missing = fields.missing ?? categories[0];
  if (typeof missing !== "string" || !categories.includes(missing))
    return err(malformed(`the category that stands for a missing one in ${what} is one of its categories`));
  const description = descriptionOf(what, fields);
  if (!description.ok) return description;
  return ok(Object.freeze({ type: "category", categories, missing, ...description.value }));
}

function parseText(what: string, fields: Readonly<Record<string, unknown>>): Result<TextColumn, CardProblem> {
  const known = refuseUnknown(fields, ["type", "longest", "missing", "description"], what);
  if (!known.ok) return known;
  const { longest = usualLongest } = fields;
  if (typeof longest !== "number" || !Number.isSafeInteger(longest) || longest < 1 || longest > mostLongest)
    return err(malformed(`"longest" of ${what} is a whole number of characters from 1 to ${mostLongest}`));
  const missing = optional(fields, "missing", (value) =>
    isKeyText(value, longest)
      ? ok(value)
      : err(malformed(`the text that stands for a missing one in ${what} is none that could be a key`)),
  );
  if (!missing.ok) return missing;
  const description = descriptionOf(what, fields);
  if (!description.ok) return description;
  return ok(
    Object.freeze({
      type: "text",
      longest,
      ...(missing.value === undefined ? {} : { missing: missing.value }),
      ...description.value,
    }),
  );
}

function descriptionOf(
  what: string,
  fields: Readonly<Record<string, unknown>>,
): Result<{ readonly description?: string }, CardProblem> {
  const text = optional(fields, "description", (value) =>
    asText(value, `the description of ${what}`, columnLimits.textLength),
  );
  if (!text.ok) return text;
  return ok(text.value === undefined ? {} : { description: text.value });
}
