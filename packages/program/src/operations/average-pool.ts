import { err, invariant, ok } from "@unseen/base";
import { rowsFacts } from "./bounds.ts";
import type { Attributes, Operation } from "./operation.ts";
import { plannedPool, pool, poolingAttributes, poolTaps } from "./pooling.ts";
import { noRule } from "./refusals.ts";
import { type AxisWindows, Taps, tapsAlong, type Windows } from "./windows.ts";

/**
 * The mean of each window of [batch, channels, height, width], as ONNX AveragePool in two dimensions. Padding counts among
 * what is divided by where `count_include_pad` is 1; what hangs over its end never does.
 */
export const averagePool: Operation = {
  name: "AveragePool",
  inputs: [1, 1],
  attributes: { ...poolingAttributes, count_include_pad: { kind: "integer", default: 0 } },
  shape: ([x], attributes) => {
    const planned = plannedPool(x!, attributes);
    return planned.ok ? ok(planned.value.shape) : planned;
  },
  plain: ([x], attributes) => {
    const counts = averageCounts(x!.shape, attributes);
    return pool(x!, poolTaps(x!.shape, attributes), (each, window) => {
      let sum = 0;
      each((value) => {
        sum += value;
      });
      return sum / counts[window]!;
    });
  },
  sensitivity: {
    rowByRow: ([x], attributes) => {
      if (x!.kind !== "rows") return err(noRule("AveragePool", "nothing private goes in", "pool before"));
      const image = [1, ...x!.shape];
      const ends = [x!.lo, x!.hi].map((data) => averagePool.plain([{ shape: image, data }], attributes));
      const [lo, hi] = ends.map(({ data }) => data) as [Float64Array, Float64Array];
      return ok(rowsFacts(ends[0]!.shape.slice(1), lo, hi, [x!]));
    },
  },
};

/** What the sum of each window is divided by. */
export function averageCounts(shape: readonly number[], attributes: Attributes): readonly number[] {
  const planned = plannedPool(shape, attributes);
  invariant(planned.ok, "shapes were checked before numbers were touched");
  const [, , height, width] = planned.value.shape as readonly [number, number, number, number];
  const windows = planned.value.windows.map((axis) =>
    attributes.count_include_pad === 1 ? padded(axis) : axis,
  );
  return new Taps(windows as unknown as Windows, [height, width], tapsAlong).counts();
}

function padded(axis: AxisWindows): AxisWindows {
  return { ...axis, size: axis.size + axis.before + axis.after, before: 0, after: 0 };
}
