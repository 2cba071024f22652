// The functions of the language: each name, how it is written, and the tensor method that it stands for.
// They are one thing because they are the vocabulary of `unseen ask`, read as one list.

import type { Axes, NestedNumbers, TensorMethods } from "@unseen/program";
import type { ColumnFacts } from "./columns.ts";

/** What a tensor of a dataset can do here; `shape` tells columns from what is made of several. */
export type Recorder<T> = TensorMethods<T> & { readonly shape: readonly (number | "rows")[] };

/** What a function is given, read one by one by its place. Each reader refuses, at that place, what does not fit. */
export interface Given<T> {
  readonly count: number;
  /** A column, or what is made of columns. */
  tensor(at: number): T;
  number(at: number, fallback?: number): number;
  numbers(at: number, fallback?: readonly number[]): readonly number[];
  /** A tensor or plain numbers. */
  operand(at: number): T | NestedNumbers;
  /** What the card declares about a column given by its bare name. */
  column(at: number): ColumnFacts | undefined;
  /** Columns side by side, from the place `from` on: [rows, k]. */
  sideBySide(from: number): T;
  /** Any column of the dataset. */
  anyColumn(): T;
  refuse(at: number, message: string, hint?: string): never;
}

export type LanguageFunction = {
  /** How it is written, with what may be left out in brackets. */
  readonly usage: string;
  readonly fewest: number;
  readonly most: number;
  readonly record: <T extends Recorder<T>>(given: Given<T>) => T;
};

type Plain =
  | "abs"
  | "sign"
  | "exp"
  | "log"
  | "sqrt"
  | "reciprocal"
  | "floor"
  | "ceil"
  | "round"
  | "relu"
  | "sigmoid"
  | "tanh";
type Turning = "sin" | "cos" | "tan" | "asin" | "acos" | "atan" | "sinh" | "cosh" | "asinh";
type Elementwise = Plain | Turning | "inverse";
type Reduction = "sum" | "mean" | "min" | "max";

const anyNumber = 1_000;

export const functions: Readonly<Record<string, LanguageFunction>> = Object.freeze({
  mean: reduction("mean"),
  sum: reduction("sum"),
  count: {
    usage: "count()",
    fewest: 0,
    most: 1,
    record: <T extends Recorder<T>>(given: Given<T>) =>
      (given.count === 0 ? given.anyColumn() : given.tensor(0)).count(),
  },
  people: {
    usage: "people([condition])",
    fewest: 0,
    most: 1,
    record: <T extends Recorder<T>>(given: Given<T>) =>
      (given.count === 0 ? given.anyColumn().rowOnes() : given.tensor(0)).countPeople(),
  },
  peopleby: {
    usage: "peopleby(category[, mostgroups])",
    fewest: 1,
    most: 2,
    record: <T extends Recorder<T>>(given: Given<T>) =>
      groupsOf(given, 0, "peopleby").countPeople({ mostGroupsEach: given.number(1, 0) }),
  },
  personsum: {
    usage: "personsum(x, least, greatest)",
    fewest: 3,
    most: 3,
    record: <T extends Recorder<T>>(given: Given<T>) =>
      given.tensor(0).sumByPerson(given.number(1), given.number(2)),
  },
  personmean: {
    usage: "personmean(x, least, greatest)",
    fewest: 3,
    most: 3,
    record: <T extends Recorder<T>>(given: Given<T>) => {
      const sum = given.tensor(0).sumByPerson(given.number(1), given.number(2));
      const people = given.tensor(0).rowOnes().countPeople().maximum(1);
      return sum.div(people).clip(given.number(1), given.number(2));
    },
  },
  personsumby: {
    usage: "personsumby(x, category, least, greatest[, mostgroups])",
    fewest: 4,
    most: 5,
    record: <T extends Recorder<T>>(given: Given<T>) => personSumBy(given, "personsumby"),
  },
  personmeanby: {
    usage: "personmeanby(x, category, least, greatest[, mostgroups])",
    fewest: 4,
    most: 5,
    record: <T extends Recorder<T>>(given: Given<T>) => {
      const people = groupsOf(given, 1, "personmeanby").countPeople({ mostGroupsEach: given.number(4, 0) });
      const sum = personSumBy(given, "personmeanby");
      return sum.div(people.maximum(1)).clip(given.number(2), given.number(3));
    },
  },
  var: spread("variance", "var"),
  std: spread("std", "std"),
  histogram: {
    usage: "histogram(x, bins[, min, max])",
    fewest: 1,
    most: 4,
    record: histogram,
  },
  counts: {
    usage: "counts(category)",
    fewest: 1,
    most: 1,
    record: <T extends Recorder<T>>(given: Given<T>) => countsOf(given, "counts"),
  },
  mostcommon: {
    usage: "mostcommon(category[, k])",
    fewest: 1,
    most: 2,
    record: <T extends Recorder<T>>(given: Given<T>) =>
      groupsOf(given, 0, "mostcommon").chooseGreatest(given.number(1, 1)),
  },
  countsabove: {
    usage: "countsabove(category, threshold[, most])",
    fewest: 2,
    most: 3,
    record: <T extends Recorder<T>>(given: Given<T>) =>
      groupsOf(given, 0, "countsabove").sumAbove(given.number(1), { mostAbove: given.number(2, 1) }),
  },
  sumabove: {
    usage: "sumabove(x, threshold)",
    fewest: 2,
    most: 2,
    record: <T extends Recorder<T>>(given: Given<T>) => given.tensor(0).sumAbove(given.number(1)),
  },
  covariance: {
    usage: "covariance(a, b, ...)",
    fewest: 1,
    most: anyNumber,
    record: <T extends Recorder<T>>(given: Given<T>) => given.sideBySide(0).covariance(),
  },
  correlation: {
    usage: "correlation(a, b, ...)",
    fewest: 1,
    most: anyNumber,
    record: <T extends Recorder<T>>(given: Given<T>) => given.sideBySide(0).correlation(),
  },
  median: {
    usage: "median(x[, bins])",
    fewest: 1,
    most: 2,
    record: <T extends Recorder<T>>(given: Given<T>) => given.tensor(0).median(binsOf(given, 1)),
  },
  quantile: {
    usage: "quantile(x, q[, bins])",
    fewest: 2,
    most: 3,
    record: <T extends Recorder<T>>(given: Given<T>) =>
      given.tensor(0).quantile(given.numbers(1), binsOf(given, 2)),
  },
  meanwhere: {
    usage: "meanwhere(x, condition)",
    fewest: 2,
    most: 2,
    record: <T extends Recorder<T>>(given: Given<T>) => given.tensor(0).meanWhere(given.tensor(1)),
  },
  meanby: {
    usage: "meanby(x, category)",
    fewest: 2,
    most: 2,
    record: <T extends Recorder<T>>(given: Given<T>) =>
      given
        .tensor(0)
        .reshape([0, 1])
        .meanWhere(groupsOf(given, 1, "meanby")),
  },
  table: {
    usage: "table(category, category)",
    fewest: 2,
    most: 2,
    record: twoWayTable,
  },
  columns: {
    usage: "columns(a, b, ...)",
    fewest: 1,
    most: anyNumber,
    record: <T extends Recorder<T>>(given: Given<T>) => given.sideBySide(0),
  },
  where: {
    usage: "where(condition, x, y)",
    fewest: 3,
    most: 3,
    record: <T extends Recorder<T>>(given: Given<T>) =>
      given.tensor(0).where(given.operand(1), given.operand(2)),
  },
  clip: {
    usage: "clip(x, min, max)",
    fewest: 3,
    most: 3,
    record: <T extends Recorder<T>>(given: Given<T>) =>
      given.tensor(0).clip(given.number(1), given.number(2)),
  },
  min: extreme("min", "minimum"),
  max: extreme("max", "maximum"),
  ...Object.fromEntries(
    (
      [
        "abs",
        "sign",
        "exp",
        "log",
        "sqrt",
        "reciprocal",
        "floor",
        "ceil",
        "round",
        "relu",
        "sigmoid",
        "tanh",
      ] as const
    ).map((name) => [name, elementwise(name)]),
  ),
  ...Object.fromEntries(
    (["sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "asinh"] as const).map((name) => [
      name,
      elementwise(name),
    ]),
  ),
  inverse: elementwise("inverse"),
  solve: pair("solve", "solve(a, b)"),
  matmul: pair("matmul", "matmul(x, y)"),
  transpose: {
    usage: "transpose(x)",
    fewest: 1,
    most: 1,
    record: <T extends Recorder<T>>(given: Given<T>) => given.tensor(0).transpose(),
  },
  reshape: {
    usage: "reshape(x, [sizes])",
    fewest: 2,
    most: 2,
    record: <T extends Recorder<T>>(given: Given<T>) => given.tensor(0).reshape(given.numbers(1)),
  },
  slice: {
    usage: "slice(x, start, end[, axis])",
    fewest: 3,
    most: 4,
    record: <T extends Recorder<T>>(given: Given<T>) =>
      given.tensor(0).slice(given.number(1), given.number(2), { axis: given.number(3, 0) }),
  },
  gather: {
    usage: "gather(x, [places][, axis])",
    fewest: 2,
    most: 3,
    record: <T extends Recorder<T>>(given: Given<T>) =>
      given.tensor(0).gather(given.numbers(1), given.number(2, 0)),
  },
  onehot: {
    usage: "onehot(x[, depth])",
    fewest: 1,
    most: 2,
    record: <T extends Recorder<T>>(given: Given<T>) => {
      const column = given.column(0);
      const depth = column?.type === "category" ? column.categories.length : undefined;
      if (given.count < 2 && depth === undefined)
        given.refuse(0, "onehot of what is not a category needs its depth");
      return given.tensor(0).oneHot(given.number(1, depth));
    },
  },
  cumsum: {
    usage: "cumsum(x[, axis])",
    fewest: 1,
    most: 2,
    record: <T extends Recorder<T>>(given: Given<T>) => given.tensor(0).cumSum(given.number(1, 0)),
  },
  argsort: {
    usage: "argsort(x)",
    fewest: 1,
    most: 1,
    record: <T extends Recorder<T>>(given: Given<T>) => given.tensor(0).argSort(),
  },
  topk: {
    usage: "topk(x, k)",
    fewest: 2,
    most: 2,
    record: <T extends Recorder<T>>(given: Given<T>) => given.tensor(0).topK(given.number(1)),
  },
  eigen: {
    usage: "eigen(matrix)",
    fewest: 1,
    most: 1,
    record: <T extends Recorder<T>>(given: Given<T>) => given.tensor(0).eigenSymmetric(),
  },
  argmax: {
    usage: "argmax(x[, axis])",
    fewest: 1,
    most: 2,
    record: <T extends Recorder<T>>(given: Given<T>) => given.tensor(0).argMax(given.number(1, 0)),
  },
});

function axesOf<T>(given: Given<T>, name: string): Axes {
  if (given.count < 2) return [];
  if (given.count > 2 || given.column(1) !== undefined)
    given.refuse(
      1,
      `${name} takes one thing at a time`,
      `several columns at once: ${name}(columns(a, b), 0)`,
    );
  return given.numbers(1);
}

function reduction(name: Reduction): LanguageFunction {
  return {
    usage: `${name}(x[, axis])`,
    fewest: 1,
    most: anyNumber,
    record: <T extends Recorder<T>>(given: Given<T>) => given.tensor(0)[name](axesOf(given, name)),
  };
}

function spread(method: "variance" | "std", name: string): LanguageFunction {
  return {
    usage: `${name}(x[, axis])`,
    fewest: 1,
    most: anyNumber,
    record: <T extends Recorder<T>>(given: Given<T>) => given.tensor(0)[method](axesOf(given, name)),
  };
}

/** Of one thing over its axes, of two element by element. */
function extreme(over: "min" | "max", between: "minimum" | "maximum"): LanguageFunction {
  return {
    usage: `${over}(x[, y])`,
    fewest: 1,
    most: 2,
    record: <T extends Recorder<T>>(given: Given<T>) =>
      given.count === 1 ? given.tensor(0)[over]() : given.tensor(0)[between](given.operand(1)),
  };
}

function elementwise(name: Elementwise): LanguageFunction {
  return {
    usage: `${name}(x)`,
    fewest: 1,
    most: 1,
    record: <T extends Recorder<T>>(given: Given<T>) => given.tensor(0)[name](),
  };
}

function pair(name: "solve" | "matmul", usage: string): LanguageFunction {
  return {
    usage,
    fewest: 2,
    most: 2,
    record: <T extends Recorder<T>>(given: Given<T>) => given.tensor(0)[name](given.operand(1)),
  };
}

/** The declared bounds stand where no ends are given: they are public, and nothing lies outside them. */
function histogram<T extends Recorder<T>>(given: Given<T>): T {
  const column = given.column(0);
  if (given.count === 1 && column?.type === "category") return countsOf(given, "histogram");
  if (given.count === 1) given.refuse(0, "a histogram needs its number of bins", "as histogram(x, 10)");
  const bounds = column?.type === "number" || column?.type === "integer" ? column : undefined;
  if (given.count === 3)
    given.refuse(2, "a histogram takes both ends or none", "as histogram(x, 10, 60, 140)");
  if (given.count === 2 && bounds === undefined)
    given.refuse(
      0,
      "only a column by its name has declared bounds; give both ends",
      "as histogram(x, 10, 60, 140)",
    );
  return given
    .tensor(0)
    .histogram(given.number(1), given.number(2, bounds?.least), given.number(3, bounds?.greatest));
}

/** How many rows have each of the declared categories. */
function countsOf<T extends Recorder<T>>(given: Given<T>, name: string): T {
  return groupsOf(given, 0, name).sum(0);
}

/** What the people of each category have there in total, each held. */
function personSumBy<T extends Recorder<T>>(given: Given<T>, name: string): T {
  return groupsOf(given, 1, name)
    .mul(given.tensor(0).reshape([0, 1]))
    .sumByPerson(given.number(2), given.number(3), { mostGroupsEach: given.number(4, 0) });
}

/** A row's category as a one at its place: [rows, k]. */
function groupsOf<T extends Recorder<T>>(given: Given<T>, at: number, name: string): T {
  return given.tensor(at).oneHot(categoryCount(given, at, name));
}

function categoryCount<T>(given: Given<T>, at: number, name: string): number {
  const column = given.column(at);
  if (column?.type !== "category") return given.refuse(at, `${name} takes the name of a category column`);
  return column.categories.length;
}

/** Both categories make one group, so that a row counts in one cell. */
function twoWayTable<T extends Recorder<T>>(given: Given<T>): T {
  const [height, width] = [categoryCount(given, 0, "table"), categoryCount(given, 1, "table")];
  const cells = given
    .tensor(0)
    .mul(width)
    .add(given.tensor(1))
    .oneHot(height * width);
  return cells.sum(0).reshape([height, width]);
}

/** As many bins as quantiles are looked for in; the operation's own number unless given. */
function binsOf<T>(given: Given<T>, at: number): { readonly bins?: number } {
  return given.count > at ? { bins: given.number(at) } : {};
}
