import { err, ok, type Problem, type Result } from "@unseen/base";
import { doesNotFit, printShape } from "../shape/shape.ts";
import { mapTensor } from "../tensor/plain-tensor.ts";
import { crossProduct } from "./cross-product.ts";
import { matMul } from "./matmul.ts";
import { countOverRows, middleOf, quotientOfSums, withCorrection } from "./moments.ts";
import type { Lowering, Operation, Planned } from "./operation.ts";
import { reduceMean } from "./reduce-mean.ts";
import { noRule, turnedRows } from "./refusals.ts";
import { sub } from "./sub.ts";
import { transpose } from "./transpose.ts";

/** Covariance of the columns of [n, k]: a symmetric [k, k], divided by n - correction. */
export const covariance: Operation = {
  name: "Covariance",
  inputs: [1, 1],
  attributes: { correction: { kind: "integer", default: 0 } },
  shape: ([x]) =>
    x!.length === 2
      ? ok([x![1]!, x![1]!])
      : err(doesNotFit(`covariance takes rows and columns, [n, k], not ${printShape(x!)}`)),
  plain: ([x], attributes) => {
    const mean = reduceMean.plain([x!], { axes: [0], keepdims: 1 });
    const centred = sub.plain([x!, mean], {});
    const total = matMul.plain([transpose.plain([centred], { perm: [1, 0] }), centred], {});
    return mapTensor(total, (value) => value / Math.max(x!.shape[0]! - (attributes.correction as number), 1));
  },
  sensitivity: {
    rowByRow: () => err(noRule("Covariance", "one row alone has none", "take the covariance over all rows")),
    lower: (lowering, [x], attributes) =>
      x!.rowAxis === 0
        ? covarianceOverRows(lowering, x!, attributes.correction as number)
        : err(turnedRows("Covariance")),
  },
};

/** E[(x - m)(x - m)'] - E[x - m] E[x - m]', around the middle m of the declared bounds. */
function covarianceOverRows(lowering: Lowering, x: Planned, correction: number): Result<Planned, Problem> {
  const width = x.shape[1] as number;
  const centred = lowering.rowByRow("Sub", [x, lowering.constant(middleOf(x))], {});
  if (!centred.ok) return centred;
  const total = crossProduct(lowering, centred.value, centred.value);
  if (!total.ok) return total;
  const count = countOverRows(lowering, x);
  if (!count.ok) return count;
  const second = lowering.apply("Div", [total.value, count.value]);
  if (!second.ok) return second;
  const first = quotientOfSums(lowering, centred.value);
  if (!first.ok) return first;
  const column = lowering.apply("Reshape", [first.value], { shape: [width, 1] });
  const row = lowering.apply("Reshape", [first.value], { shape: [1, width] });
  if (!column.ok) return column;
  if (!row.ok) return row;
  const squaredFirst = lowering.apply("Mul", [column.value, row.value]);
  if (!squaredFirst.ok) return squaredFirst;
  const raw = lowering.apply("Sub", [second.value, squaredFirst.value]);
  return raw.ok ? withCorrection(lowering, raw.value, x, correction) : raw;
}
