// What the rules say of one row's result, against what the plain rules give for rows inside the bounds.

import { expect, test } from "vitest";
import { readAttributes } from "../graph/attributes.ts";
import { type PlainTensor, sizeOf } from "../tensor/plain-tensor.ts";
import { operations } from "./index.ts";
import type { Attributes, Facts, RowsFacts } from "./operation.ts";

const rows = 40;
const rounds = 60;

/** A linear congruential stream (Numerical Recipes, "ranqd1"): enough for drawing test values. */
function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Draw = ReturnType<typeof stream>;
const pick = <T>(draw: Draw, from: readonly T[]): T => from[Math.floor(draw() * from.length)]!;

const ends = [-1e308, -1e9, -700, -20, -3, -1.5, -1, -0.5, -1e-9, 0, 1e-9, 0.3, 1, 2, 3, 10, 300, 1e9, 1e308];

/** Bounds for each element of a row of this shape. `integral` bounds are whole numbers. */
function drawnFacts(draw: Draw, shape: readonly number[]): RowsFacts {
  const integral = draw() < 0.4;
  const oneHot = draw() < 0.3 && sizeOf(shape) > 1;
  const from = integral ? [-7, -2, -1, 0, 1, 2, 5, 12] : ends;
  const pairs = Array.from({ length: sizeOf(shape) }, () => {
    const pair = [pick(draw, from), pick(draw, from)].toSorted((a, b) => a - b) as [number, number];
    return oneHot ? ([Math.min(pair[0], 0), Math.max(pair[1], 0)] as const) : pair;
  });
  return {
    kind: "rows",
    shape,
    lo: Float64Array.from(pairs, ([lo]) => lo),
    hi: Float64Array.from(pairs, ([, hi]) => hi),
    oneHot,
    integral,
  };
}

function drawnRows(draw: Draw, { shape, lo, hi, oneHot, integral }: RowsFacts): PlainTensor {
  const width = lo.length;
  const data = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const hot = Math.floor(draw() * width);
    for (let at = 0; at < width; at++) {
      const [least, greatest] = [lo[at]!, hi[at]!];
      const held = (value: number) => Math.min(Math.max(value, least), greatest);
      const inside = held(least + draw() * (greatest / 2 - least / 2) * 2);
      const value = pick(draw, [least, greatest, held(0), held(1), inside, inside, inside]);
      data[row * width + at] = oneHot && at !== hot ? 0 : integral ? held(Math.round(value)) : value;
    }
  }
  return { shape: [rows, ...shape], data };
}

const publicFacts = (shape: readonly number[], data: readonly number[]): Facts => ({
  kind: "public",
  value: { shape, data: Float64Array.from(data) },
});

type Case = { readonly facts: readonly Facts[]; readonly attributes?: Attributes };

const one = (draw: Draw, shape: readonly number[] = [3]): Case => ({ facts: [drawnFacts(draw, shape)] });
const numberBeside = (draw: Draw) => publicFacts([], [pick(draw, ends)]);
const beside = (draw: Draw) => pick(draw, [() => drawnFacts(draw, [3]), () => numberBeside(draw)])();

const kernels = (draw: Draw, shape: readonly number[]) =>
  publicFacts(
    shape,
    Array.from({ length: sizeOf(shape) }, () => pick(draw, [-20, -3, -1, -1e-9, 0, 0.3, 1, 2, 300])),
  );
/** Whole numbers that each row has of its own, most of which are places among three. */
const places = (draw: Draw, shape: readonly number[]): RowsFacts => {
  const size = sizeOf(shape);
  const lo = new Float64Array(size).fill(pick(draw, [0, -3, -1]));
  return { kind: "rows", shape, lo, hi: new Float64Array(size).fill(2), oneHot: false, integral: true };
};

/** How each operation with attributes or more than two inputs is asked of one row. */
const special: Readonly<Record<string, (draw: Draw) => Case>> = {
  Clip: (draw) => {
    const [min, max] = [pick(draw, ends), pick(draw, ends)].toSorted((a, b) => a - b) as [number, number];
    return { ...one(draw), attributes: { min, max } };
  },
  Where: (draw) => ({ facts: [beside(draw), beside(draw), drawnFacts(draw, [3])] }),
  Pow: (draw) => ({
    facts: pick(draw, [
      () => [drawnFacts(draw, [3]), publicFacts([3], [pick(draw, [0, 1, 2, 3, -1, -2, 0.5, -0.5]), 2, 3])],
      () => [drawnFacts(draw, [3]), drawnFacts(draw, [3])],
      () => [numberBeside(draw), drawnFacts(draw, [3])],
    ])(),
  }),
  MatMul: (draw) => ({
    facts: [
      drawnFacts(draw, [3]),
      publicFacts(
        [3, 2],
        Array.from({ length: 6 }, () => pick(draw, ends)),
      ),
    ],
  }),
  Concat: (draw) => ({ facts: [drawnFacts(draw, [3]), drawnFacts(draw, [2])], attributes: { axis: 1 } }),
  Gather: (draw) => ({
    facts: [
      drawnFacts(draw, [3]),
      publicFacts(
        [4],
        Array.from({ length: 4 }, () => pick(draw, [0, 1, 2, -1])),
      ),
    ],
    attributes: { axis: 1 },
  }),
  Slice: (draw) => ({
    ...one(draw),
    attributes: {
      axis: 1,
      start: pick(draw, [0, 1, -2]),
      end: pick(draw, [3, -1]),
      step: pick(draw, [1, 2]),
    },
  }),
  Reshape: (draw) => ({
    ...one(draw, [2, 3]),
    attributes: {
      shape: pick(draw, [
        [0, 3, 2],
        [0, -1],
        [0, 1, 6],
      ]),
    },
  }),
  Transpose: (draw) => ({ ...one(draw, [2, 3]), attributes: { perm: [0, 2, 1] } }),
  LabelEncoder: (draw) => ({
    ...one(draw, pick(draw, [[], [3]])),
    attributes: { keys_floats: [0, 1, 2.5, -1].slice(Math.floor(draw() * 4)) },
  }),
  OneHot: (draw) => ({ ...one(draw, pick(draw, [[], [1], [2]])), attributes: { depth: 4 } }),
  ArgMax: (draw) => ({ ...one(draw, [2, 3]), attributes: { axis: pick(draw, [1, 2, -1]) } }),
  CumSum: (draw) => ({ ...one(draw, [2, 3]), attributes: { axis: pick(draw, [1, 2, -1]) } }),
  Conv: (draw) => {
    const group = pick(draw, [1, 2]);
    const attributes = { group, strides: [1, 2], pads: [1, 0, 0, 1] };
    return {
      facts: [drawnFacts(draw, [2, 3, 3]), kernels(draw, [2, 2 / group, 2, 2]), kernels(draw, [2])],
      attributes,
    };
  },
  ConvTranspose: (draw) => {
    const group = pick(draw, [1, 2]);
    const attributes = { group, strides: [2, 1], output_padding: [1, 0] };
    return {
      facts: [drawnFacts(draw, [2, 2, 3]), kernels(draw, [2, 1, 2, 2]), kernels(draw, [group])],
      attributes,
    };
  },
  ...Object.fromEntries(
    ["AveragePool", "MaxPool", "MaxPoolIndices"].map((name) => [
      name,
      (draw: Draw): Case => ({
        ...one(draw, [2, 3, 3]),
        attributes: {
          kernel_shape: [2, 2],
          pads: [1, 0, 0, 1],
          strides: pick(draw, [
            [1, 1],
            [2, 1],
          ]),
        },
      }),
    ]),
  ),
  Softmax: (draw) => ({ ...one(draw), attributes: { axis: pick(draw, [1, -1]) } }),
  LogSoftmax: (draw) => ({ ...one(draw, [2, 3]), attributes: { axis: pick(draw, [1, 2, -1]) } }),
  LayerNormalization: (draw) => ({
    facts: [drawnFacts(draw, [2, 3]), kernels(draw, [3]), kernels(draw, [3])],
    attributes: { axis: 2, epsilon: pick(draw, [1e-5, 0, 1]) },
  }),
  Expand: (draw) => ({ ...one(draw, [1, 3]), attributes: { shape: pick(draw, [[1, 2, 1], [4, 3], [1]]) } }),
  GatherElements: (draw) => ({ facts: [drawnFacts(draw, [3]), places(draw, [4])], attributes: { axis: 1 } }),
  ScatterAdd: (draw) => ({
    facts: [drawnFacts(draw, [3]), places(draw, [4]), drawnFacts(draw, [4])],
    attributes: { axis: 1 },
  }),
  ...Object.fromEntries(
    ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin"].map((name) => [
      name,
      (draw: Draw): Case => ({
        ...one(draw, [2, 3]),
        attributes: { axes: pick(draw, [[1], [2], [1, 2], [-1]]), keepdims: pick(draw, [0, 1]) },
      }),
    ]),
  ),
  ...Object.fromEntries(
    ["Variance", "StandardDeviation"].map((name) => [
      name,
      (draw: Draw): Case => ({
        ...one(draw, [2, 3]),
        attributes: { axes: pick(draw, [[1], [2], [1, 2]]), correction: pick(draw, [0, 1, 2]) },
      }),
    ]),
  ),
};

/** These have no result for a row by itself. */
const overRowsAlone = [
  "ArgSort",
  "ChooseAbove",
  "ChooseGreatest",
  "ChooseQuantile",
  "Correlation",
  "Count",
  "Covariance",
  "EigenSymmetric",
  "CountPeople",
  "Gemm",
  "SumByPerson",
  "Histogram",
  "Inverse",
  "MeanWhere",
  "Quantile",
  "QuantileOfCounts",
  "Solve",
  "TopK",
  "VarianceWhere",
];
const onOneRow = [...operations.keys()].filter((name) => !overRowsAlone.includes(name));

function drawnCase(name: string, draw: Draw): Case {
  if (special[name] !== undefined) return special[name](draw);
  if (operations.get(name)!.inputs[0] === 1) return one(draw);
  const inputs = [drawnFacts(draw, [3]), beside(draw)];
  return { facts: draw() < 0.5 ? inputs : inputs.toReversed() };
}

test.each(onOneRow)("what %s gives for a row lies in its bounds, whole and one-hot as claimed", (name) => {
  const operation = operations.get(name)!;
  let finite = 0;
  for (let seed = 0; seed < rounds; seed++) {
    const draw = stream(seed * 7_919 + name.length * 104_729 + 1);
    const { facts, attributes: given } = drawnCase(name, draw);
    const attributes = readAttributes(operation, given ?? {});
    if (!attributes.ok) throw new Error(attributes.problem.message);
    const ruled = operation.sensitivity.rowByRow!(facts, attributes.value);
    if (!ruled.ok) throw new Error(ruled.problem.message);
    const { shape, lo, hi, oneHot, integral } = ruled.value;
    const inputs = facts.map((fact) => (fact.kind === "rows" ? drawnRows(draw, fact) : fact.value));
    const result = operation.plain(inputs, attributes.value);
    expect(result.shape).toEqual([rows, ...shape]);
    for (let at = 0; at < result.data.length; at++) {
      const value = result.data[at]!;
      const element = at % lo.length;
      if (Number.isNaN(value)) continue;
      const slack = 1e-12 * Math.max(Math.abs(lo[element]!), Math.abs(hi[element]!), sizeOfInputs(facts));
      const where = `seed ${seed}, element ${element}, [${lo[element]}, ${hi[element]}]`;
      if (Number.isFinite(value)) finite++;
      if (!Number.isFinite(slack)) continue;
      expect(value, where).toBeGreaterThanOrEqual(lo[element]! - slack);
      expect(value, where).toBeLessThanOrEqual(hi[element]! + slack);
      if (integral && Number.isFinite(value)) expect(Number.isInteger(value), `whole: ${where}`).toBe(true);
    }
    for (let row = 0; oneHot && row < rows; row++) {
      const own = result.data.subarray(row * lo.length, (row + 1) * lo.length);
      expect(own.filter((value) => value !== 0 && !Number.isNaN(value)).length).toBeLessThanOrEqual(1);
    }
  }
  expect(finite, "most results are numbers").toBeGreaterThan(rounds);
});

/** Sums of large numbers that cancel are off by an ulp of the large ones. Elementwise results are not. */
function sizeOfInputs(facts: readonly Facts[]): number {
  const [first] = facts;
  if (first?.kind !== "rows" || first.shape.length < 2) return 0;
  const factor = facts.reduce(
    (most, fact) => (fact.kind === "public" ? Math.max(most, ...fact.value.data.map(Math.abs)) : most),
    1,
  );
  return factor * Math.max(...first.lo.map(Math.abs), ...first.hi.map(Math.abs));
}

test("every operation is either tried on rows here or has no result for one row", () => {
  for (const name of overRowsAlone) {
    const { rowByRow } = operations.get(name)!.sensitivity;
    const refused = rowByRow!([drawnFacts(stream(1), [2])], { correction: 0, bins: 2, min: 0, max: 1 });
    expect(!refused.ok && refused.problem.code, name).toBe("no-rule");
  }
});
