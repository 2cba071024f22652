import { err, ok } from "@unseen/base";
import { sizeOf } from "../tensor/plain-tensor.ts";
import { rowsFacts } from "./bounds.ts";
import type { Operation } from "./operation.ts";
import { plannedPool, pool, poolingAttributes, poolTaps } from "./pooling.ts";
import { noRule } from "./refusals.ts";

/** The greatest of each window of [batch, channels, height, width]: the first result of ONNX MaxPool, in two dimensions. */
export const maxPool: Operation = {
  name: "MaxPool",
  inputs: [1, 1],
  attributes: poolingAttributes,
  shape: ([x], attributes) => {
    const planned = plannedPool(x!, attributes);
    return planned.ok ? ok(planned.value.shape) : planned;
  },
  plain: ([x], attributes) =>
    pool(x!, poolTaps(x!.shape, attributes), (each) => {
      let most = Number.NEGATIVE_INFINITY;
      each((value) => {
        most = Math.max(most, value);
      });
      return most;
    }),
  sensitivity: {
    rowByRow: ([x], attributes) => {
      if (x!.kind !== "rows") return err(noRule("MaxPool", "nothing private goes in", "pool before"));
      const image = [1, ...x!.shape];
      const ends = [x!.lo, x!.hi].map((data) => maxPool.plain([{ shape: image, data }], attributes));
      const [lo, hi] = ends.map(({ data }) => data) as [Float64Array, Float64Array];
      return ok(rowsFacts(ends[0]!.shape.slice(1), lo, hi, [x!], { integral: x!.integral }));
    },
  },
};

/**
 * Where the greatest of each window stands in its own channel, counted along the lines; of equals the first. The second
 * result of ONNX MaxPool counts on through channels and batch: this is its rest after whole channels.
 */
export const maxPoolIndices: Operation = {
  name: "MaxPoolIndices",
  inputs: [1, 1],
  attributes: poolingAttributes,
  shape: maxPool.shape,
  plain: ([x], attributes) =>
    pool(x!, poolTaps(x!.shape, attributes), (each) => {
      let [best, most] = [-1, Number.NaN];
      each((value, pixel) => {
        if (best < 0 || value > most || Number.isNaN(most)) [best, most] = [pixel, value];
      });
      return best;
    }),
  sensitivity: {
    rowByRow: ([x], attributes) => {
      const rowShape = x!.kind === "rows" ? x!.shape : [];
      const planned = plannedPool([1, ...rowShape], attributes);
      if (!planned.ok) return planned;
      const shape = planned.value.shape.slice(1) as readonly number[];
      const size = sizeOf(shape);
      const last = rowShape[1]! * rowShape[2]! - 1;
      return ok(
        rowsFacts(shape, new Float64Array(size), new Float64Array(size).fill(last), [], { integral: true }),
      );
    },
  },
};
