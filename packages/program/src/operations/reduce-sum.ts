import type { Problem } from "@unseen/base";
import { ok, type Result } from "@unseen/base";
import { reducedShape, resolveAxes } from "../shape/shape.ts";
import { type PlainTensor, sizeOf, stridesOf } from "../tensor/plain-tensor.ts";
import { isIntegral, rowIntervals, rowsFacts } from "./bounds.ts";
import type { Attributes, Facts, Lowering, Operation, Planned, RowsFacts } from "./operation.ts";

/** The attributes of every reduction: which axes (none named: all), and whether they stay as size 1. */
export const reductionAttributes = {
  axes: { kind: "integers", default: [] },
  keepdims: { kind: "integer", default: 0 },
} as const;

/** Sums over axes. Over the private rows this is the cut: the one place where people's rows become a sum. */
export const reduceSum: Operation = {
  name: "ReduceSum",
  inputs: [1, 1],
  attributes: reductionAttributes,
  shape: ([x], attributes) => reductionShape(x!, attributes),
  plain: ([x], attributes) => reduce(x!, attributes, 0, (sum, value) => sum + value),
  sensitivity: {
    rowByRow: ([x], attributes) => ok(sumBounds(x!, attributes)),
    lower: (lowering, [x], attributes) => sumOverRows(lowering, x!, attributes),
  },
};

export function reductionShape(shape: readonly (number | "rows")[], attributes: Attributes) {
  const axes = resolveAxes(attributes.axes as readonly number[], shape.length);
  return axes.ok ? ok(reducedShape(shape, axes.value, attributes.keepdims === 1)) : axes;
}

/** Folds the named axes of a tensor in order. */
export function reduce(
  x: PlainTensor,
  attributes: Attributes,
  start: number,
  fold: (before: number, value: number) => number,
): PlainTensor {
  const { axes, shape, places } = reducedPlaces(x.shape, attributes);
  const data = new Float64Array(sizeOf(shape)).fill(start);
  for (let at = 0; at < x.data.length; at++) data[places(at)] = fold(data[places(at)]!, x.data[at]!);
  return { shape: reducedShape(x.shape, axes, attributes.keepdims === 1) as readonly number[], data };
}

/** Where each element of a tensor goes when axes are reduced away. */
function reducedPlaces(shape: readonly number[], attributes: Attributes) {
  const resolved = resolveAxes(attributes.axes as readonly number[], shape.length);
  const axes = resolved.ok ? resolved.value : [];
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const from = stridesOf(shape);
  const to = stridesOf(kept);
  const moving = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  return {
    axes,
    shape: kept,
    places: (at: number) =>
      moving.reduce((place, axis) => place + (Math.floor(at / from[axis]!) % shape[axis]!) * to[axis]!, 0),
  };
}

/** The attributes of a reduction as one row sees them: without its first axis. */
export function besideRows(attributes: Attributes, rank: number): Attributes {
  const resolved = resolveAxes(attributes.axes as readonly number[], rank);
  const axes = resolved.ok ? resolved.value : [];
  return { ...attributes, axes: axes.map((axis) => axis - 1) };
}

function sumBounds(x: Facts, attributes: Attributes): RowsFacts {
  const row = rowIntervals(x);
  const inside = besideRows(attributes, row.shape.length + 1);
  const add = (sum: number, value: number) => sum + value;
  const lo = reduce({ shape: row.shape, data: row.lo }, inside, 0, add);
  const hi = reduce({ shape: row.shape, data: row.hi }, inside, 0, add);
  if (x.kind !== "rows" || !x.oneHot)
    return rowsFacts(lo.shape, lo.data, hi.data, [x], { integral: isIntegral(x) });
  // At most one element of the row is not zero, so the sum is that element and not all of them.
  const least = reduce({ shape: row.shape, data: row.lo }, inside, 0, Math.min);
  const most = reduce({ shape: row.shape, data: row.hi }, inside, 0, Math.max);
  return rowsFacts(lo.shape, least.data, most.data, [x], { integral: isIntegral(x), oneHot: true });
}

/** First the axes that each row has to itself, then the rows; the row axis comes back as size 1 if it was to stay. */
function sumOverRows(lowering: Lowering, x: Planned, attributes: Attributes): Result<Planned, Problem> {
  const axes = resolveAxes(attributes.axes as readonly number[], x.shape.length);
  if (!axes.ok) return axes;
  if (!axes.value.includes(x.rowAxis)) {
    return lowering.rowByRow("ReduceSum", [x], {
      axes: axes.value,
      keepdims: attributes.keepdims as number,
    });
  }
  const keepdims = attributes.keepdims === 1 ? 1 : 0;
  // A row standing on its side is summed where it stands: [k, rows] over its rows is k numbers.
  const own = axes.value
    .filter((axis) => axis !== x.rowAxis)
    .map((axis) => (x.rowAxis === 0 ? axis : axis + 1));
  const upright = x.rowAxis === 0 ? x : lowering.turned(x, 0);
  const inner =
    own.length === 0 ? ok(upright) : lowering.rowByRow("ReduceSum", [upright], { axes: own, keepdims });
  if (!inner.ok) return inner;
  const total = lowering.sumRows(inner.value);
  if (!total.ok || keepdims === 0) return total;
  const kept = reducedShape(x.shape, axes.value, true) as readonly number[];
  return lowering.apply("Reshape", [total.value], { shape: kept });
}
