// How each operation of the house is written with ONNX's. The result goes by the name that the node has.

import type { Attributes, OperationNode } from "@unseen/program";
import type { GraphWriter, Settings } from "./graph-writer.ts";

export type ExportRule = (graph: GraphWriter, node: OperationNode, name: string) => void;

const names = (graph: GraphWriter, node: OperationNode) => node.inputs.map((input) => graph.nameOf(input));

/** The same operation, with settings taken over or made from the node's own. */
function same(type: string, settings: (attributes: Attributes) => Settings = () => ({})): ExportRule {
  return (graph, node, name) => {
    graph.add(type, names(graph, node), settings(node.attributes), [name]);
  };
}

const ownAxis = (attributes: Attributes): Settings => ({ axis: attributes.axis as number });

/** Lists that are empty stand for what ONNX takes without them. */
function windows(attributes: Attributes): Settings {
  const lists = ["strides", "pads", "dilations", "kernel_shape", "output_padding"];
  const given = lists.filter((name) => (attributes[name] as readonly number[] | undefined)?.length);
  const wholes = ["group", "ceil_mode", "count_include_pad"].filter((name) => attributes[name] !== undefined);
  return Object.fromEntries([...given, ...wholes].map((name) => [name, attributes[name] as number]));
}

/** ONNX's truth is a type of its own, and a number here. */
const comparison =
  (type: string): ExportRule =>
  (graph, node, name) => {
    graph.asNumbers(graph.add(type, names(graph, node)), [name]);
  };
const logic =
  (type: string): ExportRule =>
  (graph, node, name) => {
    graph.asNumbers(
      graph.add(
        type,
        node.inputs.map((input) => graph.asTruth(input)),
      ),
      [name],
    );
  };

const reduction =
  (type: string): ExportRule =>
  (graph, node, name) => {
    const axes = node.attributes.axes as readonly number[];
    const inputs = names(graph, node);
    if (axes.length > 0) inputs.push(graph.wholes(axes));
    graph.add(type, inputs, { keepdims: node.attributes.keepdims === 1 ? 1 : 0 }, [name]);
  };

const byIndices =
  (type: string, settings: Settings = {}): ExportRule =>
  (graph, node, name) => {
    const [data, indices, ...others] = node.inputs as readonly [number, number, ...number[]];
    const inputs = [
      graph.nameOf(data),
      graph.asIndices(indices),
      ...others.map((other) => graph.nameOf(other)),
    ];
    graph.add(type, inputs, { ...ownAxis(node.attributes), ...settings }, [name]);
  };

/** A shape as an input. */
const toShape =
  (type: string): ExportRule =>
  (graph, node, name) => {
    graph.add(type, [...names(graph, node), graph.wholes(node.attributes.shape as readonly number[])], {}, [
      name,
    ]);
  };

/** Equal to each place of the new axis: what is no whole number, or lies outside, is equal to none. */
const oneHot: ExportRule = (graph, node, name) => {
  const depth = node.attributes.depth as number;
  const standing = graph.add("Unsqueeze", [...names(graph, node), graph.wholes([-1])]);
  const places = graph.constant({
    shape: [depth],
    data: Float64Array.from({ length: depth }, (_, at) => at),
  });
  graph.asNumbers(graph.add("Equal", [standing, places]), [name]);
};

/** ONNX counts places through channels and batch. */
const maxPoolIndices: ExportRule = (graph, node, name) => {
  const [, , height, width] = graph.shapeOf(node.inputs[0]!);
  const [values, places] = [`${name}_values`, `${name}_places`];
  graph.add("MaxPool", names(graph, node), windows(node.attributes), [values, places]);
  const size = graph.constant(
    { shape: [], data: Float64Array.of((height as number) * (width as number)) },
    "int64",
  );
  graph.asNumbers(graph.add("Mod", [places, size]), [name]);
};

export const exportRules: ReadonlyMap<string, ExportRule> = new Map<string, ExportRule>([
  ...[
    "Abs",
    "Acos",
    "Add",
    "Asin",
    "Asinh",
    "Atan",
    "Ceil",
    "Cos",
    "Cosh",
    "Div",
    "Erf",
    "Exp",
    "Floor",
    "Gelu",
    "Log",
    "MatMul",
    "Max",
    "Min",
    "Mul",
    "Neg",
    "Pow",
    "Reciprocal",
    "Relu",
    "Round",
    "Sigmoid",
    "Sign",
    "Sin",
    "Sinh",
    "Sqrt",
    "Sub",
    "Tan",
    "Tanh",
  ].map((type) => [type, same(type)] as const),
  ...["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"].map(
    (type) => [type, comparison(type)] as const,
  ),
  ...["And", "Not", "Or", "Xor"].map((type) => [type, logic(type)] as const),
  ...["ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum"].map((type) => [type, reduction(type)] as const),
  [
    "ArgMax",
    (graph, node, name) => {
      const settings = { ...ownAxis(node.attributes), keepdims: 0 };
      graph.asNumbers(graph.add("ArgMax", names(graph, node), settings), [name]);
    },
  ],
  ["AveragePool", same("AveragePool", windows)],
  [
    "Clip",
    (graph, node, name) => {
      const ends = [node.attributes.min, node.attributes.max].map((end) => graph.number(end as number));
      graph.add("Clip", [...names(graph, node), ...ends], {}, [name]);
    },
  ],
  ["Concat", same("Concat", ownAxis)],
  ["Conv", same("Conv", windows)],
  ["ConvTranspose", same("ConvTranspose", windows)],
  [
    "CumSum",
    (graph, node, name) => {
      const axis = { shape: [], data: Float64Array.of(node.attributes.axis as number) };
      graph.add("CumSum", [...names(graph, node), graph.constant(axis, "int64")], {}, [name]);
    },
  ],
  ["Expand", toShape("Expand")],
  ["Gather", byIndices("Gather")],
  ["GatherElements", byIndices("GatherElements")],
  [
    "Gemm",
    same("Gemm", ({ alpha, beta, transA, transB }) => ({
      alpha: { real: alpha as number },
      beta: { real: beta as number },
      transA: transA as number,
      transB: transB as number,
    })),
  ],
  [
    "LayerNormalization",
    same("LayerNormalization", (attributes) => ({
      ...ownAxis(attributes),
      epsilon: { real: attributes.epsilon as number },
    })),
  ],
  ["LogSoftmax", same("LogSoftmax", ownAxis)],
  ["MaxPool", same("MaxPool", windows)],
  ["MaxPoolIndices", maxPoolIndices],
  ["OneHot", oneHot],
  ["Reshape", toShape("Reshape")],
  ["ScatterAdd", byIndices("ScatterElements", { reduction: { text: "add" } })],
  [
    "Slice",
    (graph, node, name) => {
      const { start, end, axis, step } = node.attributes as Readonly<Record<string, number>>;
      const lists = [start!, end!, axis!, step!].map((one) => graph.wholes([one]));
      graph.add("Slice", [...names(graph, node), ...lists], {}, [name]);
    },
  ],
  ["Softmax", same("Softmax", ownAxis)],
  [
    "TopK",
    (graph, node, name) => {
      const { k, axis, largest } = node.attributes as Readonly<Record<string, number>>;
      const settings = { axis: axis!, largest: largest === 1 ? 1 : 0 };
      graph.add("TopK", [...names(graph, node), graph.wholes([k!])], settings, [name, `${name}_places`]);
    },
  ],
  [
    "Transpose",
    same("Transpose", ({ perm }) =>
      (perm as readonly number[]).length === 0 ? {} : { perm: perm as readonly number[] },
    ),
  ],
  [
    "Where",
    (graph, node, name) => {
      const [condition, x, y] = node.inputs as readonly [number, number, number];
      graph.add("Where", [graph.asTruth(condition), graph.nameOf(x), graph.nameOf(y)], {}, [name]);
    },
  ],
]);

/** What ONNX has no operation for, or none that means the same. */
export const notInOnnx: ReadonlySet<string> = new Set([
  "ArgSort",
  "ChooseAbove",
  "ChooseGreatest",
  "ChooseQuantile",
  "Correlation",
  "Count",
  "CountPeople",
  "Covariance",
  "EigenSymmetric",
  "Histogram",
  "Inverse",
  "LabelEncoder",
  "MeanWhere",
  "Quantile",
  "QuantileOfCounts",
  "RowOnes",
  "Solve",
  "StandardDeviation",
  "SumByPerson",
  "Variance",
  "VarianceWhere",
]);
