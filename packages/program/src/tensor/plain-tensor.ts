// Numbers in the open: what the plain reading of an operation takes and gives. Row-major, float64.

import { invariant } from "@unseen/base";

export type PlainTensor = {
  readonly shape: readonly number[];
  readonly data: Float64Array;
};

export function plainTensor(shape: readonly number[], data: ArrayLike<number>): PlainTensor {
  const values = data instanceof Float64Array ? data : Float64Array.from(data);
  invariant(values.length === sizeOf(shape), "a tensor holds as many numbers as its shape says");
  return { shape, data: values };
}

export function scalar(value: number): PlainTensor {
  return { shape: [], data: Float64Array.of(value) };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Row-major strides: how far apart in `data` two neighbours along an axis are. */
export function stridesOf(shape: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

/** numpy's broadcast of two concrete shapes. The shape rule has already said that they fit. */
export function broadcastSizes(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    invariant(left === right || left === 1 || right === 1, "shapes were checked before numbers were touched");
    return left === 1 ? right : left;
  });
}

/**
 * For each element of `target`, in order, the place in `source` that broadcasting reads.
 * Undefined when `source` already has the target's shape, so that the common case copies nothing.
 */
export function broadcastPlaces(
  source: readonly number[],
  target: readonly number[],
): Int32Array | undefined {
  if (source.length === target.length && source.every((size, axis) => size === target[axis]))
    return undefined;
  const strides = stridesOf(source);
  const offset = target.length - source.length;
  const places = new Int32Array(sizeOf(target));
  const index = new Array<number>(target.length).fill(0);
  let place = 0;
  for (let at = 0; at < places.length; at++) {
    places[at] = place;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      const stride = axis >= offset && source[axis - offset] !== 1 ? (strides[axis - offset] as number) : 0;
      index[axis] = (index[axis] as number) + 1;
      place += stride;
      if ((index[axis] as number) < (target[axis] as number)) break;
      place -= stride * (target[axis] as number);
      index[axis] = 0;
    }
  }
  return places;
}

/** Applies `f` to each pair of elements after broadcasting. */
export function zip(a: PlainTensor, b: PlainTensor, f: (x: number, y: number) => number): PlainTensor {
  // Error bars run small formulas on single numbers hundreds of times; there is no shape to lay out.
  if (a.shape.length === 0 && b.shape.length === 0)
    return { shape: [], data: Float64Array.of(f(a.data[0]!, b.data[0]!)) };
  const shape = broadcastSizes(a.shape, b.shape);
  const left = broadcastPlaces(a.shape, shape);
  const right = broadcastPlaces(b.shape, shape);
  const data = new Float64Array(sizeOf(shape));
  for (let at = 0; at < data.length; at++) {
    data[at] = f(a.data[left ? left[at]! : at]!, b.data[right ? right[at]! : at]!);
  }
  return { shape, data };
}

export function mapTensor(a: PlainTensor, f: (x: number) => number): PlainTensor {
  const data = new Float64Array(a.data.length);
  for (let at = 0; at < data.length; at++) data[at] = f(a.data[at]!);
  return { shape: a.shape, data };
}

/**
 * Splits a shape around one axis: `outer` blocks, each of `size` steps of `inner` numbers. Element
 * (o, s, i) lies at (o * size + s) * inner + i.
 */
export function aroundAxis(
  shape: readonly number[],
  axis: number,
): { outer: number; size: number; inner: number } {
  return {
    outer: sizeOf(shape.slice(0, axis)),
    size: shape[axis] as number,
    inner: sizeOf(shape.slice(axis + 1)),
  };
}
