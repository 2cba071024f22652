import { err, ok } from "@unseen/base";
import { axisFromFront, resolveAxis, rowAxisOf } from "../shape/shape.ts";
import { aroundAxis, type PlainTensor } from "../tensor/plain-tensor.ts";
import { isIntegral, rowIntervals, rowsFacts } from "./bounds.ts";
import type { Operation } from "./operation.ts";
import { noRule, turnedRows } from "./refusals.ts";

/** Running sums along one axis. The private rows have no public order to run along. */
export const cumSum: Operation = {
  name: "CumSum",
  inputs: [1, 1],
  attributes: { axis: { kind: "integer", default: 0 } },
  shape: ([x], attributes) => {
    const axis = resolveAxis(attributes.axis as number, x!.length);
    if (!axis.ok) return axis;
    if (axis.value === rowAxisOf(x!)) {
      return err(
        noRule(
          "CumSum",
          "the rows have no order that anybody outside knows",
          "histogram(...).cumSum() gives the cumulative counts",
        ),
      );
    }
    return ok(x!);
  },
  plain: ([x], attributes) => run(x!, axisFromFront(attributes.axis as number, x!.shape.length)),
  sensitivity: {
    rowByRow: ([x], attributes) => {
      const row = rowIntervals(x!);
      const axis = axisFromFront(attributes.axis as number, row.shape.length + 1) - 1;
      const lo = run({ shape: row.shape, data: row.lo }, axis);
      const hi = run({ shape: row.shape, data: row.hi }, axis);
      return ok(rowsFacts(row.shape, lo.data, hi.data, [x!], { integral: isIntegral(x!) }));
    },
    lower: (lowering, [x], attributes) =>
      x!.rowAxis === 0 ? lowering.rowByRow("CumSum", [x!], attributes) : err(turnedRows("CumSum")),
  },
};

function run(x: PlainTensor, axis: number): PlainTensor {
  const { outer, size, inner } = aroundAxis(x.shape, axis);
  const data = Float64Array.from(x.data);
  for (let block = 0; block < outer; block++) {
    for (let step = 1; step < size; step++) {
      for (let within = 0; within < inner; within++) {
        const at = (block * size + step) * inner + within;
        data[at]! += data[at - inner]!;
      }
    }
  }
  return { shape: x.shape, data };
}
