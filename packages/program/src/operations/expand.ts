import { err, ok, type Problem, type Result } from "@unseen/base";
import { broadcastShapes, doesNotFit, mostDimensions, type Shape } from "../shape/shape.ts";
import { broadcastPlaces, broadcastSizes, sizeOf } from "../tensor/plain-tensor.ts";
import type { Attributes, Operation } from "./operation.ts";
import { rearrange, rearrangeFacts } from "./rearrange.ts";

/** Repeats along axes of size 1, as broadcasting beside a tensor of `shape` would (ONNX Expand: a 1 keeps an axis). */
export const expand: Operation = {
  name: "Expand",
  inputs: [1, 1],
  attributes: { shape: { kind: "integers" } },
  shape: ([x], attributes) => expandedShape(x!, attributes),
  plain: ([x], attributes) => {
    const shape = broadcastSizes(x!.shape, attributes.shape as readonly number[]);
    const places = broadcastPlaces(x!.shape, shape);
    return places === undefined ? { shape, data: x!.data } : rearrange(x!, { shape, places });
  },
  sensitivity: {
    rowByRow: ([x], attributes) => {
      const own = x!.kind === "rows" ? x!.shape : [];
      const expanded = expandedShape(["rows", ...own], attributes);
      if (!expanded.ok) return expanded;
      const shape = expanded.value.slice(1) as readonly number[];
      const places = broadcastPlaces(own, shape) ?? Int32Array.from({ length: sizeOf(shape) }, (_, at) => at);
      return ok(rearrangeFacts(x!, { shape, places }));
    },
  },
};

function expandedShape(x: Shape, attributes: Attributes): Result<Shape, Problem> {
  const wanted = attributes.shape as readonly number[];
  if (wanted.length > mostDimensions || wanted.some((size) => size < 0))
    return err(
      doesNotFit(`expand(${wanted.join(", ")}) takes up to ${mostDimensions} sizes, none below zero`),
    );
  return broadcastShapes(x, wanted);
}
