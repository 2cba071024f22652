// How much work a program is, before any of it is done: multiply-adds and numbers written, from shapes alone.
//
// Every operation is listed. One that is not has no estimate and is not run for a stranger.

import { type Attributes, operations, type Program, type Shape, sizeOf } from "@unseen/program";

type FromShapes = (inputs: readonly (readonly number[])[], output: readonly number[]) => number;
type Work = (
  inputs: readonly (readonly number[])[],
  output: readonly number[],
  attributes: Attributes,
) => number;

/** Each number of the inputs and of the output is touched a fixed number of times. */
const linear: FromShapes = (inputs, output) =>
  inputs.reduce((total, input) => total + sizeOf(input), sizeOf(output));

/** Broadcasting looks the place of each number up (5 steps a number, measured beside MatMul in November 2026). */
const paired: FromShapes = (inputs, output) => 5 * linear(inputs, output);

/** An elementary function, or a bin to find: 8 steps in the same measurement. */
const elementary: FromShapes = (inputs, output) => 10 * linear(inputs, output);

/** A place computed axis by axis for each number: 20 steps. */
const walked: FromShapes = (inputs, output) => 20 * linear(inputs, output);

/** A power or a few passes for each number of a line. */
const lines: FromShapes = (inputs, output) => 30 * linear(inputs, output);

/** Eighty terms of a series. */
const sums: FromShapes = (inputs, output) => 100 * linear(inputs, output);

/** [n, k] by [k, m]: n k m; several of them, each. */
const product: FromShapes = ([x, y], output) =>
  linear([x!, y!], output) + sizeOf(x!) * (y!.length === 1 ? 1 : y!.at(-1)!);

/** The product of [k, n] by [n, k], beside the mean. */
const covariance: FromShapes = ([x], output) => walked([x!], output) + sizeOf(x!) * x![1]!;

/** Elimination of [n, n | m] over all rows: n steps over n rows of n + m. */
const elimination: FromShapes = ([a, b], output) => {
  const size = a![0]!;
  const columns = b === undefined ? size : (b[1] ?? 1);
  return linear([a!], output) + size * size * (size + columns);
};

/** Ten sweeps, each of n^2 / 2 turns of three lines of n. */
const jacobi: FromShapes = ([a], output) => linear([a!], output) + 30 * a![0]! ** 3;

/** As many comparisons a number as the axis has digits, and at most 32. */
const sorting: FromShapes = ([x], output) => 32 * linear([x!], output);

/** A histogram of 1,024 bins at the most, and a look through them for each share. */
const quantiles: FromShapes = (inputs, output) => 10 * (linear(inputs, output) + 1_024);

/** A histogram of 4,096 bins at the most, and a look through them. */
const chosenQuantile: FromShapes = (inputs, output) => 10 * (linear(inputs, output) + 4_096);

/** Each number of the result sums the products of one kernel, which is all kernels over their first size. */
const convolution: FromShapes = ([x, kernels], output) =>
  walked([kernels!], output) + 2 * sizeOf(output) * (sizeOf(kernels!) / kernels![0]!) + sizeOf(x!);

/** The same with kernels whose second size is the results of a group. */
const convolutionBack: FromShapes = ([x, kernels], output) =>
  walked([kernels!], output) + 2 * sizeOf(output) * (sizeOf(kernels!) / kernels![1]!) + sizeOf(x!);

/** Each window reads as many pixels as it has. */
const pooling: Work = ([x], output, attributes) => {
  const [height, width] = attributes.kernel_shape as readonly number[];
  return walked([x!], output) + 10 * sizeOf(output) * height! * width!;
};

/** [n, k] by [k, m], either side turned round first. */
const gemm: Work = ([a, b, c], output, attributes) => {
  const inner = a![attributes.transA === 1 ? 0 : 1]!;
  return walked([a!, b!, c ?? []], output) + sizeOf(output) * inner;
};

/** The sums over the rows, and as many comparisons a sum as it has digits. */
const summedAndSorted: FromShapes = ([x], output) => walked([x!], output) + 32 * (x![1] ?? 1);

const works: ReadonlyMap<string, Work> = new Map<string, Work>([
  ...named(linear, [
    "Abs",
    "ArgMax",
    "Ceil",
    "Clip",
    "Concat",
    "Count",
    "CumSum",
    "Floor",
    "Gather",
    "Neg",
    "Not",
    "OneHot",
    "Relu",
    "Reshape",
    "Round",
    "RowOnes",
    "Sign",
    "Slice",
  ]),
  ...named(paired, [
    "Add",
    "And",
    "Div",
    "Equal",
    "Greater",
    "GreaterOrEqual",
    "Less",
    "LessOrEqual",
    "Max",
    "Min",
    "Mul",
    "Or",
    "Sub",
    "Where",
    "Xor",
  ]),
  ...named(elementary, [
    "Acos",
    "Asin",
    "Asinh",
    "Atan",
    "Cos",
    "Cosh",
    "Exp",
    "Histogram",
    "LabelEncoder",
    "Log",
    "Pow",
    "QuantileOfCounts",
    "Reciprocal",
    "Sigmoid",
    "Sin",
    "Sinh",
    "Sqrt",
    "Tan",
    "Tanh",
  ]),
  ...named(walked, [
    "CountPeople",
    "MeanWhere",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceSum",
    "StandardDeviation",
    "SumByPerson",
    "Transpose",
    "Variance",
    "VarianceWhere",
  ]),
  ...named(lines, ["LayerNormalization", "LogSoftmax", "Softmax"]),
  ...named(sums, ["Erf", "Gelu"]),
  ...named(walked, ["Expand", "GatherElements", "ScatterAdd"]),
  ["Conv", convolution],
  ["ConvTranspose", convolutionBack],
  ...named(pooling, ["AveragePool", "MaxPool", "MaxPoolIndices"]),
  ["Gemm", gemm],
  ["MatMul", product],
  ["Correlation", covariance],
  ["Covariance", covariance],
  ["EigenSymmetric", jacobi],
  ["Quantile", quantiles],
  ["ChooseQuantile", chosenQuantile],
  ...named(summedAndSorted, ["ChooseAbove", "ChooseGreatest"]),
  ...named(sorting, ["ArgSort", "TopK"]),
  ["Inverse", elimination],
  ["Solve", elimination],
]);

function named(work: Work, names: readonly string[]): readonly (readonly [string, Work])[] {
  return names.map((name) => [name, work] as const);
}

/** Operations that nobody has said the work of. A test holds this list empty. */
export function unestimatedOperations(): readonly string[] {
  return [...operations.keys()].filter((name) => !works.has(name));
}

/**
 * Steps that a program takes on its own sizes, a few nanoseconds each; infinite where an
 * operation has no estimate or a size is not known. Cost: one look at each node's shapes.
 */
export function workOf(program: Program): number {
  let steps = 0;
  for (const [at, node] of program.nodes.entries()) {
    const output = concrete(program.shapes[at]!);
    if (output === undefined) return Number.POSITIVE_INFINITY;
    if (node.kind !== "operation") continue;
    const inputs = node.inputs.map((input) => concrete(program.shapes[input]!));
    const work = works.get(node.operation);
    if (work === undefined || !inputs.every((input) => input !== undefined)) return Number.POSITIVE_INFINITY;
    steps += work(inputs, output, node.attributes);
  }
  return steps;
}

function concrete(shape: Shape): readonly number[] | undefined {
  return shape.every((size) => size !== "rows") ? shape : undefined;
}

/** Numbers that all results on the way hold together, inputs and constants not counted: they are there already. */
export function numbersWritten(program: Program): number {
  return program.nodes.reduce((total, node, at) => {
    const shape = concrete(program.shapes[at]!);
    if (node.kind !== "operation") return total;
    return shape === undefined ? Number.POSITIVE_INFINITY : total + sizeOf(shape);
  }, 0);
}
