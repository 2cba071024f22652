import { ok } from "@unseen/base";
import { broadcastShapes } from "../shape/shape.ts";
import { broadcastPlaces, broadcastSizes, sizeOf } from "../tensor/plain-tensor.ts";
import { isIntegral, mapIntervals } from "./bounds.ts";
import type { Operation } from "./operation.ts";

/** Takes from the second input where the first is not zero, and from the third elsewhere. */
export const where: Operation = {
  name: "Where",
  inputs: [3, 3],
  attributes: {},
  shape: ([condition, x, y]) => {
    const values = broadcastShapes(x!, y!);
    return values.ok ? broadcastShapes(condition!, values.value) : values;
  },
  plain: ([condition, x, y]) => {
    const shape = [condition!.shape, x!.shape, y!.shape].reduce(broadcastSizes);
    const [c, a, b] = [condition!, x!, y!].map((input) => broadcastPlaces(input.shape, shape));
    const data = new Float64Array(sizeOf(shape));
    for (let at = 0; at < data.length; at++) {
      const holds = condition!.data[c ? c[at]! : at] !== 0;
      data[at] = holds ? x!.data[a ? a[at]! : at]! : y!.data[b ? b[at]! : at]!;
    }
    return { shape, data };
  },
  sensitivity: {
    rowByRow: (inputs) =>
      ok(
        mapIntervals(inputs, ([, x, y]) => [Math.min(x![0], y![0]), Math.max(x![1], y![1])], {
          integral: isIntegral(inputs[1]!) && isIntegral(inputs[2]!),
        }),
      ),
  },
};
