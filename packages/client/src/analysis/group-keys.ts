// Groups by declared keys: every category of the card is a group, whether or not anybody is in it, so that
// a group's being there tells nothing.

import { problem } from "@unseen/base";
import type { PrivateTensor } from "../datasets/private-tensor.ts";
import { AskRefused } from "../refusals/ask-refused.ts";
import type { Labels } from "./labelled.ts";
import { describedColumn, type Rows } from "./rows.ts";

/** Groups in one question: each is a noised number a person might be in, and a row of a table somebody reads. */
const mostGroups = 4_096;

export type GroupKeys = {
  /** The declared keys of each column, in the card's order. */
  readonly labels: readonly Labels[];
  /** How many groups there are in all. */
  readonly size: number;
  /** The number of a row's group, from 0. */
  readonly place: PrivateTensor;
};

/** Columns of categories, or of whole numbers whose declared range is short enough to list. */
export function groupKeys(rows: Rows, names: readonly string[]): GroupKeys {
  const keys = names.map((name) => keysOf(rows, name));
  const size = keys.reduce((product, key) => product * key.labels.length, 1);
  const [first, ...others] = keys;
  if (first === undefined || size > mostGroups) throw new AskRefused(tooMany(size, keys.length));
  return {
    labels: keys.map((key) => key.labels),
    size,
    place: others.reduce((place, key) => place.mul(key.labels.length).add(key.place), first.place),
  };
}

function keysOf(rows: Rows, name: string): { readonly labels: Labels; readonly place: PrivateTensor } {
  const column = describedColumn(rows, name);
  const values = rows.column(name);
  if (column.type === "category") return { labels: column.categories, place: values };
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

function tooMany(size: number, columns: number) {
  if (columns === 0)
    return problem("column-unknown", "groupBy() was called without a column", {
      hint: 'name a column of categories: groupBy("region")',
    });
  return problem("program-too-large", `${size} groups, and at most ${mostGroups} fit one question`, {
    hint: "group by fewer columns at a time",
  });
}
