// Reading and adding at places that are numbers themselves, along one axis: one is the other turned round.

import { err, ok, type Problem, type Result } from "@unseen/base";
import { axisFromFront, doesNotFit, printShape, resolveAxis, type Shape } from "../shape/shape.ts";
import { aroundAxis, sizeOf } from "../tensor/plain-tensor.ts";
import { isIntegral, rowIntervals, rowsFacts } from "./bounds.ts";
import type { Attributes, Operation } from "./operation.ts";
import { pointsAtRows } from "./slice.ts";

const attributes = { axis: { kind: "integer", default: 0 } } as const;

/**
 * ONNX GatherElements: each element of `indices` is replaced by the element of `data` that stands there along the axis.
 * Other axes are the same in both. A place that is not in the axis gives NaN, as in `Gather`.
 */
export const gatherElements: Operation = {
  name: "GatherElements",
  inputs: [2, 2],
  attributes,
  shape: ([data, indices], given) => besideEachOther("GatherElements", data!, indices!, given),
  plain: ([data, indices], given) => {
    const result = new Float64Array(indices!.data.length);
    eachPlace(data!.shape, indices!, given, (at, place) => {
      result[at] = place < 0 ? Number.NaN : data!.data[place]!;
    });
    return { shape: indices!.shape, data: result };
  },
  sensitivity: {
    rowByRow: ([data, indices], given) => {
      const [row, taken] = [rowIntervals(data!), rowIntervals(indices!)];
      const lo = new Float64Array(taken.lo.length);
      const hi = new Float64Array(taken.lo.length);
      eachLine(row.shape, taken.shape, oneLess(given, row.shape.length), (at, places) => {
        lo[at] = places.reduce((least, place) => Math.min(least, row.lo[place]!), Number.POSITIVE_INFINITY);
        hi[at] = places.reduce((most, place) => Math.max(most, row.hi[place]!), Number.NEGATIVE_INFINITY);
      });
      return ok(rowsFacts(taken.shape, lo, hi, [data!, indices!], { integral: isIntegral(data!) }));
    },
  },
};

/**
 * ONNX ScatterElements with the reduction "add": `data`, and at each place that `indices` names along the axis what stands
 * beside it in `updates`, added up. A place that is not in the axis takes nothing.
 */
export const scatterAdd: Operation = {
  name: "ScatterAdd",
  inputs: [3, 3],
  attributes,
  shape: ([data, indices, updates], given) => {
    const fits = besideEachOther("ScatterAdd", data!, indices!, given);
    if (!fits.ok) return fits;
    const isSame = printShape(updates!) === printShape(indices!);
    return isSame ? ok(data!) : err(doesNotFit("there is an update for each index, and no other"));
  },
  plain: ([data, indices, updates], given) => {
    const result = Float64Array.from(data!.data);
    eachPlace(data!.shape, indices!, given, (at, place) => {
      if (place >= 0) result[place]! += updates!.data[at]!;
    });
    return { shape: data!.shape, data: result };
  },
  sensitivity: {
    // Any of the updates of a line, and none, may come to any of its places.
    rowByRow: ([data, indices, updates], given) => {
      const row = rowIntervals(data!);
      const [taken, added] = [rowIntervals(indices!), rowIntervals(updates!)];
      const [lo, hi] = [Float64Array.from(row.lo), Float64Array.from(row.hi)];
      eachLine(row.shape, taken.shape, oneLess(given, row.shape.length), (at, places) => {
        for (const place of places) {
          lo[place]! += Math.min(added.lo[at]!, 0);
          hi[place]! += Math.max(added.hi[at]!, 0);
        }
      });
      const integral = isIntegral(data!) && isIntegral(updates!);
      return ok(rowsFacts(row.shape, lo, hi, [data!, indices!, updates!], { integral }));
    },
  },
};

function besideEachOther(
  name: string,
  data: Shape,
  indices: Shape,
  given: Attributes,
): Result<Shape, Problem> {
  const axis = resolveAxis(given.axis as number, data.length);
  if (!axis.ok) return axis;
  if (data[axis.value] === "rows" || indices[axis.value] === "rows") return err(pointsAtRows(name));
  const fits =
    data.length === indices.length && data.every((size, at) => at === axis.value || size === indices[at]);
  return fits
    ? ok(indices)
    : err(
        doesNotFit(
          `${printShape(data)} and indices ${printShape(indices)} differ elsewhere than along axis ${axis.value}`,
        ),
      );
}

/** Each index, and the place in `data` that it names or -1. */
function eachPlace(
  shape: readonly number[],
  indices: { readonly shape: readonly number[]; readonly data: Float64Array },
  given: Attributes,
  visit: (at: number, place: number) => void,
): void {
  const axis = axisFromFront(given.axis as number, shape.length);
  const { size, inner } = aroundAxis(shape, axis);
  const taken = indices.shape[axis]!;
  for (let at = 0; at < indices.data.length; at++) {
    const index = indices.data[at]!;
    const isInside = Number.isInteger(index) && index >= -size && index < size;
    const block = Math.floor(at / (taken * inner));
    const step = index < 0 ? index + size : index;
    visit(at, isInside ? (block * size + step) * inner + (at % inner) : -1);
  }
}

/** Each index, and all places in `data` that it could name. */
function eachLine(
  shape: readonly number[],
  indices: readonly number[],
  axis: number,
  visit: (at: number, places: readonly number[]) => void,
): void {
  const { size, inner } = aroundAxis(shape, axis);
  const taken = indices[axis]!;
  for (let at = 0; at < sizeOf(indices); at++) {
    const block = Math.floor(at / (taken * inner));
    visit(
      at,
      Array.from({ length: size }, (_, step) => (block * size + step) * inner + (at % inner)),
    );
  }
}

/** The axis as one row sees it. */
function oneLess(given: Attributes, rowRank: number): number {
  return axisFromFront(given.axis as number, rowRank + 1) - 1;
}
