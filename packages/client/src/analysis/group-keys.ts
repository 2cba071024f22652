// Groups by declared keys: every category of the card is a group, whether or not anybody is in it, so that
// a group's being there tells nothing. A column of texts has the keys that were released, or that the asker names.

import { problem } from "@unseen/base";
import type { PrivateTensor } from "../datasets/private-tensor.ts";
import { AskRefused } from "../refusals/ask-refused.ts";
import type { Labels } from "./labelled.ts";
import { describedColumn, type Rows } from "./rows.ts";

/** Groups in one question: each is a noised number a person might be in, and a row of a table somebody reads. */
const mostGroups = 4_096;

/** Keys of the one column of texts among those that are grouped by, or of several by their names. */
export type KeysOfTexts = readonly string[] | Readonly<Record<string, readonly string[]>>;

export type GroupKeys = {
  /** The keys of each column, declared ones in the card's order. */
  readonly labels: readonly Labels[];
  /** How many groups there are in all. */
  readonly size: number;
  /** The number of a row's group, from 0; -1 for a row that is in none. */
  readonly place: PrivateTensor;
};

/** The column of texts whose keys nobody has given; undefined where there is none. */
export function columnWithoutKeys(
  rows: Rows,
  names: readonly string[],
  given: KeysOfTexts | undefined,
): string | undefined {
  const texts = names.filter((name) => describedColumn(rows, name).type === "text");
  const without = texts.filter((name) => keysGiven(name, texts, given) === undefined);
  if (without.length < 2) return without[0];
  throw new AskRefused(
    problem(
      "no-rule",
      `${without.join(" and ")} are columns of texts without keys, and one question asks for those of one`,
      {
        hint: "ask for the keys of each first, and give them: groupBy(..., { keys: { diagnosis: found.keys } })",
      },
    ),
  );
}

/** Columns of categories, of texts with keys, or of whole numbers whose declared range is short enough to list. */
export function groupKeys(rows: Rows, names: readonly string[], given?: KeysOfTexts): GroupKeys {
  const texts = names.filter((name) => describedColumn(rows, name).type === "text");
  const keys = names.map((name) => keysOf(rows, name, keysGiven(name, texts, given)));
  const size = keys.reduce((product, key) => product * key.labels.length, 1);
  const [first, ...others] = keys;
  if (first === undefined || size > mostGroups) throw new AskRefused(tooMany(size, keys.length));
  const place = others.reduce((outer, key) => outer.mul(key.labels.length).add(key.place), first.place);
  // A text that is none of the keys has the place -1, which beside another column would be a place in some group.
  const isIn = keys
    .flatMap((key) => key.isIn ?? [])
    .reduce<PrivateTensor | undefined>((one, other) => one?.and(other) ?? other, undefined);
  return {
    labels: keys.map((key) => key.labels),
    size,
    place: isIn === undefined || others.length === 0 ? place : isIn.where(place, -1),
  };
}

function keysGiven(
  name: string,
  texts: readonly string[],
  given: KeysOfTexts | undefined,
): readonly string[] | undefined {
  if (given === undefined || !isList(given))
    return given !== undefined && Object.hasOwn(given, name) ? given[name] : undefined;
  return texts.length === 1 && texts[0] === name ? given : undefined;
}

function isList(given: KeysOfTexts): given is readonly string[] {
  return Array.isArray(given);
}

type ColumnKeys = {
  readonly labels: Labels;
  readonly place: PrivateTensor;
  /** 1 for the rows that have one of the keys; undefined where all have. */
  readonly isIn?: PrivateTensor;
};

function keysOf(rows: Rows, name: string, given: readonly string[] | undefined): ColumnKeys {
  const column = describedColumn(rows, name);
  const values = rows.column(name);
  if (column.type === "category") return { labels: column.categories, place: values };
  if (column.type === "text") {
    if (given === undefined || given.length === 0) throw new AskRefused(keysMissing(name));
    const place = values.labelEncoder(given);
    return { labels: given, place, isIn: place.greaterOrEqual(0) };
  }
  const size = column.greatest - column.least + 1;
  if (column.type === "number" || size > mostGroups) {
    throw new AskRefused(
      problem("shapes-do-not-fit", `${name} is a column of numbers, and groups have declared keys`, {
        hint: `group by a category, or count it in bins: column(${JSON.stringify(name)}).histogram(...)`,
      }),
    );
  }
  const labels = Array.from({ length: size }, (_, at) => String(column.least + at));
  return { labels, place: column.least === 0 ? values : values.sub(column.least) };
}

function keysMissing(name: string) {
  return problem("no-rule", `${name} is a column of texts, and groups have keys`, {
    hint: `ask which may be shown, and give them: groupBy(${JSON.stringify(name)}, { keys })`,
  });
}

function tooMany(size: number, columns: number) {
  if (columns === 0)
    return problem("column-unknown", "groupBy() was called without a column", {
      hint: 'name a column of categories: groupBy("region")',
    });
  return problem("program-too-large", `${size} groups, and at most ${mostGroups} fit one question`, {
    hint: "group by fewer columns at a time",
  });
}
