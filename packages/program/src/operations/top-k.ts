import { err, ok } from "@unseen/base";
import { doesNotFit, resolveAxis } from "../shape/shape.ts";
import { sizeOf } from "../tensor/plain-tensor.ts";
import { alongAxis, onlyReleased, sortedAxis } from "./arg-sort.ts";
import type { Operation } from "./operation.ts";

/** The k greatest (or least) elements along one axis, in order: the values of ONNX TopK. `ArgSort` says where they stand. */
export const topK: Operation = {
  name: "TopK",
  inputs: [1, 1],
  attributes: {
    k: { kind: "integer" },
    axis: { kind: "integer", default: -1 },
    largest: { kind: "integer", default: 1 },
  },
  shape: ([x], attributes) => {
    const axis = sortedAxis("TopK", x!, attributes.axis as number);
    if (!axis.ok) return axis;
    const [k, size] = [attributes.k as number, x![axis.value] as number];
    if (k < 1 || k > size)
      return err(doesNotFit(`the ${k} greatest of ${size}: from 1 to ${size} are there`));
    return ok(x!.map((length, at) => (at === axis.value ? k : length)));
  },
  plain: ([x], attributes) => {
    const resolved = resolveAxis(attributes.axis as number, x!.shape.length);
    const axis = resolved.ok ? resolved.value : 0;
    const k = attributes.k as number;
    const shape = x!.shape.map((length, at) => (at === axis ? k : length));
    const inner = sizeOf(shape.slice(axis + 1));
    const data = new Float64Array(sizeOf(shape));
    alongAxis(x!, axis, attributes.largest === 1, (order, placeOf, line) => {
      for (let rank = 0; rank < k; rank++)
        data[(Math.floor(line / inner) * k + rank) * inner + (line % inner)] =
          x!.data[placeOf(order[rank]!)]!;
    });
    return { shape, data };
  },
  sensitivity: { rowByRow: () => onlyReleased("TopK") },
};
