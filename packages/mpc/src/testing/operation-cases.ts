// Every operation that has a reading on shares, with random inputs of random shapes, and how near the plain numbers its
// results are.

import { type PlainTensor, sizeOf } from "@unseen/program";
import fc from "fast-check";
import type { TestInput } from "./programs.ts";

const step = 2 ** -16;
/** Steps of 2^-16 that a result may be off, where errors of what it is made of add up; 4 for the others. */
const roomOf: Readonly<Record<string, number>> = {
  Pow: 200,
  Variance: 2_000,
  StandardDeviation: 2_000,
  Covariance: 200,
  LayerNormalization: 200,
  LogSoftmax: 40,
};

/** A secret tensor of any shape with numbers on the grid, so that sharing them loses nothing. */
function secret(shape: readonly number[], most = 100): fc.Arbitrary<TestInput> {
  const number = fc.integer({ min: -most * 2 ** 16, max: most * 2 ** 16 }).map((steps) => steps * step);
  const size = sizeOf(shape);
  return fc.tuple(fc.nat(1), fc.boolean(), fc.array(number, { minLength: size, maxLength: size })).map(
    ([from, isWhole, data]): TestInput => ({
      from,
      shape,
      isWhole,
      least: -most,
      greatest: most,
      data: isWhole ? data.map(Math.round) : data,
    }),
  );
}

function open(shape: readonly number[], most = 100): fc.Arbitrary<PlainTensor> {
  const size = sizeOf(shape);
  return fc
    .array(
      fc.integer({ min: -most, max: most }).map((x) => x / 4),
      { minLength: size, maxLength: size },
    )
    .map((data) => ({ shape, data: Float64Array.from(data) }));
}

function positive(least: number, greatest: number): fc.Arbitrary<TestInput> {
  const number = fc
    .integer({ min: Math.ceil(least * 2 ** 16), max: greatest * 2 ** 16 })
    .map((steps) => steps * step);
  return fc
    .array(number, { minLength: 6, maxLength: 6 })
    .map((data) => ({ from: 0, shape: [6], isWhole: false, least, greatest, data }));
}

/** M'M + I of whole numbers: its eigenvalues are at least one. */
function positiveDefinite(size: number): fc.Arbitrary<TestInput> {
  const number = fc.integer({ min: -3, max: 3 });
  return fc.array(number, { minLength: size * size, maxLength: size * size }).map((m): TestInput => {
    const data = Array.from({ length: size * size }, (_, at) => {
      const [i, j] = [Math.floor(at / size), at % size];
      const products = Array.from({ length: size }, (_, k) => m[k * size + i]! * m[k * size + j]!);
      return products.reduce((sum, one) => sum + one, i === j ? 1 : 0);
    });
    return { from: 0, shape: [size, size], isWhole: false, least: -100, greatest: 100, data };
  });
}

const dimension = fc.integer({ min: 1, max: 4 });
const shape = fc.array(dimension, { maxLength: 3 });

export type OperationCase = {
  readonly inputs: readonly (TestInput | PlainTensor)[];
  readonly attributes?: Record<string, number | number[]>;
};

const binary = (name: string, most = 100): [string, fc.Arbitrary<OperationCase>] => [
  name,
  shape.chain((all) =>
    fc.tuple(fc.nat(all.length), fc.boolean(), fc.boolean()).chain(([cut, isFirstOpen, isSecondOpen]) => {
      const other = all.slice(cut);
      const first = isFirstOpen && !isSecondOpen ? open(all, most) : secret(all, most);
      const second = isSecondOpen ? open(other, most) : secret(other, most);
      return fc.tuple(first, second).map((inputs) => ({ inputs }));
    }),
  ),
];

const unary = (name: string, most = 100): [string, fc.Arbitrary<OperationCase>] => [
  name,
  shape.chain((all) => secret(all, most).map((x) => ({ inputs: [x] }))),
];

const reduction = (name: string): [string, fc.Arbitrary<OperationCase>] => [
  name,
  fc
    .array(dimension, { minLength: 1, maxLength: 3 })
    .chain((all) =>
      fc
        .tuple(secret(all), fc.subarray(all.map((_, axis) => axis)), fc.nat(1))
        .map(([x, axes, keepdims]) => ({ inputs: [x], attributes: { axes, keepdims } })),
    ),
];

export const operationCases: readonly [string, fc.Arbitrary<OperationCase>][] = [
  binary("Add"),
  binary("Sub"),
  binary("Mul"),
  unary("Neg"),
  reduction("ReduceSum"),
  reduction("ReduceMean"),
  [
    "MatMul",
    fc.tuple(dimension, dimension, dimension, fc.nat(2), fc.nat(2)).chain(([m, k, n, left, right]) => {
      const first = left === 0 ? [k] : [m, k];
      const second = right === 0 ? [k] : [k, n];
      return fc
        .tuple(
          left === 2 && right !== 2 ? open(first) : secret(first),
          right === 2 ? open(second) : secret(second),
        )
        .map((inputs) => ({ inputs }));
    }),
  ],
  [
    "Concat",
    fc
      .tuple(dimension, dimension, dimension)
      .chain(([a, b, c]) =>
        fc.tuple(secret([a, c]), open([b, c])).map((inputs) => ({ inputs, attributes: { axis: 0 } })),
      ),
  ],
  [
    "Gather",
    fc.tuple(dimension, dimension).chain(([a, b]) =>
      fc
        .tuple(secret([a, b]), fc.array(fc.nat(a - 1), { minLength: 1, maxLength: 5 }))
        .map(([x, places]) => ({
          inputs: [x, { shape: [places.length], data: Float64Array.from(places) }],
          attributes: { axis: 0 },
        })),
    ),
  ],
  [
    "Reshape",
    fc
      .tuple(dimension, dimension)
      .chain(([a, b]) => secret([a, b]).map((x) => ({ inputs: [x], attributes: { shape: [b, a] } }))),
  ],
  ["Slice", secret([7, 2]).map((x) => ({ inputs: [x], attributes: { axis: 0, start: 1, end: 6, step: 2 } }))],
  ["Transpose", secret([2, 3, 4]).map((x) => ({ inputs: [x], attributes: { perm: [2, 0, 1] } }))],
  ...["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Max", "Min"].map((name) =>
    binary(name, 3),
  ),
  ...["And", "Or", "Xor"].map((name) => binary(name, 1)),
  ...["Abs", "Relu", "Sign", "Not"].map((name) => unary(name)),
  unary("Not", 1),
  reduction("ReduceMax"),
  reduction("ReduceMin"),
  [
    "ArgMax",
    fc
      .tuple(dimension, dimension, fc.integer({ min: -2, max: 1 }))
      .chain(([a, b, axis]) => secret([a, b], 2).map((x) => ({ inputs: [x], attributes: { axis } }))),
  ],
  ["Clip", secret([9]).map((x) => ({ inputs: [x], attributes: { min: -20.5, max: 30 } }))],
  [
    "OneHot",
    fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }).map((data) => ({
      inputs: [{ from: 0, shape: [4], isWhole: true, least: 0, greatest: 3, data }],
      attributes: { depth: 4 },
    })),
  ],
  ["Where", fc.tuple(secret([3, 1], 1), secret([3, 4]), open([4])).map((inputs) => ({ inputs }))],
  ...["Sigmoid", "Tanh", "Floor", "Ceil"].map((name) => unary(name, 20)),
  unary("Exp", 5),
  ["Log", positive(0.01, 1000).map((x) => ({ inputs: [x] }))],
  ["Sqrt", positive(0, 1000).map((x) => ({ inputs: [x] }))],
  ["Reciprocal", positive(0.25, 50).map((x) => ({ inputs: [x] }))],
  ["Div", fc.tuple(secret([6], 50), positive(0.5, 50)).map((inputs) => ({ inputs }))],
  [
    "Div",
    fc
      .tuple(
        secret([6], 50),
        open([1], 3).map((y) => (y.data[0] === 0 ? { ...y, data: Float64Array.of(7) } : y)),
      )
      .map((inputs) => ({ inputs })),
  ],
  ["Pow", secret([6], 5).map((x) => ({ inputs: [x, { shape: [], data: Float64Array.of(3) }] }))],
  reduction("Variance"),
  ["StandardDeviation", positive(1, 60).map((x) => ({ inputs: [x], attributes: { axes: [0] } }))],
  ["Covariance", secret([7, 3], 10).map((x) => ({ inputs: [x], attributes: { correction: 1 } }))],
  [
    "CumSum",
    fc
      .integer({ min: -2, max: 1 })
      .chain((axis) => secret([5, 3]).map((x) => ({ inputs: [x], attributes: { axis } }))),
  ],
  ["Solve", positiveDefinite(4).chain((a) => secret([4], 20).map((b) => ({ inputs: [a, b] })))],
  ["Solve", positiveDefinite(3).chain((a) => open([3, 2], 20).map((b) => ({ inputs: [a, b] })))],
  ["Inverse", positiveDefinite(3).map((a) => ({ inputs: [a] }))],
  ...["Conv", "ConvTranspose"].map((name): [string, fc.Arbitrary<OperationCase>] => [
    name,
    fc
      .tuple(fc.integer({ min: 1, max: 2 }), fc.nat(2), fc.nat(1), fc.nat(1))
      .chain(([group, isOpen, pad, isBiased]) => {
        const image = [2, 2, 3, 4];
        const kernels = name === "Conv" ? [2, 2 / group, 2, 2] : [2, 1, 2, 2];
        const results = name === "Conv" ? 2 : group;
        const both =
          isOpen === 1
            ? [open(image, 8), secret(kernels, 4)]
            : [secret(image, 8), isOpen === 0 ? secret(kernels, 4) : open(kernels, 4)];
        const bias = isBiased === 0 ? [] : [isOpen === 0 ? secret([results]) : open([results])];
        const attributes = { group, strides: [2, 1], pads: [pad, 0, 0, pad] };
        return fc.tuple(...both, ...bias).map((inputs) => ({ inputs, attributes }));
      }),
  ]),
  ...["MaxPool", "AveragePool"].map((name): [string, fc.Arbitrary<OperationCase>] => [
    name,
    fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1)).chain(([ceil_mode, pad, isCounted]) => {
      const counted = name === "MaxPool" ? {} : { count_include_pad: isCounted };
      const attributes = {
        kernel_shape: [2, 3],
        strides: [1, 2],
        pads: [pad, 1, 0, 0],
        ceil_mode,
        ...counted,
      };
      return secret([1, 2, 3, 4]).map((x) => ({ inputs: [x], attributes }));
    }),
  ]),
  [
    "Gemm",
    fc.tuple(fc.nat(1), fc.nat(1), fc.nat(2)).chain(([transA, transB, kind]) => {
      const a = secret(transA === 1 ? [3, 2] : [2, 3], 20);
      const b =
        kind === 1 ? open(transB === 1 ? [2, 3] : [3, 2], 20) : secret(transB === 1 ? [2, 3] : [3, 2], 20);
      const c = kind === 0 ? [] : [secret([2])];
      return fc
        .tuple(a, b, ...c)
        .map((inputs) => ({ inputs, attributes: { alpha: 0.5, beta: -2, transA, transB } }));
    }),
  ],
  ...["Softmax", "LogSoftmax"].map((name): [string, fc.Arbitrary<OperationCase>] => [
    name,
    fc
      .integer({ min: -2, max: 1 })
      .chain((axis) => secret([3, 4], 6).map((x) => ({ inputs: [x], attributes: { axis } }))),
  ]),
  [
    "LayerNormalization",
    fc.tuple(fc.constantFrom(1, -1), fc.boolean()).chain(([axis, isBiased]) => {
      const own = axis === 1 ? [2, 3] : [3];
      const others = isBiased ? [open(own, 2), secret(own, 2)] : [secret(own, 2)];
      return fc
        .tuple(secret([2, 2, 3], 8), ...others)
        .map((inputs) => ({ inputs, attributes: { axis, epsilon: 1 } }));
    }),
  ],
  ["Expand", secret([2, 1]).map((x) => ({ inputs: [x], attributes: { shape: [3, 1, 4] } }))],
  [
    "GatherElements",
    fc.array(fc.integer({ min: -3, max: 2 }), { minLength: 8, maxLength: 8 }).chain((places) =>
      secret([2, 3]).map((x) => ({
        inputs: [x, { shape: [2, 4], data: Float64Array.from(places) }],
        attributes: { axis: 1 },
      })),
    ),
  ],
  [
    "ScatterAdd",
    fc
      .tuple(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 8, maxLength: 8 }), fc.nat(2))
      .chain(([places, kind]) => {
        const indices = { shape: [2, 4], data: Float64Array.from(places) };
        const moved = [
          kind === 1 ? open([2, 3]) : secret([2, 3]),
          kind === 2 ? open([2, 4]) : secret([2, 4]),
        ] as const;
        return fc
          .tuple(...moved)
          .map(([data, updates]) => ({ inputs: [data, indices, updates], attributes: { axis: 1 } }));
      }),
  ],
  ["Count", secret([5, 2]).map((x) => ({ inputs: [x] }))],
  ["RowOnes", secret([5, 2]).map((x) => ({ inputs: [x] }))],
];

/** The first number that is further off than the operation may be, in words; undefined where all are near. */
export function missed(name: string, value: PlainTensor, wanted: PlainTensor): string | undefined {
  if (value.shape.join() !== wanted.shape.join()) return `${name}: shape ${value.shape}, not ${wanted.shape}`;
  for (const [at, number] of wanted.data.entries()) {
    const allowed = (roomOf[name] ?? 4) * step + Math.abs(number) * 2 ** -16;
    if (!(Math.abs(value.data[at]! - number) <= allowed)) return `${name}: ${value.data[at]}, not ${number}`;
  }
  return undefined;
}
