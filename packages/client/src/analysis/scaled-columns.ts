// Columns laid between -1 and 1 by public ranges, so that a sum over rows carries noise that is fair to each.

import { problem } from "@unseen/base";
import type { PrivateTensor } from "../datasets/private-tensor.ts";
import { AskRefused } from "../refusals/ask-refused.ts";
import { declaredRange, describedColumn, type Rows } from "./rows.ts";

/** Chosen by the asker without looking, narrower than what is declared; values outside count at the nearer end. */
export type Ranges = Readonly<Record<string, readonly [least: number, greatest: number]>>;

export type ScaledColumn = {
  readonly name: string;
  readonly middle: number;
  readonly half: number;
  /** [rows], between -1 and 1. */
  readonly values: PrivateTensor;
};

export function scaledColumns(
  rows: Rows,
  names: readonly string[],
  ranges: Ranges = {},
): readonly [ScaledColumn, ...ScaledColumn[]] {
  const scaled = names.map((name) => scaledColumn(rows, name, ranges[name]));
  const [first, ...others] = scaled;
  if (first === undefined || new Set(names).size < names.length)
    throw new AskRefused(
      problem("column-unknown", "an analysis needs at least one column, and each of them once", {
        hint: `the columns are ${rows.schema.map((column) => column.name).join(", ")}`,
      }),
    );
  return [first, ...others];
}

export function scaledColumn(rows: Rows, name: string, range?: readonly [number, number]): ScaledColumn {
  const [least, greatest] = range ?? declaredRange(describedColumn(rows, name));
  if (!(least < greatest))
    throw new AskRefused(
      problem("shapes-do-not-fit", `the range of ${name} is empty: its first end is not below the second`),
    );
  const [middle, half] = [(least + greatest) / 2, (greatest - least) / 2];
  return { name, middle, half, values: rows.column(name).sub(middle).div(half).clip(-1, 1) };
}

/** Side by side, [rows, k], with a last column of ones where there is to be an intercept. */
export function matrixOf(
  [first, ...others]: readonly [ScaledColumn, ...ScaledColumn[]],
  { intercept }: { readonly intercept: boolean },
): PrivateTensor {
  const standing = others.map(({ values }) => values.reshape([0, 1]));
  const ones = intercept ? [first.values.rowOnes().reshape([0, 1])] : [];
  return first.values.reshape([0, 1]).concat([...standing, ...ones], 1);
}

export function identity(size: number, value = 1): number[][] {
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => (i === j ? value : 0)),
  );
}
