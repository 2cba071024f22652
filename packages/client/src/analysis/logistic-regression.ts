import { problem } from "@unseen/base";
import type { PrivateTensor } from "../datasets/private-tensor.ts";
import { AskRefused } from "../refusals/ask-refused.ts";
import { AnalysisQuestion } from "./analysis-question.ts";
import { inOwnUnits } from "./linear-regression.ts";
import { declaredRange, describedColumn, type Rows } from "./rows.ts";
import { matrixOf, type Ranges, scaledColumns } from "./scaled-columns.ts";

export type LogisticRegression = {
  readonly features: readonly string[];
  /** A column of zeros and ones (or of two categories), or a comparison. */
  readonly target: string | PrivateTensor;
  readonly ranges?: Ranges;
  /** Steps, each of which costs its share of the price: few for small datasets, 63 at the most. 10 unless given. */
  readonly iterations?: number;
  /** How far a step goes, on columns between -1 and 1. 2 unless given. */
  readonly step?: number;
  /** Greatest size of one row's part in each element of a gradient. 1, which clips nothing, unless given. */
  readonly clip?: number;
};

/** Sums that one question may hold, of which one counts the rows. */
const mostIterations = 63;

/**
 * Full-batch gradient descent on the logistic loss. Each step releases the gradient, a noised sum over rows
 * of (sigmoid(x w) - y) x, and the next step goes on with public weights: as many stages as steps.
 */
export function logisticRegression(rows: Rows, asked: LogisticRegression): AnalysisQuestion {
  const { features, target, ranges, iterations = 10, step = 2, clip = 1 } = asked;
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > mostIterations)
    throw new AskRefused(
      problem("program-too-large", `a logistic regression takes from 1 to ${mostIterations} iterations`, {
        hint: "each shares the price with the others; ten are enough for most data",
      }),
    );
  const columns = scaledColumns(rows, features, ranges);
  const x = matrixOf(columns, { intercept: true });
  const y = typeof target === "string" ? outcome(rows, target) : target;
  const count = x.count().maximum(1);
  let weights: PrivateTensor | undefined;
  for (let round = 0; round < iterations; round++) {
    const scores = x.matmul(weights ?? [...features.map(() => 0), 0]);
    const miss = scores.sigmoid().sub(y).reshape([0, 1]);
    const move = x.mul(miss).clip(-clip, clip).sum(0).div(count).mul(-step);
    weights = weights === undefined ? move : weights.add(move);
  }
  const tensor = inOwnUnits(weights!, columns);
  return new AnalysisQuestion([{ name: "coefficients", labels: [[...features, "intercept"]], tensor }]);
}

function outcome(rows: Rows, target: string): PrivateTensor {
  const [least, greatest] = declaredRange(describedColumn(rows, target));
  if (least === 0 && greatest === 1) return rows.column(target);
  throw new AskRefused(
    problem("shapes-do-not-fit", `${target} is not a column of zeros and ones`, {
      hint: `compare it: target: dataset.column(${JSON.stringify(target)}).greater(threshold)`,
    }),
  );
}
