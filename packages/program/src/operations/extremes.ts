// Greatest and least over axes. Over the private rows neither is answered: the greatest value is one person's.

import { err, ok } from "@unseen/base";
import { resolveAxes } from "../shape/shape.ts";
import { isIntegral, rowIntervals, rowsFacts } from "./bounds.ts";
import type { Operation } from "./operation.ts";
import { besideRows, reduce, reductionAttributes, reductionShape } from "./reduce-sum.ts";
import { noRule } from "./refusals.ts";

export const reduceMax = extreme("ReduceMax", "greatest", 0.99, Number.NEGATIVE_INFINITY, (a, b) =>
  Math.max(a, b),
);
export const reduceMin = extreme("ReduceMin", "least", 0.01, Number.POSITIVE_INFINITY, (a, b) =>
  Math.min(a, b),
);

function extreme(
  name: string,
  which: string,
  quantile: number,
  start: number,
  fold: (a: number, b: number) => number,
): Operation {
  return {
    name,
    inputs: [1, 1],
    attributes: reductionAttributes,
    shape: ([x], attributes) => reductionShape(x!, attributes),
    plain: ([x], attributes) => reduce(x!, attributes, start, fold),
    sensitivity: {
      rowByRow: ([x], attributes) => {
        const row = rowIntervals(x!);
        const inside = besideRows(attributes, row.shape.length + 1);
        const lo = reduce({ shape: row.shape, data: row.lo }, inside, start, fold);
        const hi = reduce({ shape: row.shape, data: row.hi }, inside, start, fold);
        return ok(rowsFacts(lo.shape, lo.data, hi.data, [x!], { integral: isIntegral(x!) }));
      },
      lower: (lowering, [x], attributes) => {
        const axes = resolveAxes(attributes.axes as readonly number[], x!.shape.length);
        if (!axes.ok) return axes;
        if (!axes.value.includes(x!.rowAxis)) return lowering.rowByRow(name, [x!], attributes);
        return err(
          noRule(
            name,
            `the ${which} value belongs to one person, and moves as far as the bounds allow when that person leaves`,
            `quantile(${quantile}) comes close: it is chosen by how many people lie below it, which one person moves by one. Or ask the share above a threshold: x.greater(t).mean()`,
          ),
        );
      },
    },
  };
}
