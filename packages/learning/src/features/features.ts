// Columns that somebody declared, as the numbers of an example. What is written depends on a row alone, and what the numbers
// may be is known from the declarations: whoever has the rows and whoever asks of new ones write them alike.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { ColumnDescription, FeatureRecipe } from "@unseen/wire";
import { largestNumber } from "../fit/examples.ts";

type Feature = {
  readonly column: string;
  readonly least: number;
  readonly greatest: number;
  readonly as: FeatureRecipe["as"];
  /** Numbers that it becomes. */
  readonly width: number;
};

export type FeaturePlan = {
  readonly features: readonly Feature[];
  readonly width: number;
  /** Where every number is a place: there are fewer than so many. */
  readonly places: number | undefined;
};

export type WrittenFeatures = { readonly x: Float32Array; readonly isUsable: Uint8Array };

/** Most numbers of one example. */
const widest = 2 ** 16;

/** Refuses by declarations alone: `column-unknown`, `training-invalid`. */
export function planFeatures(
  x: readonly FeatureRecipe[],
  declared: readonly ColumnDescription[],
): Result<FeaturePlan, Problem> {
  const features: Feature[] = [];
  let width = 0;
  for (const { column, as } of x) {
    const found = declaredColumn(column, declared);
    if (!found.ok) return found;
    const range = rangeOf(found.value);
    if (range === undefined || (as === "scaled" && range.isCategory) || (as !== "scaled" && !range.isWhole))
      return err(cannotBe(column, as));
    const { least, greatest } = range;
    const own = as === "one-hot" ? greatest - least + 1 : 1;
    features.push({ column, as, least, greatest, width: own });
    width += own;
    if (width > widest) return err(problem("training-invalid", `an example has more than ${widest} numbers`));
  }
  const places = features.every(({ as }) => as === "place")
    ? Math.max(...features.map(({ least, greatest }) => greatest - least + 1))
    : undefined;
  return ok({ features, width, places });
}

export function declaredColumn(
  name: string,
  declared: readonly ColumnDescription[],
): Result<ColumnDescription, Problem<"column-unknown">> {
  const found = declared.find((each) => each.name === name);
  if (found !== undefined) return ok(found);
  return err(
    problem("column-unknown", `there is no column ${JSON.stringify(name)} to learn from`, {
      hint: `the columns are ${declared
        .slice(0, 40)
        .map((each) => each.name)
        .join(", ")}`,
    }),
  );
}

export type DeclaredRange = {
  readonly least: number;
  readonly greatest: number;
  readonly isWhole: boolean;
  readonly isCategory: boolean;
};

/** Undefined for texts, which are no numbers. */
export function rangeOf(column: ColumnDescription): DeclaredRange | undefined {
  if (column.type === "text") return undefined;
  if (column.type === "category")
    return { least: 0, greatest: column.categories.length - 1, isWhole: true, isCategory: true };
  const { least, greatest, type } = column;
  const isWhole = type === "integer" && Number.isSafeInteger(least) && Number.isSafeInteger(greatest);
  return { least, greatest, isWhole, isCategory: false };
}

/**
 * One row after the other, from a column of numbers for each feature; a category is its place in the declared list. A row
 * with a number that is not within its bounds counts as nothing.
 */
export function writeFeatures(
  { features, width }: FeaturePlan,
  columns: readonly ArrayLike<number>[],
  rows: number,
): WrittenFeatures {
  const x = new Float32Array(rows * width);
  const isUsable = new Uint8Array(rows).fill(1);
  let place = 0;
  for (const [at, feature] of features.entries()) {
    const values = columns[at]!;
    for (let row = 0; row < rows; row++) {
      if (!writeOne(x, row * width + place, feature, values[row]!)) isUsable[row] = 0;
    }
    place += feature.width;
  }
  return { x, isUsable };
}

/** Whether a model may be given these public lines: finite numbers, and where a row has a place, one that is declared. */
export function areFeatures({ features, width }: FeaturePlan, x: Float32Array): boolean {
  if (x.length % width !== 0 || !x.every((each) => Math.abs(each) <= largestNumber)) return false;
  let place = 0;
  for (const { as, least, greatest, width: own } of features) {
    for (let at = place; as === "place" && at < x.length; at += width)
      if (!(Number.isInteger(x[at]!) && x[at]! >= 0 && x[at]! <= greatest - least)) return false;
    place += own;
  }
  return true;
}

/** False where the value is none of the feature's. */
function writeOne(x: Float32Array, at: number, feature: Feature, value: number): boolean {
  const { as, least, greatest } = feature;
  if (!(value >= least && value <= greatest)) return false;
  if (as === "scaled") {
    x[at] = scaledTo(value, feature);
    return true;
  }
  const place = value - least;
  if (!Number.isInteger(place)) return false;
  if (as === "one-hot") x[at + place] = 1;
  else x[at] = place;
  return true;
}

/** From the declared bounds to [-1, 1]. */
export function scaledTo(value: number, { least, greatest }: Pick<Feature, "least" | "greatest">): number {
  return greatest > least ? (value - (least + (greatest - least) / 2)) / ((greatest - least) / 2) : 0;
}

export function scaledBack(result: number, { least, greatest }: Pick<Feature, "least" | "greatest">): number {
  return least + (greatest - least) / 2 + result * ((greatest - least) / 2);
}

function cannotBe(column: string, as: FeatureRecipe["as"]): Problem<"training-invalid"> {
  const hint = {
    scaled: "numbers and whole numbers are scaled; a category is one-hot or a place",
    "one-hot": "categories and whole numbers with declared bounds can be",
    place: "categories and whole numbers with declared bounds can be",
  }[as];
  return problem("training-invalid", `the column ${JSON.stringify(column)} cannot be ${as}`, { hint });
}
