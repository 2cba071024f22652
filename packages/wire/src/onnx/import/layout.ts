// Operations that move numbers, or tell of shapes. Where to is a constant of the file.

import { type Dimension, type Shape, sizeOf } from "@unseen/program";
import { readTensor } from "../onnx-tensor.ts";
import type { ImportRule } from "./import-rule.ts";
import type { Imported } from "./imported.ts";
import { kindOf, type NodeReader } from "./node-reader.ts";

function axisOf(node: NodeReader, axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (!(resolved >= 0 && resolved < rank)) node.notSupported(`names axis ${axis}, which is not there`);
  return resolved;
}

/** Axes as an attribute of older versions, or as an input. */
export function axesOf(node: NodeReader, input: number): readonly number[] | undefined {
  const named = node.integers("axes");
  if (named !== undefined) return named;
  return node.inputs[input] === undefined ? undefined : node.wholes(input);
}

function product(sizes: Shape): Dimension {
  if (sizes.length === 1) return sizes[0]!;
  return sizes.includes("rows") ? Number.NaN : sizeOf(sizes as readonly number[]);
}

const flattenRule: ImportRule = (node) => {
  const x = node.input(0);
  const shape = node.shapeOf(x);
  const axis = node.integer("axis", 1);
  const split = axis < 0 ? axis + shape.length : axis;
  if (!(split >= 0 && split <= shape.length)) node.notSupported("names an axis that is not there");
  const sizes = [product(shape.slice(0, split)), product(shape.slice(split))];
  if (sizes.some((size) => Number.isNaN(size))) node.notSupported("would mix rows");
  return [node.isRefused ? x : node.reshape(x, sizes)];
};

const squeezeRule: ImportRule = (node) => {
  const x = node.input(0);
  const shape = node.shapeOf(x);
  const named = axesOf(node, 1)?.map((axis) => axisOf(node, axis, shape.length));
  const isGone = (size: Dimension, axis: number) => (named === undefined ? size === 1 : named.includes(axis));
  if (shape.some((size, axis) => isGone(size, axis) && size !== 1))
    node.notSupported("takes away an axis of another size than 1");
  return [
    node.isRefused
      ? x
      : node.reshape(
          x,
          shape.filter((size, axis) => !isGone(size, axis)),
        ),
  ];
};

const unsqueezeRule: ImportRule = (node) => {
  const x = node.input(0);
  const shape = [...node.shapeOf(x)];
  const axes = axesOf(node, 1) ?? [];
  const rank = shape.length + axes.length;
  const places = axes.map((axis) => axisOf(node, axis, rank)).toSorted((a, b) => a - b);
  if (new Set(places).size < places.length) node.notSupported("names an axis twice");
  for (const place of places) shape.splice(place, 0, 1);
  return [node.isRefused ? x : node.reshape(x, shape)];
};

const sliceRule: ImportRule = (node) => {
  const x = node.input(0);
  const [starts, ends] = [node.wholes(1), node.wholes(2)];
  const axes = node.inputs[3] === undefined ? starts.map((_, at) => at) : node.wholes(3);
  const steps = node.inputs[4] === undefined ? starts.map(() => 1) : node.wholes(4);
  if ([ends, axes, steps].some(({ length }) => length !== starts.length))
    node.notSupported("has lists of several lengths");
  return [
    starts.reduce(
      (cut, start, at) =>
        node.apply("Slice", [cut], { axis: axes[at]!, start, end: ends[at]!, step: steps[at]! }, kindOf(x)),
      x,
    ),
  ];
};

/** The house's indices are one list; others are laid out as one, and the result in their shape. */
const gatherRule: ImportRule = (node) => {
  const [x, indices] = [node.input(0), node.input(1)];
  const [shape, places] = [node.shapeOf(x), node.shapeOf(indices)];
  const axis = axisOf(node, node.integer("axis", 0), shape.length);
  const list = places.length === 1 ? indices : node.reshape(indices, [product(places)]);
  if (node.isRefused) return [x];
  const taken = node.apply("Gather", [x, list], { axis }, kindOf(x));
  if (places.length === 1) return [taken];
  return [node.reshape(taken, [...shape.slice(0, axis), ...places, ...shape.slice(axis + 1)])];
};

const scatterRule: ImportRule = (node) => {
  if (node.text("reduction", "none") !== "add") node.notSupported('is read with the reduction "add" alone');
  const axis = node.integer("axis", 0);
  return [node.apply("ScatterAdd", [node.input(0), node.input(1), node.input(2)], { axis })];
};

const shapeRule: ImportRule = (node) => {
  const x = node.input(0);
  const shape = node.shapeOf(x);
  const taken = shape.slice(node.integer("start", 0), node.integer("end", shape.length));
  if (taken.includes("rows"))
    node.notSupported("asks how many rows there are", "give their number: sizes: { batch: 32 }");
  const data = Float64Array.from(taken, Number);
  return [
    node.constant({ shape: [data.length], data: node.isRefused ? data.fill(0) : data }, { type: "int" }),
  ];
};

const constantRule: ImportRule = (node) => {
  const floats = node.hasAttribute("value_float");
  if (floats)
    return [
      node.constant({ shape: [], data: Float64Array.of(node.real("value_float", 0)) }, { type: "float" }),
    ];
  if (node.hasAttribute("value_int"))
    return [
      node.constant({ shape: [], data: Float64Array.of(node.integer("value_int", 0)) }, { type: "int" }),
    ];
  const list = node.integers("value_ints");
  if (list !== undefined)
    return [node.constant({ shape: [list.length], data: Float64Array.from(list) }, { type: "int" })];
  return [tensorConstant(node) ?? node.number(0)];
};

function tensorConstant(node: NodeReader) {
  const tensor = node.tensor("value");
  if (tensor === undefined) {
    node.notSupported("has no value that is read");
    return undefined;
  }
  const read = readTensor(tensor);
  if (!read.ok) {
    node.refuse(read.problem);
    return undefined;
  }
  const { value, type } = read.value;
  return node.constant(value, { type, isTruth: type === "bool" });
}

const constantOfShapeRule: ImportRule = (node) => {
  const shape = node.wholes(0);
  const value = node.hasAttribute("value") ? tensorConstant(node) : node.number(0);
  if (value?.known?.data.length !== 1) node.notSupported("has not one value");
  if (node.isRefused || value === undefined) return [node.number(0)];
  const number = { shape: [], data: value.known!.data };
  return [node.apply("Expand", [node.constant(number, kindOf(value))], { shape }, kindOf(value))];
};

const splitRule: ImportRule = (node) => {
  const x = node.input(0);
  const shape = node.shapeOf(x);
  const axis = axisOf(node, node.integer("axis", 0), shape.length);
  const count = node.integer("num_outputs", node.results);
  const each = Math.ceil((shape[axis] as number) / count);
  const parts =
    node.inputs[1] === undefined
      ? Array.from({ length: node.results }, (_, at) => Math.min(each, (shape[axis] as number) - at * each))
      : node.wholes(1);
  const total = parts.reduce((sum, part) => sum + part, 0);
  if (total !== shape[axis] || parts.length < node.results)
    node.notSupported("has parts that are not the whole");
  if (node.isRefused) return [x];
  let end = 0;
  return parts.map((part) => {
    const start = end;
    end += part;
    return node.apply("Slice", [x], { axis, start, end }, kindOf(x));
  });
};

/** One number on both sides of axes; the rows have nothing beside them. */
const padRule: ImportRule = (node) => {
  const x = node.input(0);
  const shape = node.shapeOf(x);
  if (node.text("mode", "constant") !== "constant")
    node.notSupported('is read with the mode "constant" alone');
  const pads = node.wholes(1);
  const value = node.inputs[2] === undefined ? node.number(0) : node.input(2);
  const axes = node.inputs[3] === undefined ? shape.map((_, axis) => axis) : node.wholes(3);
  const places = axes.map((axis) => axisOf(node, axis, shape.length));
  const fits = pads.length === 2 * places.length && pads.every((size) => size >= 0);
  if (!fits || node.shapeOf(value).length > 0) node.notSupported("is read with sizes from 0 and one number");
  if (node.isRefused) return [x];
  return [
    places.reduce((padded, axis, at) => {
      const side = (size: number) =>
        size === 0 ? [] : [filled(node, padded, node.shapeOf(padded).with(axis, size), value)];
      const parts = [...side(pads[at]!), padded, ...side(pads[places.length + at]!)];
      return parts.length === 1 ? padded : node.apply("Concat", parts, { axis });
    }, x),
  ];
};

/** A number repeated to a shape, along the rows of x where it has any. */
function filled(node: NodeReader, x: Imported, shape: Shape, value: Imported): Imported {
  const sizes = shape.map((size) => (size === "rows" ? 1 : size));
  const spread = node.apply("Expand", [value], { shape: sizes });
  if (!shape.includes("rows")) return spread;
  const ones = node.reshape(node.apply("RowOnes", [x]), ["rows", ...shape.slice(1).map(() => 1)]);
  return node.apply("Mul", [ones, spread]);
}

export const layoutImports: readonly (readonly [string, ImportRule])[] = [
  ["Constant", constantRule],
  ["ConstantOfShape", constantOfShapeRule],
  [
    "Concat",
    (node) => {
      const parts = node.inputs.map((_, at) => node.input(at));
      const isWhole = parts.every((part) => part.isWhole);
      const kind = { ...kindOf(node.input(0)), isTruth: false, isWhole };
      return [node.apply("Concat", parts, { axis: node.integer("axis", 0) }, kind)];
    },
  ],
  [
    "Expand",
    (node) => [node.apply("Expand", [node.input(0)], { shape: node.wholes(1) }, kindOf(node.input(0)))],
  ],
  ["Flatten", flattenRule],
  ["Gather", gatherRule],
  [
    "GatherElements",
    (node) => {
      const [x, indices] = [node.input(0), node.input(1)];
      return [node.apply("GatherElements", [x, indices], { axis: node.integer("axis", 0) }, kindOf(x))];
    },
  ],
  ["Pad", padRule],
  [
    "Reshape",
    (node) => {
      node.mustBe("allowzero", 0);
      const shape = node.wholes(1);
      return [node.apply("Reshape", [node.input(0)], { shape }, kindOf(node.input(0)))];
    },
  ],
  ["ScatterElements", scatterRule],
  ["Shape", shapeRule],
  ["Slice", sliceRule],
  ["Split", splitRule],
  ["Squeeze", squeezeRule],
  [
    "Transpose",
    (node) => {
      const perm = node.integers("perm") ?? [];
      return [node.apply("Transpose", [node.input(0)], { perm }, kindOf(node.input(0)))];
    },
  ],
  ["Unsqueeze", unsqueezeRule],
];
