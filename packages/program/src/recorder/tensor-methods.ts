// The methods that every tensor has, wherever its numbers are: here, at a worker, or in data that nobody
// sees. Each records one operation; what a tensor does with the record is its own affair.
//
// It is one thing because the list of methods is the researcher's vocabulary, and is read as one list.

import type { Attributes } from "../operations/operation.ts";

/** A number or nested lists of numbers stand for a constant tensor. */
export type NestedNumbers = number | readonly NestedNumbers[];
export type Operand<Self> = Self | NestedNumbers;
export type Axes = number | readonly number[];

export type QuantileOptions = {
  /** The range to look through; the declared bounds unless given. Values outside count at its nearer end. */
  readonly bounds?: readonly [least: number, greatest: number];
  /** Equal parts of the range: 1,024 unless given where one is chosen, 64 where each is counted. */
  readonly bins?: number;
  /**
   * Asks for an interval, which only counts have: one quantile is otherwise chosen, more accurately and without one.
   */
  readonly withInterval?: boolean;
};

export type GroupsEach = {
  /** In how many groups one person counts at most, by an order that is secret; in all of theirs unless given. */
  readonly mostGroupsEach?: number;
};

export type WindowOptions = {
  /** Steps down and across; 1 each unless given. */
  readonly strides?: readonly [number, number];
  /** Zeros at the top, left, bottom and right. */
  readonly pads?: readonly [number, number, number, number];
  /** Distances between neighbours of the kernel; 1 each unless given. */
  readonly dilations?: readonly [number, number];
};
export type ConvOptions = WindowOptions & {
  /** Into how many groups the channels fall, each with kernels of its own. */
  readonly group?: number;
};
export type ConvTransposeOptions = ConvOptions & {
  /** Lines and columns that the result has more. */
  readonly output_padding?: readonly [number, number];
};
/** What a window lacks in the padding is not there, rather than zero. `ceil_mode` 1: a last one may hang over the end. */
export type PoolOptions = WindowOptions & { readonly ceil_mode?: 0 | 1 };
/** `count_include_pad` 1: padding counts among what is divided by. */
export type AveragePoolOptions = PoolOptions & { readonly count_include_pad?: 0 | 1 };
export type NormalizationOptions = { readonly axis?: number; readonly epsilon?: number };
export type GemmOptions = {
  readonly alpha?: number;
  readonly beta?: number;
  readonly transA?: boolean;
  readonly transB?: boolean;
};

export abstract class TensorMethods<Self> {
  /** Records an operation on this tensor and others. Numbers among the others become constants. */
  protected abstract record(
    operation: string,
    others: readonly Operand<Self>[],
    attributes?: Attributes,
  ): Self;

  add(other: Operand<Self>): Self {
    return this.record("Add", [other]);
  }
  sub(other: Operand<Self>): Self {
    return this.record("Sub", [other]);
  }
  mul(other: Operand<Self>): Self {
    return this.record("Mul", [other]);
  }
  div(other: Operand<Self>): Self {
    return this.record("Div", [other]);
  }
  pow(exponent: Operand<Self>): Self {
    return this.record("Pow", [exponent]);
  }
  minimum(other: Operand<Self>): Self {
    return this.record("Min", [other]);
  }
  maximum(other: Operand<Self>): Self {
    return this.record("Max", [other]);
  }

  neg(): Self {
    return this.record("Neg", []);
  }
  abs(): Self {
    return this.record("Abs", []);
  }
  sign(): Self {
    return this.record("Sign", []);
  }
  exp(): Self {
    return this.record("Exp", []);
  }
  /** Natural logarithm. */
  log(): Self {
    return this.record("Log", []);
  }
  sqrt(): Self {
    return this.record("Sqrt", []);
  }
  reciprocal(): Self {
    return this.record("Reciprocal", []);
  }
  floor(): Self {
    return this.record("Floor", []);
  }
  ceil(): Self {
    return this.record("Ceil", []);
  }
  /** To the nearest whole number, halves to the even one. */
  round(): Self {
    return this.record("Round", []);
  }
  relu(): Self {
    return this.record("Relu", []);
  }
  sigmoid(): Self {
    return this.record("Sigmoid", []);
  }
  tanh(): Self {
    return this.record("Tanh", []);
  }
  sin(): Self {
    return this.record("Sin", []);
  }
  cos(): Self {
    return this.record("Cos", []);
  }
  tan(): Self {
    return this.record("Tan", []);
  }
  asin(): Self {
    return this.record("Asin", []);
  }
  acos(): Self {
    return this.record("Acos", []);
  }
  atan(): Self {
    return this.record("Atan", []);
  }
  sinh(): Self {
    return this.record("Sinh", []);
  }
  cosh(): Self {
    return this.record("Cosh", []);
  }
  asinh(): Self {
    return this.record("Asinh", []);
  }

  /** 1 where it holds and 0 where it does not, as all comparisons. */
  equal(other: Operand<Self>): Self {
    return this.record("Equal", [other]);
  }
  greater(other: Operand<Self>): Self {
    return this.record("Greater", [other]);
  }
  greaterOrEqual(other: Operand<Self>): Self {
    return this.record("GreaterOrEqual", [other]);
  }
  less(other: Operand<Self>): Self {
    return this.record("Less", [other]);
  }
  lessOrEqual(other: Operand<Self>): Self {
    return this.record("LessOrEqual", [other]);
  }
  and(other: Operand<Self>): Self {
    return this.record("And", [other]);
  }
  or(other: Operand<Self>): Self {
    return this.record("Or", [other]);
  }
  xor(other: Operand<Self>): Self {
    return this.record("Xor", [other]);
  }
  not(): Self {
    return this.record("Not", []);
  }
  /** Where this is not zero takes from `x`, elsewhere from `y`. */
  where(x: Operand<Self>, y: Operand<Self>): Self {
    return this.record("Where", [x, y]);
  }
  /** Holds every element between `min` and `max`. */
  clip(min: number, max: number): Self {
    return this.record("Clip", [], { min, max });
  }

  matmul(other: Operand<Self>): Self {
    return this.record("MatMul", [other]);
  }
  /** The axes in a new order; without one, turned all round. */
  transpose(...perm: readonly number[]): Self {
    return this.record("Transpose", [], { perm });
  }
  /** 0 copies an axis (the private rows stay first), one -1 takes what is left. */
  reshape(shape: readonly number[]): Self {
    return this.record("Reshape", [], { shape });
  }
  /** From `start` up to and without `end` along an axis. */
  slice(start: number, end: number, more: { readonly axis?: number; readonly step?: number } = {}): Self {
    return this.record("Slice", [], { axis: more.axis ?? 0, start, end, step: more.step ?? 1 });
  }
  /** Picks by public indices along an axis. */
  gather(indices: readonly number[], axis = 0): Self {
    return this.record("Gather", [indices], { axis });
  }
  /** Joins this and others along an axis. */
  concat(others: readonly Operand<Self>[], axis: number): Self {
    return this.record("Concat", others, { axis });
  }
  /** Adds a last axis of `depth`: 1 at the element's value, 0 elsewhere. */
  oneHot(depth: number): Self {
    return this.record("OneHot", [], { depth });
  }
  /** The place of each value in a list of keys, from 0, and -1 for what is not in it: what a column of texts has. */
  labelEncoder(keys: readonly string[] | readonly number[]): Self {
    const isOfTexts = keys.some((key) => typeof key === "string");
    return this.record("LabelEncoder", [], { [isOfTexts ? "keys_strings" : "keys_floats"]: keys });
  }
  /** A one for each row. */
  rowOnes(): Self {
    return this.record("RowOnes", []);
  }

  /** Sum over axes; over all of them when none is named. */
  sum(axes: Axes = []): Self {
    return this.record("ReduceSum", [], { axes: listed(axes) });
  }
  mean(axes: Axes = []): Self {
    return this.record("ReduceMean", [], { axes: listed(axes) });
  }
  max(axes: Axes = []): Self {
    return this.record("ReduceMax", [], { axes: listed(axes) });
  }
  min(axes: Axes = []): Self {
    return this.record("ReduceMin", [], { axes: listed(axes) });
  }
  /** Divided by n - correction: 0 for the rows themselves, 1 for an estimate of where they come from. */
  variance(axes: Axes = [], correction = 0): Self {
    return this.record("Variance", [], { axes: listed(axes), correction });
  }
  std(axes: Axes = [], correction = 0): Self {
    return this.record("StandardDeviation", [], { axes: listed(axes), correction });
  }
  /** Covariance of the columns of [n, k]. */
  covariance(correction = 0): Self {
    return this.record("Covariance", [], { correction });
  }
  /** Correlation of the columns of [n, k]. */
  correlation(): Self {
    return this.record("Correlation", []);
  }
  /**
   * The value below which a share `q` of a column lies, as a list. One is chosen among fine bins; several in one list
   * are read off one histogram and share its price.
   */
  quantile(q: number | readonly number[], options: QuantileOptions = {}): Self {
    const { bounds, bins, withInterval = false } = options;
    const how = {
      ...(bounds === undefined ? {} : { bounds }),
      ...(bins === undefined ? {} : { bins }),
    };
    const [share, ...others] = listed(q);
    return share === undefined || others.length > 0 || withInterval
      ? this.record("Quantile", [], { q: listed(q), ...how })
      : this.record("ChooseQuantile", [], { q: share, ...how });
  }
  /** The value that half of a column lies below, as a list of one. */
  median(options: QuantileOptions = {}): Self {
    return this.quantile(0.5, options);
  }
  /** Quantiles read off the counts of equal bins over [min, max], of one owner or added up over several. */
  quantileOfCounts(q: number | readonly number[], min: number, max: number): Self {
    return this.record("QuantileOfCounts", [], { q: listed(q), min, max });
  }
  /** Mean over the first axis of the rows where the condition is not zero. */
  meanWhere(condition: Operand<Self>): Self {
    return this.record("MeanWhere", [condition]);
  }
  varianceWhere(condition: Operand<Self>): Self {
    return this.record("VarianceWhere", [condition]);
  }
  /** Counts in `bins` equal parts of [min, max]; what lies outside is not counted. */
  histogram(bins: number, min: number, max: number): Self {
    return this.record("Histogram", [], { bins, min, max });
  }
  /** How many rows there are. */
  count(): Self {
    return this.record("Count", []);
  }
  /** How many different people have a row where this is not zero, in each of its columns. */
  countPeople({ mostGroupsEach = 0 }: GroupsEach = {}): Self {
    return this.record("CountPeople", [], { mostGroupsEach });
  }
  /** The sum over people of each person's total, held between `least` and `greatest`, in each of its columns. */
  sumByPerson(least: number, greatest: number, { mostGroupsEach = 0 }: GroupsEach = {}): Self {
    return this.record("SumByPerson", [], { least, greatest, mostGroupsEach });
  }
  /** Which columns of [n, m] have the greatest sums: the places of the `k` greatest, chosen without telling a sum. */
  chooseGreatest(k = 1): Self {
    return this.record("ChooseGreatest", [], { k });
  }
  /**
   * Is the sum over the rows above a threshold? 1 yes, 0 no. Of [n, m] a list, asked in order until `mostAbove` (1
   * unless given) were above; -1 stands for what was asked no more. One threshold for all columns, or one each.
   */
  sumAbove(threshold: number | readonly number[], more: { readonly mostAbove?: number } = {}): Self {
    const { mostAbove = 1 } = more;
    return this.record("ChooseAbove", [], { thresholds: listed(threshold), mostAbove });
  }
  cumSum(axis = 0): Self {
    return this.record("CumSum", [], { axis });
  }
  argMax(axis = 0): Self {
    return this.record("ArgMax", [], { axis });
  }
  /** The places along an axis in the order of their values. */
  argSort(more: { readonly axis?: number; readonly descending?: boolean } = {}): Self {
    return this.record("ArgSort", [], { axis: more.axis ?? -1, descending: more.descending ? 1 : 0 });
  }
  /** The `k` greatest along an axis, in order; `largest: false` for the least. */
  topK(k: number, more: { readonly axis?: number; readonly largest?: boolean } = {}): Self {
    return this.record("TopK", [], { k, axis: more.axis ?? -1, largest: more.largest === false ? 0 : 1 });
  }

  /** Of a symmetric [k, k]: a row for each eigenvalue, greatest first, followed by its vector. */
  eigenSymmetric(): Self {
    return this.record("EigenSymmetric", []);
  }
  /** x with (this) x = b. */
  solve(b: Operand<Self>): Self {
    return this.record("Solve", [b]);
  }
  inverse(): Self {
    return this.record("Inverse", []);
  }

  /** x over its sum along an axis, as powers of e. */
  softmax(axis = -1): Self {
    return this.record("Softmax", [], { axis });
  }
  logSoftmax(axis = -1): Self {
    return this.record("LogSoftmax", [], { axis });
  }
  /** The error function. */
  erf(): Self {
    return this.record("Erf", []);
  }
  gelu(): Self {
    return this.record("Gelu", []);
  }
  /** Less its mean and over its deviation along the axes from `axis` on, times `scale` and plus `bias`. */
  layerNormalization(scale: Operand<Self>, bias?: Operand<Self>, more: NormalizationOptions = {}): Self {
    const { axis = -1, epsilon = 1e-5 } = more;
    return this.record("LayerNormalization", given(scale, bias), { axis, epsilon });
  }
  /** alpha A B + beta C of matrices. */
  gemm(b: Operand<Self>, c?: Operand<Self>, more: GemmOptions = {}): Self {
    const { alpha = 1, beta = 1, transA = false, transB = false } = more;
    return this.record("Gemm", given(b, c), { alpha, beta, transA: transA ? 1 : 0, transB: transB ? 1 : 0 });
  }
  /** Images [batch, channels, height, width] with kernels [results, channels / group, height, width]. */
  conv(kernels: Operand<Self>, bias?: Operand<Self>, more: ConvOptions = {}): Self {
    return this.record("Conv", given(kernels, bias), { ...more });
  }
  /** `conv` turned round: kernels are [channels, results / group, height, width]. */
  convTranspose(kernels: Operand<Self>, bias?: Operand<Self>, more: ConvTransposeOptions = {}): Self {
    return this.record("ConvTranspose", given(kernels, bias), { ...more });
  }
  /** The greatest of each window of images; windows stand one after the other unless `strides` says otherwise. */
  maxPool(kernel: readonly [height: number, width: number], more: PoolOptions = {}): Self {
    return this.record("MaxPool", [], { kernel_shape: kernel, strides: kernel, ...more });
  }
  /** Where the greatest of each window stands in its channel, counted along the lines. */
  maxPoolIndices(kernel: readonly [height: number, width: number], more: PoolOptions = {}): Self {
    return this.record("MaxPoolIndices", [], { kernel_shape: kernel, strides: kernel, ...more });
  }
  /** The mean of each window of images. */
  averagePool(kernel: readonly [height: number, width: number], more: AveragePoolOptions = {}): Self {
    return this.record("AveragePool", [], { kernel_shape: kernel, strides: kernel, ...more });
  }
  /** Repeats along axes of size 1, as beside a tensor of this shape. */
  expand(shape: readonly number[]): Self {
    return this.record("Expand", [], { shape });
  }
  /** Each index is replaced by what stands there along an axis. */
  gatherElements(indices: Operand<Self>, axis = 0): Self {
    return this.record("GatherElements", [indices], { axis });
  }
  /** This, and at each place that `indices` names along an axis what stands beside it in `updates`, added up. */
  scatterAdd(indices: Operand<Self>, updates: Operand<Self>, axis = 0): Self {
    return this.record("ScatterAdd", [indices, updates], { axis });
  }
}

/** Those that are there. */
function given<Self>(...others: readonly (Operand<Self> | undefined)[]): readonly Operand<Self>[] {
  return others.filter((other) => other !== undefined);
}

function listed(axes: Axes): readonly number[] {
  return typeof axes === "number" ? [axes] : axes;
}
