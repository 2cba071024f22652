import { problem } from "@unseen/base";
import type { PrivateTensor } from "../datasets/private-tensor.ts";
import { AskRefused } from "../refusals/ask-refused.ts";
import { AnalysisQuestion } from "./analysis-question.ts";
import type { Rows } from "./rows.ts";
import { matrixOf, type Ranges, type ScaledColumn, scaledColumns } from "./scaled-columns.ts";

export type KMeans = {
  readonly k: number;
  readonly columns: readonly string[];
  readonly ranges?: Ranges;
  /** Steps, each of which costs its share of the price. 5 unless given. */
  readonly iterations?: number;
  /** Where the centres begin, in the columns' own units: k lists. Spread evenly over the ranges unless given. */
  readonly start?: readonly (readonly number[])[];
};

/** Sums that one question may hold. */
const mostSums = 64;

/**
 * Lloyd's iterations (1982) on columns laid between -1 and 1. A step releases how many rows are nearest to
 * each centre and the sum of each column there: k numbers a sum and one row in one of them, so more clusters
 * carry no more noise. A cluster of nobody keeps its centre.
 */
export function kMeans(
  rows: Rows,
  { k, columns: names, ranges, iterations = 5, start }: KMeans,
): AnalysisQuestion {
  const columns = scaledColumns(rows, names, ranges);
  const sums = iterations * (columns.length + 1);
  if (!(Number.isInteger(k) && k >= 1 && Number.isInteger(iterations) && iterations >= 1 && sums <= mostSums))
    throw new AskRefused(
      problem("program-too-large", `k-means over ${names.length} columns in ${iterations} iterations`, {
        hint: `iterations times columns and one may be ${mostSums} at the most; take fewer of either`,
      }),
    );
  const x = matrixOf(columns, { intercept: false });
  let centres: PrivateTensor | number[][] = startingCentres(columns, k, start);
  let sizes: PrivateTensor | undefined;
  for (let round = 0; round < iterations; round++) {
    const nearest = nearestHot(x, centres, k);
    sizes = nearest.sum(0);
    const totals = columns.map(({ values }) =>
      nearest
        .mul(values.reshape([0, 1]))
        .sum(0)
        .reshape([k, 1]),
    );
    const moved = totals[0]!
      .concat(totals.slice(1), 1)
      .div(sizes.maximum(1).reshape([k, 1]))
      .clip(-1, 1);
    centres = sizes.greaterOrEqual(1).reshape([k, 1]).where(moved, centres);
  }
  const halves = columns.map(({ half }) => half);
  const middles = columns.map(({ middle }) => middle);
  const clusters = Array.from({ length: k }, (_, at) => `cluster ${at + 1}`);
  const tensor = (centres as PrivateTensor).mul(halves).add(middles);
  return new AnalysisQuestion([
    { name: "centres", labels: [clusters, names], tensor },
    { name: "sizes", labels: [clusters], tensor: sizes! },
  ]);
}

/** Nearest by |x - c|^2, of which |x|^2 is the same for every centre: the greatest 2 x c - |c|^2. */
function nearestHot(x: PrivateTensor, centres: PrivateTensor | number[][], k: number): PrivateTensor {
  const scores = Array.isArray(centres)
    ? x
        .matmul(centres[0]!.map((_, column) => centres.map((centre) => 2 * centre[column]!)))
        .sub(centres.map((centre) => centre.reduce((sum, value) => sum + value * value, 0)))
    : x.matmul(centres.transpose().mul(2)).sub(centres.mul(centres).sum(1));
  return scores.argMax(1).oneHot(k);
}

/**
 * An additive sequence fills the box evenly whatever its dimension (Roberts 2018, "R sequence"): steps by
 * powers of the root of g^(d + 1) = g + 1. It looks at no row.
 */
function startingCentres(columns: readonly ScaledColumn[], k: number, start: KMeans["start"]): number[][] {
  if (start !== undefined) {
    if (start.length !== k || start.some((centre) => centre.length !== columns.length))
      throw new AskRefused(
        problem("shapes-do-not-fit", `the start of k-means is ${k} lists of ${columns.length} numbers`),
      );
    return start.map((centre) =>
      centre.map((value, at) => (value - columns[at]!.middle) / columns[at]!.half),
    );
  }
  let root = 2;
  // A fixed point; thirty rounds leave nothing to mend in a double.
  for (let round = 0; round < 30; round++) root = (1 + root) ** (1 / (columns.length + 1));
  return Array.from({ length: k }, (_, at) =>
    columns.map((_, axis) => 2 * ((0.5 + (at + 1) * root ** -(axis + 1)) % 1) - 1),
  );
}
