// Operations that only move numbers: the gradient goes back to where each came from.

import { axisFromFront, type Dimension } from "../../shape/shape.ts";
import type { Applied, GradientRule } from "../gradient-rule.ts";

/** Zeros of the input's shape, in which `updates` are added at these places along an axis. */
function scattered({ write, inputs: [x] }: Applied, axis: number, indices: number, updates: number): number {
  const zeros = write.repeat(write.number(0), write.shapeOf(x!), x!);
  return write.apply("ScatterAdd", [zeros, indices, updates], { axis });
}

/** A list of places along an axis, repeated so that there is one for each number of `beside`. */
function placesAlong({ write }: Applied, list: number, axis: number, beside: number): number {
  const shape = write.shapeOf(beside);
  const standing = write.reshape(
    list,
    shape.map((size, at): Dimension => (at === axis ? size : 1)),
  );
  return write.repeat(standing, shape, beside);
}

const sliceRule: GradientRule = (applied) => [
  () => {
    const { write, inputs, attributes, given } = applied;
    const shape = write.shapeOf(inputs[0]!);
    const axis = axisFromFront(attributes.axis as number, shape.length);
    const [size, taken] = [shape[axis] as number, write.shapeOf(given)[axis] as number];
    const step = attributes.step as number;
    const from = attributes.start as number;
    const start = Math.min(Math.max(from < 0 ? from + size : from, 0), size);
    if (taken === 0) return write.repeat(write.number(0), shape, inputs[0]!);
    if (step > 1) {
      const data = Float64Array.from({ length: taken }, (_, at) => start + at * step);
      const list = write.constant({ shape: [taken], data });
      return scattered(applied, axis, placesAlong(applied, list, axis, given), given);
    }
    const zeros = (length: number) => {
      const part = shape.map((whole, at): Dimension => (at === axis ? length : whole));
      return length === 0 ? [] : [write.repeat(write.number(0), part, inputs[0]!)];
    };
    const parts = [...zeros(start), given, ...zeros(size - start - taken)];
    return parts.length === 1 ? given : write.apply("Concat", parts, { axis });
  },
];

const concatRule: GradientRule = ({ write, inputs, attributes, given }) => {
  const axis = axisFromFront(attributes.axis as number, write.shapeOf(given).length);
  let end = 0;
  return inputs.map((input) => {
    const start = end;
    end += write.shapeOf(input)[axis] as number;
    const part = { axis, start, end };
    return () => (inputs.length === 1 ? given : write.apply("Slice", [given], part));
  });
};

const gatherRule: GradientRule = (applied) => {
  const { write, inputs, attributes, given } = applied;
  const axis = axisFromFront(attributes.axis as number, write.shapeOf(inputs[0]!).length);
  return [() => scattered(applied, axis, placesAlong(applied, inputs[1]!, axis, given), given), undefined];
};

export const layoutRules: readonly (readonly [string, GradientRule])[] = [
  ["Reshape", ({ write, inputs: [x], given }) => [() => write.reshape(given, write.shapeOf(x!))]],
  ["Expand", ({ write, inputs: [x], given }) => [() => write.sumTo(given, write.shapeOf(x!))]],
  [
    "Transpose",
    ({ write, inputs: [x], attributes, given }) => [
      () => {
        const perm = attributes.perm as readonly number[];
        const back = write.shapeOf(x!).map((_, axis) => perm.indexOf(axis));
        return write.turn(given, perm.length === 0 ? [] : back);
      },
    ],
  ],
  ["Slice", sliceRule],
  ["Concat", concatRule],
  ["Gather", gatherRule],
  [
    "GatherElements",
    (applied) => [
      () => scattered(applied, applied.attributes.axis as number, applied.inputs[1]!, applied.given),
      undefined,
    ],
  ],
  [
    "ScatterAdd",
    ({ write, inputs: [, indices], attributes, given }) => [
      () => given,
      undefined,
      () => write.apply("GatherElements", [given, indices!], { axis: attributes.axis as number }),
    ],
  ],
];
