import type { Attributes } from "../../operations/operation.ts";
import { type Dimension, rowAxisOf, type Shape } from "../../shape/shape.ts";
import type { Applied, GradientRule } from "../gradient-rule.ts";
import type { GradientWriter } from "../gradient-writer.ts";

/** The axes of a reduction from the front, in order. */
function axesOf(shape: Shape, attributes: Attributes): readonly number[] {
  const named = (attributes.axes as readonly number[]).map((axis) => (axis < 0 ? axis + shape.length : axis));
  return shape.map((_, axis) => axis).filter((axis) => named.length === 0 || named.includes(axis));
}

/** A result with the reduced axes at size 1 again, so that it broadcasts beside x. */
function besideInput({ write, inputs: [x], attributes }: Applied, value: number): number {
  const shape = write.shapeOf(x!);
  const axes = axesOf(shape, attributes);
  return write.reshape(
    value,
    shape.map((size, axis): Dimension => (axes.includes(axis) ? 1 : size)),
  );
}

/** How many numbers went into one, as a number in the program. */
function countOf(write: GradientWriter, x: number, axes: readonly number[]): number {
  const shape = write.shapeOf(x);
  const known = axes.reduce((product, axis) => {
    const size = shape[axis]!;
    return size === "rows" ? product : product * size;
  }, 1);
  const rowAxis = rowAxisOf(shape);
  if (!axes.includes(rowAxis)) return write.number(known);
  const rows = write.apply("Count", [rowAxis === 1 ? write.turn(x) : x]);
  return write.times(rows, known);
}

function spread(applied: Applied, value: number): number {
  const { write, inputs } = applied;
  return write.repeat(besideInput(applied, value), write.shapeOf(inputs[0]!), inputs[0]!);
}

/** Of several that are equal each takes its share. */
const endRule: GradientRule = (applied) => [
  () => {
    const { write, inputs, attributes, output, given } = applied;
    const [x] = inputs as readonly [number];
    const isEnd = write.apply("Equal", [x, besideInput(applied, output)]);
    const equals = write.sum(isEnd, axesOf(write.shapeOf(x), attributes));
    return write.only(isEnd, write.div(besideInput(applied, given), equals));
  },
];

/** 2 (x - mean) / (n - correction), with at least one degree of freedom left. */
function varianceSlope({ write, inputs: [x], attributes }: Applied): number {
  const axes = axesOf(write.shapeOf(x!), attributes);
  const mean = write.apply("ReduceMean", [x!], { axes, keepdims: 1 });
  const fewer = write.sub(countOf(write, x!, axes), write.number(attributes.correction as number));
  const free = write.apply("Max", [fewer, write.number(1)]);
  return write.div(write.times(write.sub(x!, mean), 2), free);
}

export const reductionRules: readonly (readonly [string, GradientRule])[] = [
  ["ReduceSum", (applied) => [() => spread(applied, applied.given)]],
  [
    "ReduceMean",
    (applied) => [
      () => {
        const { write, inputs, attributes, given } = applied;
        const count = countOf(write, inputs[0]!, axesOf(write.shapeOf(inputs[0]!), attributes));
        return spread(applied, write.div(given, count));
      },
    ],
  ],
  ["ReduceMax", endRule],
  ["ReduceMin", endRule],
  [
    "Variance",
    (applied) => [() => applied.write.mul(besideInput(applied, applied.given), varianceSlope(applied))],
  ],
  [
    "StandardDeviation",
    (applied) => [
      () => {
        const { write, given, output } = applied;
        const half = write.div(write.times(given, 0.5), output);
        return write.mul(besideInput(applied, half), varianceSlope(applied));
      },
    ],
  ],
  [
    "Covariance",
    ({ write, inputs: [x], attributes, given }) => [
      () => {
        const mean = write.apply("ReduceMean", [x!], { axes: [0], keepdims: 1 });
        const both = write.add(given, write.turn(given));
        const product = write.apply("MatMul", [write.sub(x!, mean), both]);
        const fewer = write.sub(countOf(write, x!, [0]), write.number(attributes.correction as number));
        return write.div(product, write.apply("Max", [fewer, write.number(1)]));
      },
    ],
  ],
  [
    "CumSum",
    ({ write, attributes, given }) => [
      () => {
        const axis = attributes.axis as number;
        const before = write.sub(write.apply("CumSum", [given], { axis }), given);
        return write.sub(write.sum(given, [axis]), before);
      },
    ],
  ],
];
