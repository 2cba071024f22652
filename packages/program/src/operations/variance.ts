import { err, ok } from "@unseen/base";
import { resolveAxes } from "../shape/shape.ts";
import { mapTensor } from "../tensor/plain-tensor.ts";
import { rowsFacts } from "./bounds.ts";
import { varianceOverRows } from "./moments.ts";
import { mul } from "./mul.ts";
import type { Operation } from "./operation.ts";
import { reduceMean } from "./reduce-mean.ts";
import { reductionAttributes, reductionShape } from "./reduce-sum.ts";
import { noRule } from "./refusals.ts";
import { sub } from "./sub.ts";

/** Variance over axes, divided by n - correction (0: of the rows themselves; 1: Bessel's). */
export const variance: Operation = {
  name: "Variance",
  inputs: [1, 1],
  attributes: { ...reductionAttributes, correction: { kind: "integer", default: 0 } },
  shape: ([x], attributes) => reductionShape(x!, attributes),
  plain: ([x], attributes) => {
    const axes = attributes.axes as readonly number[];
    const mean = reduceMean.plain([x!], { axes, keepdims: 1 });
    const deviation = sub.plain([x!, mean], {});
    const result = reduceMean.plain([mul.plain([deviation, deviation], {})], attributes);
    const count = x!.data.length / result.data.length;
    const share = count / Math.max(count - (attributes.correction as number), 1);
    return mapTensor(result, (value) => value * share);
  },
  sensitivity: {
    rowByRow: ([x], attributes) => {
      const mean = reduceMean.sensitivity.rowByRow!([x!], attributes);
      if (!mean.ok || x!.kind !== "rows") return mean;
      const count = x!.lo.length / mean.value.lo.length;
      const share = count / Math.max(count - (attributes.correction as number), 1);
      // Folded and not spread: a row may have more columns than a call takes arguments.
      const greatest = x!.hi.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
      const least = x!.lo.reduce((fewest, value) => Math.min(fewest, value), Number.POSITIVE_INFINITY);
      const widest = greatest - least;
      const { shape, lo } = mean.value;
      return ok(
        rowsFacts(
          shape,
          lo.map(() => 0),
          lo.map(() => ((widest * widest) / 4) * share),
          [x!],
        ),
      );
    },
    lower: (lowering, [x], attributes) => {
      const axes = resolveAxes(attributes.axes as readonly number[], x!.shape.length);
      if (!axes.ok) return axes;
      if (!axes.value.includes(x!.rowAxis)) return lowering.rowByRow("Variance", [x!], attributes);
      if (axes.value.length > 1) {
        return err(
          noRule(
            "Variance",
            "it runs over the rows and over columns at once",
            "take the variance over the rows alone: variance(0)",
          ),
        );
      }
      const result = varianceOverRows(lowering, lowering.turned(x!, 0), attributes.correction as number);
      if (!result.ok || attributes.keepdims !== 1) return result;
      const kept = x!.shape.map((size) => (size === "rows" ? 1 : size));
      return lowering.apply("Reshape", [result.value], { shape: kept });
    },
  },
};
