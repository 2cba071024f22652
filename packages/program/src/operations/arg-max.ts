import { err, ok } from "@unseen/base";
import { axisFromFront, resolveAxis, rowAxisOf } from "../shape/shape.ts";
import { aroundAxis } from "../tensor/plain-tensor.ts";
import type { Operation } from "./operation.ts";
import { noRule, turnedRows } from "./refusals.ts";

/** The place of the greatest element along one axis, the first of equals. NaN is never the greatest. */
export const argMax: Operation = {
  name: "ArgMax",
  inputs: [1, 1],
  attributes: { axis: { kind: "integer", default: 0 } },
  shape: ([x], attributes) => {
    const axis = resolveAxis(attributes.axis as number, x!.length);
    if (!axis.ok) return axis;
    if (axis.value === rowAxisOf(x!)) {
      return err(
        noRule(
          "ArgMax",
          "it would name one row, which is a person",
          "take it of what was released: histogram(...).argMax()",
        ),
      );
    }
    return ok(x!.filter((_, at) => at !== axis.value));
  },
  plain: ([x], attributes) => {
    const axis = axisFromFront(attributes.axis as number, x!.shape.length);
    const { outer, size, inner } = aroundAxis(x!.shape, axis);
    const data = new Float64Array(outer * inner);
    for (let block = 0; block < outer; block++) {
      for (let within = 0; within < inner; within++) {
        const at = (step: number) => x!.data[(block * size + step) * inner + within]!;
        let best = 0;
        for (let step = 1; step < size; step++)
          if (at(step) > at(best) || Number.isNaN(at(best))) best = step;
        data[block * inner + within] = best;
      }
    }
    return { shape: x!.shape.filter((_, other) => other !== axis), data };
  },
  sensitivity: {
    rowByRow: ([x], attributes) => {
      const rowShape = x!.kind === "rows" ? x!.shape : [];
      const axis = axisFromFront(attributes.axis as number, rowShape.length + 1) - 1;
      const shape = rowShape.filter((_, other) => other !== axis);
      const size = shape.reduce((product, length) => product * length, 1);
      const last = Math.max(0, rowShape[axis]! - 1);
      return ok({
        kind: "rows",
        shape,
        lo: new Float64Array(size),
        hi: new Float64Array(size).fill(last),
        oneHot: false,
        integral: true,
      });
    },
    lower: (lowering, [x], attributes) =>
      x!.rowAxis === 0 ? lowering.rowByRow("ArgMax", [x!], attributes) : err(turnedRows("ArgMax")),
  },
};
