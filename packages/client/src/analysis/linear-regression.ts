import type { PrivateTensor } from "../datasets/private-tensor.ts";
import { AnalysisQuestion } from "./analysis-question.ts";
import type { Rows } from "./rows.ts";
import {
  identity,
  matrixOf,
  type Ranges,
  type ScaledColumn,
  scaledColumn,
  scaledColumns,
} from "./scaled-columns.ts";

export type LinearRegression = {
  readonly features: readonly string[];
  readonly target: string;
  /** Narrower ranges than the declared ones, for the features and the target: less noise, values outside clipped. */
  readonly ranges?: Ranges;
  /** As many imagined rows that pull each slope to zero. 0 unless given; for small datasets a few tens steady the fit. */
  readonly ridge?: number;
};

/**
 * Least squares with an intercept. Each row adds the products of its scaled columns, X'X and X'y, as one
 * sum; the system is solved on what was released. With p features a row adds (p + 1)(p + 4) / 2 products of
 * size one, so that is the scale of the noise times 1 / epsilon on sums that grow with the rows.
 */
export function linearRegression(
  rows: Rows,
  { features, target, ranges = {}, ridge = 0 }: LinearRegression,
): AnalysisQuestion {
  const columns = scaledColumns(rows, features, ranges);
  const y = scaledColumn(rows, target, ranges[target]);
  const size = columns.length + 1;
  const sums = productSums(matrixOf(columns, { intercept: true }), y.values, size);
  const gram = sums.gather(gramPlaces(size)).reshape([size, size]);
  const moments = sums.slice((size * (size + 1)) / 2, (size * (size + 3)) / 2);
  // The intercept is not pulled.
  const pulled = identity(size, ridge).map((row, at) => (at === size - 1 ? row.fill(0) : row));
  const solved = (ridge === 0 ? gram : gram.add(pulled)).solve(moments);
  const tensor = inOwnUnits(solved, columns, y);
  return new AnalysisQuestion([{ name: "coefficients", labels: [[...features, "intercept"]], tensor }]);
}

/** The products i <= j of the matrix's columns, then of each of them and y. One sum, so one share of the price. */
function productSums(x: PrivateTensor, y: PrivateTensor, size: number): PrivateTensor {
  const pairs = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size - i }, (_, step) => [i, i + step] as const),
  ).flat();
  const all = x.concat([y.reshape([0, 1])], 1);
  const own = Array.from({ length: size }, (_, i) => i);
  const left = all.gather([...pairs.map(([i]) => i), ...own], 1);
  const right = all.gather([...pairs.map(([, j]) => j), ...own.map(() => size)], 1);
  return left.mul(right).sum(0);
}

/** Where element (i, j) of X'X stands among the pairs. */
function gramPlaces(size: number): readonly number[] {
  const start = (i: number) => i * size - (i * (i - 1)) / 2;
  return Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    return start(Math.min(i, j)) + Math.abs(i - j);
  });
}

/** A slope of scaled columns by their scales; the intercept takes what the middles add. */
export function inOwnUnits(
  weights: PrivateTensor,
  columns: readonly ScaledColumn[],
  y: { readonly middle: number; readonly half: number } = { middle: 0, half: 1 },
): PrivateTensor {
  const last = columns.length;
  const back = identity(last + 1, y.half);
  for (const [at, { middle, half }] of columns.entries()) {
    back[at]![at] = y.half / half;
    back[at]![last] = (-y.half * middle) / half;
  }
  return weights.matmul(back).add([...columns.map(() => 0), y.middle]);
}
