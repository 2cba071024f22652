import { err, ok } from "@unseen/base";
import { axisFromFront, doesNotFit, printShape, resolveAxis, rowAxisOf, sameShape } from "../shape/shape.ts";
import { type PlainTensor, sizeOf } from "../tensor/plain-tensor.ts";
import { hull, rowIntervals, rowsFacts } from "./bounds.ts";
import type { Operation } from "./operation.ts";
import { noRule } from "./refusals.ts";

/**
 * ONNX LayerNormalization: over the axes from `axis` on, (x - mean) / sqrt(variance + epsilon), times a scale and perhaps
 * plus a bias, both of the shape that those axes have.
 */
export const layerNormalization: Operation = {
  name: "LayerNormalization",
  inputs: [2, 3],
  attributes: {
    axis: { kind: "integer", default: -1 },
    epsilon: { kind: "number", default: 1e-5 },
  },
  shape: ([x, scale, bias], attributes) => {
    const axis = resolveAxis(attributes.axis as number, x!.length);
    if (!axis.ok) return axis;
    if ((attributes.epsilon as number) < 0) return err(doesNotFit("epsilon is not below zero"));
    if (axis.value <= rowAxisOf(x!)) {
      return err(
        noRule("LayerNormalization", "it would run over people", "normalise each row by itself: axis 1"),
      );
    }
    const own = x!.slice(axis.value);
    const fits = [scale!, bias ?? own].every((shape) => sameShape(shape, own));
    return fits ? ok(x!) : err(doesNotFit(`scale and bias have the shape ${printShape(own)}`));
  },
  plain: ([x, scale, bias], attributes) => normalised(x!, scale!, bias, attributes.epsilon as number),
  sensitivity: {
    // A number's squared distance is at most the sum of all n of them, so it is at most sqrt(n) deviations away.
    rowByRow: ([x, scale, bias], attributes) => {
      if (x!.kind !== "rows" || scale?.kind !== "public" || bias?.kind === "rows")
        return err(noRule("LayerNormalization", "its scale is private", "scale by public numbers"));
      const { shape } = rowIntervals(x!);
      const axis = axisFromFront(attributes.axis as number, shape.length + 1) - 1;
      const count = sizeOf(shape.slice(axis));
      const most = Math.sqrt(count);
      const ends = Array.from({ length: sizeOf(shape) }, (_, at) => {
        const factor = scale.value.data[at % count]!;
        const offset = bias?.value.data[at % count] ?? 0;
        return hull(offset - most * factor, offset + most * factor);
      });
      const [lo, hi] = [ends.map(([least]) => least), ends.map(([, greatest]) => greatest)];
      return ok(rowsFacts(shape, Float64Array.from(lo), Float64Array.from(hi), [x!]));
    },
  },
};

function normalised(
  x: PlainTensor,
  scale: PlainTensor,
  bias: PlainTensor | undefined,
  epsilon: number,
): PlainTensor {
  const count = scale.data.length;
  const data = new Float64Array(x.data.length);
  for (let from = 0; from < data.length; from += count) {
    const own = x.data.subarray(from, from + count);
    const mean = own.reduce((sum, value) => sum + value, 0) / count;
    const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    const deviation = Math.sqrt(variance + epsilon);
    for (let at = 0; at < count; at++)
      data[from + at] = ((own[at]! - mean) / deviation) * scale.data[at]! + (bias?.data[at] ?? 0);
  }
  return { shape: x.shape, data };
}
