import type { ImportRule } from "./import-rule.ts";
import type { Imported } from "./imported.ts";
import { axesOf } from "./layout.ts";
import type { NodeReader } from "./node-reader.ts";

const reduction = (name: string): readonly [string, ImportRule] => [
  name,
  (node) => {
    const x = node.input(0);
    const axes = axesOf(node, 1) ?? [];
    const keepdims = node.integer("keepdims", 1);
    if (node.integer("noop_with_empty_axes", 0) === 1 && axes.length === 0) return [x];
    if (name === "ReduceMean" && x.type === "int") node.notSupported("of integers is not read");
    const kind = { type: x.type, isWhole: x.isWhole && name !== "ReduceMean" };
    return [node.apply(name, [x], { axes, keepdims: keepdims === 1 ? 1 : 0 }, kind)];
  },
];

const argMaxRule: ImportRule = (node) => {
  const x = node.input(0);
  const axis = node.integer("axis", 0);
  const isKept = node.integer("keepdims", 1) === 1;
  node.mustBe("select_last_index", 0);
  const places = node.apply("ArgMax", [x], { axis }, { type: "int" });
  if (!isKept || node.isRefused) return [places];
  const shape = node.shapeOf(x);
  const reduced = axis < 0 ? axis + shape.length : axis;
  return [
    node.reshape(
      places,
      shape.map((size, at) => (at === reduced ? 1 : size)),
    ),
  ];
};

const cumSumRule: ImportRule = (node) => {
  node.mustBe("exclusive", 0);
  node.mustBe("reverse", 0);
  const [axis] = node.wholes(1);
  return [node.apply("CumSum", [node.input(0)], { axis: axis ?? 0 })];
};

const topKRule: ImportRule = (node) => {
  node.mustBe("sorted", 1);
  const [k] = node.wholes(1);
  const attributes = { k: k ?? 1, axis: node.integer("axis", -1), largest: node.integer("largest", 1) };
  return [node.apply("TopK", [node.input(0)], attributes)];
};

/** Indices below zero count from the end, as ONNX says; what lies outside has no hot place. */
const oneHotRule: ImportRule = (node) => {
  const [depth] = node.wholes(1);
  const [off, on] = node.wholes(2);
  const indices = node.input(0);
  if (!indices.isWhole) node.notSupported("of numbers that may not be whole is not read");
  if (node.integer("axis", -1) !== -1) node.notSupported("is read with its new axis last");
  const isBelow = node.apply("Less", [indices, node.number(0)]);
  const counted = node.apply("Add", [indices, node.apply("Mul", [isBelow, node.number(depth ?? 1)])]);
  const hot = node.apply("OneHot", [counted], { depth: depth ?? 1 }, { isWhole: true });
  if (off === 0 && on === 1) return [hot];
  return [scaled(node, hot, off ?? 0, on ?? 1)];
};

function scaled(node: NodeReader, hot: Imported, off: number, on: number): Imported {
  return node.apply("Add", [node.apply("Mul", [hot, node.number(on - off)]), node.number(off)]);
}

const alongAxis = (name: string): readonly [string, ImportRule] => [
  name,
  (node) => [node.apply(name, [node.input(0)], { axis: node.integer("axis", -1) })],
];

export const reductionImports: readonly (readonly [string, ImportRule])[] = [
  ...["ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum"].map(reduction),
  ["ArgMax", argMaxRule],
  ["CumSum", cumSumRule],
  alongAxis("LogSoftmax"),
  ["OneHot", oneHotRule],
  alongAxis("Softmax"),
  ["TopK", topKRule],
];
