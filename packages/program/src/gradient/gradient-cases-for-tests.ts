// For every operation that has a gradient: random inputs away from its kinks. One thing because it is read as one list.

import fc from "fast-check";
import type { Attributes } from "../operations/operation.ts";
import { type PlainTensor, sizeOf } from "../tensor/plain-tensor.ts";

export type GradientCase = {
  /** Those that move, and constants. */
  readonly inputs: readonly { readonly value: PlainTensor; readonly moves: boolean }[];
  readonly attributes: Attributes;
};

type Drawn = fc.Arbitrary<GradientCase>;
type Moving = GradientCase["inputs"][number];

const tensor = (shape: readonly number[], number: fc.Arbitrary<number>): fc.Arbitrary<Moving> =>
  fc
    .array(number, { minLength: sizeOf(shape), maxLength: sizeOf(shape) })
    .map((data) => ({ value: { shape, data: Float64Array.from(data) }, moves: true }));

/** Between the ends, and at least 0.05 away from the whole numbers, where kinks are. */
const between = (least: number, greatest: number) =>
  fc
    .tuple(fc.integer({ min: least, max: greatest - 1 }), fc.integer({ min: 50, max: 950 }))
    .map(([whole, thousandths]) => whole + thousandths / 1_000);
const usual = between(-2, 2);

/** Numbers of which no two are nearer than 0.05. */
const apart = (shape: readonly number[]): fc.Arbitrary<Moving> => {
  const size = sizeOf(shape);
  const order = fc.shuffledSubarray(
    Array.from({ length: size }, (_, at) => at),
    { minLength: size },
  );
  return order.map((places) => ({
    value: { shape, data: Float64Array.from(places, (place) => (place - size / 2) * 0.07 + 0.01) },
    moves: true,
  }));
};

const still = (shape: readonly number[], number: fc.Arbitrary<number>) =>
  tensor(shape, number).map((one) => ({ ...one, moves: false }));

const dimension = fc.integer({ min: 1, max: 3 });
const anyShape = fc.array(dimension, { maxLength: 3 });

const asCase = (attributes: Attributes, ...inputs: fc.Arbitrary<Moving>[]): Drawn =>
  fc.tuple(...inputs).map((drawn) => ({ inputs: drawn, attributes }));

const unary = (number: fc.Arbitrary<number> = usual): Drawn =>
  anyShape.chain((shape) => asCase({}, tensor(shape, number)));

/** Two shapes that broadcast: each axis stretched on either side, or missing in front. */
const twoShapes = anyShape.chain((shape) =>
  fc
    .tuple(fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }), fc.nat(shape.length), fc.boolean())
    .map(([stretched, cut, isFirst]) => {
      const a = shape.map((size, axis) => (stretched[axis] === 1 ? 1 : size));
      const b = shape.map((size, axis) => (stretched[axis] === 2 ? 1 : size)).slice(cut);
      return isFirst ? ([a, b] as const) : ([b, a] as const);
    }),
);
const binary = (number: fc.Arbitrary<number> = usual, second = number): Drawn =>
  twoShapes.chain(([a, b]) => asCase({}, tensor(a, number), tensor(b, second)));

const reduced = (more: Attributes = {}, draw = (shape: readonly number[]) => tensor(shape, usual)): Drawn =>
  fc
    .array(dimension, { minLength: 1, maxLength: 3 })
    .chain((shape) =>
      fc
        .tuple(fc.subarray([...shape.keys()]), fc.nat(1))
        .chain(([axes, keepdims]) => asCase({ axes, keepdims, ...more }, draw(shape))),
    );

const windows = fc.record({
  strides: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 })),
  dilations: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  pads: fc.tuple(fc.nat(1), fc.nat(2), fc.nat(2), fc.nat(1)),
});
const convolution = fc
  .tuple(windows, fc.integer({ min: 1, max: 2 }), fc.nat(1))
  .chain(([more, group, isBiased]) =>
    asCase(
      { ...more, group },
      tensor([2, group * (1 + isBiased), 4, 5], usual),
      tensor([group * 2, 1 + isBiased, 2, 3], usual),
      ...(isBiased === 1 ? [tensor([group * 2], usual)] : []),
    ),
  );
const convolutionBack = fc
  .tuple(windows, fc.integer({ min: 1, max: 2 }), fc.nat(1), fc.nat(2))
  .chain(([more, group, isBiased, extra]) => {
    const most = (axis: 0 | 1) => Math.max(more.strides[axis], more.dilations[axis]) - 1;
    return asCase(
      { ...more, group, output_padding: [Math.min(extra, most(0)), Math.min(extra, most(1))] },
      tensor([2, group * 2, 3, 3], usual),
      tensor([group * 2, 1 + isBiased, 3, 2], usual),
      ...(isBiased === 1 ? [tensor([group * (1 + isBiased)], usual)] : []),
    );
  });
const pool = (more: Attributes = {}): Drawn =>
  fc
    .tuple(
      fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 })),
      fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 })),
      fc.tuple(fc.nat(1), fc.nat(1)),
      fc.nat(1),
      fc.nat(1),
    )
    .chain(([kernel_shape, strides, [high, low], ceil_mode, count_include_pad]) => {
      const pads = [Math.min(high, kernel_shape[0] - 1), 0, Math.min(low, kernel_shape[0] - 1), 0];
      const settings = { kernel_shape, strides, pads, ceil_mode, ...more };
      const all = "count_include_pad" in more ? { ...settings, count_include_pad } : settings;
      return asCase(all, apart([1, 2, 4, 4]));
    });

const matrices = fc
  .tuple(dimension, dimension, dimension, fc.nat(1), fc.nat(1))
  .chain(([m, k, n, left, right]) =>
    asCase({}, tensor(left === 0 ? [k] : [m, k], usual), tensor(right === 0 ? [k] : [k, n], usual)),
  );
const severalMatrices = fc
  .tuple(dimension, dimension, dimension, dimension)
  .chain(([count, m, k, n]) => asCase({}, tensor([count, m, k], usual), tensor([count, k, n], usual)));
const gemm = fc
  .tuple(fc.nat(1), fc.nat(1), fc.constantFrom(undefined, [], [3], [2, 1], [2, 3]))
  .chain(([transA, transB, c]) =>
    asCase(
      { alpha: 0.5, beta: -2, transA, transB },
      tensor(transA === 1 ? [4, 2] : [2, 4], usual),
      tensor(transB === 1 ? [3, 4] : [4, 3], usual),
      ...(c === undefined ? [] : [tensor(c, usual)]),
    ),
  );

/** Far from singular: more on the diagonal than beside it. */
const regular = tensor([3, 3], between(-1, 1)).map((one) => ({
  ...one,
  value: { ...one.value, data: one.value.data.map((value, at) => (at % 4 === 0 ? value + 4 : value)) },
}));

const alongAxis = (rank: number) => fc.integer({ min: -rank, max: rank - 1 });
const placesIn = (size: number) => fc.integer({ min: -size, max: size - 1 });

export const gradientCases: readonly (readonly [name: string, drawn: Drawn])[] = [
  ...[
    "Abs",
    "Atan",
    "Cos",
    "Cosh",
    "Erf",
    "Exp",
    "Gelu",
    "Neg",
    "Relu",
    "Sigmoid",
    "Sin",
    "Sinh",
    "Tanh",
  ].map((name) => [name, unary()] as const),
  ["Asinh", unary()],
  ...["Acos", "Asin"].map((name) => [name, unary(between(0, 1).map((x) => x * 1.6 - 0.8))] as const),
  ["Tan", unary(between(-1, 1))],
  ...["Log", "Sqrt", "Reciprocal"].map((name) => [name, unary(between(0, 3).map((x) => x + 0.2))] as const),
  ["Clip", anyShape.chain((shape) => asCase({ min: -1, max: 1 }, tensor(shape, usual)))],
  ...["Add", "Sub", "Mul"].map((name) => [name, binary()] as const),
  ["Div", binary(usual, between(1, 3))],
  ["Pow", binary(between(1, 3), usual)],
  [
    "Pow",
    anyShape.chain((shape) => asCase({}, tensor(shape, usual), still([], fc.integer({ min: 0, max: 4 })))),
  ],
  [
    "Max",
    binary(
      between(-2, 0).map((x) => x + 0.5),
      between(-1, 1),
    ),
  ],
  ["Max", twoShapes.chain(([a, b]) => asCase({}, tensor(a, between(-2, 0)), tensor(b, between(0, 1))))],
  ["Min", twoShapes.chain(([a, b]) => asCase({}, tensor(a, between(0, 2)), tensor(b, between(-1, 0))))],
  [
    "Where",
    twoShapes.chain(([a, b]) =>
      asCase({}, still(b, fc.integer({ min: 0, max: 1 })), tensor(a, usual), tensor(b, usual)),
    ),
  ],
  ["ReduceSum", reduced()],
  ["ReduceMean", reduced()],
  ["ReduceMax", reduced({}, apart)],
  ["ReduceMin", reduced({}, apart)],
  ["Variance", reduced({ correction: 1 })],
  ["StandardDeviation", reduced({ correction: 0, axes: [-1] }, (shape) => apart([...shape.slice(0, -1), 3]))],
  ["Covariance", asCase({ correction: 1 }, tensor([4, 3], usual))],
  ["CumSum", alongAxis(2).chain((axis) => asCase({ axis }, tensor([3, 4], usual)))],
  ["MatMul", matrices],
  ["MatMul", severalMatrices],
  ["Gemm", gemm],
  ["Solve", asCase({}, regular, tensor([3], usual))],
  ["Solve", asCase({}, regular, tensor([3, 2], usual))],
  ["Inverse", asCase({}, regular)],
  ["Reshape", asCase({ shape: [3, -1] }, tensor([2, 3, 2], usual))],
  ["Expand", asCase({ shape: [2, 1, 3] }, tensor([4, 1], usual))],
  ["Transpose", asCase({ perm: [2, 0, 1] }, tensor([2, 3, 4], usual))],
  ["Transpose", asCase({}, tensor([2, 3, 4], usual))],
  [
    "Slice",
    fc
      .tuple(
        alongAxis(2),
        fc.integer({ min: -5, max: 5 }),
        fc.integer({ min: -5, max: 6 }),
        fc.integer({ min: 1, max: 3 }),
      )
      .chain(([axis, start, end, step]) => asCase({ axis, start, end, step }, tensor([4, 5], usual))),
  ],
  [
    "Concat",
    alongAxis(2).chain((axis) =>
      asCase({ axis }, tensor([2, 2], usual), tensor([2, 2], usual), tensor([2, 2], usual)),
    ),
  ],
  ["Gather", alongAxis(2).chain((axis) => asCase({ axis }, tensor([3, 3], usual), still([5], placesIn(3))))],
  [
    "GatherElements",
    alongAxis(2).chain((axis) => {
      const shape = axis === 0 || axis === -2 ? [5, 3] : [4, 2];
      return asCase({ axis }, tensor([4, 3], usual), still(shape, placesIn(3)));
    }),
  ],
  [
    "ScatterAdd",
    asCase({ axis: 1 }, tensor([4, 3], usual), still([4, 5], placesIn(3)), tensor([4, 5], usual)),
  ],
  ["Conv", convolution],
  ["ConvTranspose", convolutionBack],
  ["MaxPool", pool()],
  ["AveragePool", pool({ count_include_pad: 0 })],
  ["Softmax", alongAxis(3).chain((axis) => asCase({ axis }, tensor([2, 3, 2], usual)))],
  ["LogSoftmax", alongAxis(3).chain((axis) => asCase({ axis }, tensor([2, 3, 2], usual)))],
  [
    "LayerNormalization",
    fc.tuple(fc.constantFrom(1, 2, -1), fc.boolean()).chain(([axis, isBiased]) => {
      const own = axis === 1 ? [3, 2] : [2];
      const bias = isBiased ? [tensor(own, usual)] : [];
      return asCase({ axis, epsilon: 0.1 }, tensor([2, 3, 2], usual), tensor(own, usual), ...bias);
    }),
  ],
];
