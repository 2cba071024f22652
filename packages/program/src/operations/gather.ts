import { err, ok, type Problem, type Result } from "@unseen/base";
import { axisFromFront, doesNotFit, resolveAxis } from "../shape/shape.ts";
import { type PlainTensor, sizeOf } from "../tensor/plain-tensor.ts";
import type { Operation } from "./operation.ts";
import { rearrange, rearrangeFacts } from "./rearrange.ts";
import { noRule, turnedRows } from "./refusals.ts";
import { pointsAtRows, takenAlong } from "./slice.ts";

/** Picks by public indices along one axis; the indices are one list and may repeat. */
export const gather: Operation = {
  name: "Gather",
  inputs: [2, 2],
  attributes: { axis: { kind: "integer", default: 0 } },
  shape: ([x, indices], attributes) => {
    const axis = resolveAxis(attributes.axis as number, x!.length);
    if (!axis.ok) return axis;
    if (x![axis.value] === "rows") return err(pointsAtRows("Gather"));
    if (indices!.length !== 1) return err(doesNotFit("the indices of a gather are one list"));
    return ok(x!.map((size, at) => (at === axis.value ? indices![0]! : size)));
  },
  // An index that is not in the axis gives NaN: a released index cannot be refused after it was paid for.
  plain: ([x, indices], attributes) => {
    const axis = axisFromFront(attributes.axis as number, x!.shape.length);
    const size = x!.shape[axis]!;
    const isInside = (index: number) => Number.isInteger(index) && index >= -size && index < size;
    const taken = Array.from(indices!.data, (index) =>
      !isInside(index) ? size : index < 0 ? index + size : index,
    );
    const moved = takenAlong(
      x!.shape,
      axis,
      taken.map((index) => Math.min(index, Math.max(size - 1, 0))),
    );
    const result = rearrange(x!, moved);
    const inner = sizeOf(x!.shape.slice(axis + 1));
    for (let at = 0; at < result.data.length; at++) {
      if (taken[Math.floor(at / inner) % taken.length] === size) result.data[at] = Number.NaN;
    }
    return result;
  },
  sensitivity: {
    rowByRow: ([x, indices], attributes) => {
      if (x!.kind !== "rows" || indices!.kind !== "public") {
        return err(
          noRule(
            "Gather",
            "the indices are private",
            "use public indices, or onehot(x).matmul(table) to look a public table up",
          ),
        );
      }
      const axis = axisFromFront(attributes.axis as number, x!.shape.length + 1) - 1;
      const taken = places(indices!.value, x!.shape[axis]!);
      return taken.ok ? ok(rearrangeFacts(x!, takenAlong(x!.shape, axis, taken.value))) : taken;
    },
    lower: (lowering, [x, indices], attributes) => {
      if (x!.rowAxis > 0 || indices!.rowAxis > 0) return err(turnedRows("Gather"));
      return lowering.rowByRow("Gather", [x!, indices!], {
        axis: axisFromFront(attributes.axis as number, x!.shape.length),
      });
    },
  },
};

function places(indices: PlainTensor, size: number): Result<readonly number[], Problem> {
  const taken = Array.from(indices.data, (index) => (index < 0 ? index + size : index));
  const isInside = taken.every((index) => Number.isInteger(index) && index >= 0 && index < size);
  return isInside
    ? ok(taken)
    : err(doesNotFit(`an index of the gather lies outside the axis of size ${size}`));
}
