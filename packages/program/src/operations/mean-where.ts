import { err, ok, type Problem, type Result } from "@unseen/base";
import { broadcastShapes, doesNotFit, printShape, type Shape } from "../shape/shape.ts";
import { broadcastPlaces, broadcastSizes, type PlainTensor, scalar, sizeOf } from "../tensor/plain-tensor.ts";
import { isIntegral } from "./bounds.ts";
import { factsOf, holdWithin, middleOf } from "./moments.ts";
import type { Lowering, Operation, Planned } from "./operation.ts";
import { noRule, turnedRows } from "./refusals.ts";

/**
 * The mean over the first axis of what a condition chooses: MeanWhere(x, condition). The two broadcast
 * together, so [n, 1] with a one-hot [n, k] gives k means, one a group. Of nobody it is NaN here, and the
 * middle of the bounds where rows are private: nothing there may tell whether anybody was chosen.
 */
export const meanWhere: Operation = {
  name: "MeanWhere",
  inputs: [2, 2],
  attributes: {},
  shape: ([x, condition]) => chosenShape("a mean", x!, condition!),
  plain: ([x, condition]) => meanOfChosen(x!, condition!, (value) => value),
  sensitivity: {
    rowByRow: () => err(noRule("MeanWhere", "one row alone has none", "take the mean over all rows")),
    lower: (lowering, [x, condition]) => {
      const chosen = chosenRows("MeanWhere", lowering, x!, condition!);
      if (!chosen.ok) return chosen;
      const deviation = meanDeviationOfChosen(lowering, x!, chosen.value);
      if (!deviation.ok) return deviation;
      const mean = lowering.apply("Add", [deviation.value, lowering.constant(middleOf(x!))]);
      return mean.ok ? holdWithin(lowering, mean.value, factsOf(x!)) : mean;
    },
  },
};

export function chosenShape(what: string, x: Shape, condition: Shape): Result<Shape, Problem> {
  const both = broadcastShapes(x, condition);
  if (!both.ok) return both;
  return both.value.length === 0
    ? err(doesNotFit(`${what} of what was chosen runs over rows, and ${printShape(x)} has none`))
    : ok(both.value.slice(1));
}

/** Over the first axis, of f(value) where the condition is not zero. */
export function meanOfChosen(
  x: PlainTensor,
  condition: PlainTensor,
  f: (value: number, group: number) => number,
): PlainTensor {
  const shape = broadcastSizes(x.shape, condition.shape);
  const [a, c] = [broadcastPlaces(x.shape, shape), broadcastPlaces(condition.shape, shape)];
  const groups = sizeOf(shape.slice(1));
  const [totals, counts] = [new Float64Array(groups), new Float64Array(groups)];
  for (let at = 0; at < sizeOf(shape); at++) {
    if (condition.data[c ? c[at]! : at] === 0) continue;
    const group = at % groups;
    totals[group]! += f(x.data[a ? a[at]! : at]!, group);
    counts[group]! += 1;
  }
  return { shape: shape.slice(1), data: totals.map((total, group) => total / counts[group]!) };
}

/** The condition as 0 and 1 for each row; a one-hot one stays one, so that a row counts in one group only. */
export function chosenRows(
  name: string,
  lowering: Lowering,
  x: Planned,
  condition: Planned,
): Result<Planned, Problem> {
  if (x.facts.kind !== "rows" || condition.facts.kind !== "rows") {
    return err(
      noRule(
        name,
        "what is averaged and what chooses are both columns",
        "compare a column: x.greater(30), or choose everybody: x.rowOnes()",
      ),
    );
  }
  if (x.rowAxis !== 0 || condition.rowAxis !== 0) return err(turnedRows(name));
  const { lo, hi } = condition.facts;
  const isIndicator =
    isIntegral(condition.facts) && lo.every((value) => value >= 0) && hi.every((value) => value <= 1);
  if (isIndicator) return ok(condition);
  const isZero = lowering.rowByRow("Not", [condition], {});
  return isZero.ok ? lowering.rowByRow("Not", [isZero.value], {}) : isZero;
}

/** sum(chosen (x - middle)) / count(chosen), with a count of at least one. */
export function meanDeviationOfChosen(
  lowering: Lowering,
  x: Planned,
  chosen: Planned,
): Result<Planned, Problem> {
  const centred = lowering.rowByRow("Sub", [x, lowering.constant(middleOf(x))], {});
  if (!centred.ok) return centred;
  // A product and not Where: it tells the planner that a one-hot row stays one. NaN in a row that was not
  // chosen makes NaN, which the exact part takes for the zero that it stands for.
  const kept = lowering.rowByRow("Mul", [chosen, centred.value], {});
  if (!kept.ok) return kept;
  const total = lowering.sumRows(kept.value);
  if (!total.ok) return total;
  const count = lowering.sumRows(chosen);
  if (!count.ok) return count;
  const atLeastOne = lowering.apply("Max", [count.value, lowering.constant(scalar(1))]);
  return atLeastOne.ok ? lowering.apply("Div", [total.value, atLeastOne.value]) : atLeastOne;
}
