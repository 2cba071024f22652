import { ok } from "@unseen/base";
import { resolveAxes } from "../shape/shape.ts";
import { mapTensor, sizeOf } from "../tensor/plain-tensor.ts";
import { rowsFacts } from "./bounds.ts";
import { meanOverRows } from "./moments.ts";
import type { Operation } from "./operation.ts";
import { reduce, reduceSum, reductionAttributes, reductionShape } from "./reduce-sum.ts";

/** Mean over axes. Over the private rows it is a noisy sum by a noisy count, unless the count is public. */
export const reduceMean: Operation = {
  name: "ReduceMean",
  inputs: [1, 1],
  attributes: reductionAttributes,
  shape: ([x], attributes) => reductionShape(x!, attributes),
  plain: ([x], attributes) => {
    const total = reduce(x!, attributes, 0, (sum, value) => sum + value);
    const share = sizeOf(total.shape) / x!.data.length;
    return mapTensor(total, (sum) => sum * share);
  },
  sensitivity: {
    rowByRow: ([x], attributes) => {
      const sums = reduceSum.sensitivity.rowByRow!([x!], attributes);
      if (!sums.ok) return sums;
      const { shape, lo, hi } = sums.value;
      const share = x!.kind === "rows" ? lo.length / x!.lo.length : 1;
      return ok(
        rowsFacts(
          shape,
          lo.map((value) => value * share),
          hi.map((value) => value * share),
          [x!],
        ),
      );
    },
    lower: (lowering, [x], attributes) => {
      const axes = resolveAxes(attributes.axes as readonly number[], x!.shape.length);
      if (!axes.ok) return axes;
      if (!axes.value.includes(x!.rowAxis)) return lowering.rowByRow("ReduceMean", [x!], attributes);
      const upright = lowering.turned(x!, 0);
      const own = axes.value
        .filter((axis) => axis !== x!.rowAxis)
        .map((axis) => (x!.rowAxis === 0 ? axis : axis + 1));
      const inner =
        own.length === 0
          ? ok(upright)
          : lowering.rowByRow("ReduceMean", [upright], { axes: own, keepdims: 0 });
      if (!inner.ok) return inner;
      const mean = meanOverRows(lowering, inner.value);
      if (!mean.ok || attributes.keepdims !== 1) return mean;
      const kept = x!.shape.map((size, axis) => (axes.value.includes(axis) ? 1 : size)) as readonly number[];
      return lowering.apply("Reshape", [mean.value], { shape: kept });
    },
  },
};
