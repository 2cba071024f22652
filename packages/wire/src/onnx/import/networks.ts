// Products, convolutions, pools and normal forms.

import type { Attributes } from "@unseen/program";
import type { ImportRule } from "./import-rule.ts";
import type { Imported } from "./imported.ts";
import type { NodeReader } from "./node-reader.ts";

/** Two inputs that have to be there, and others that may be. */
function present(node: NodeReader): readonly Imported[] {
  return [node.input(0), node.input(1), ...node.inputs.slice(2).flatMap((input) => input ?? [])];
}

/** Strides, pads and dilations; padding that is named is worked out from the sizes. */
function windows(node: NodeReader, kernel: readonly number[]): Attributes {
  const strides = node.integers("strides") ?? [];
  const dilations = node.integers("dilations") ?? [];
  const pads = node.integers("pads") ?? [];
  const named = node.text("auto_pad", "NOTSET");
  if (named === "NOTSET") return { strides, dilations, pads };
  if (named === "VALID") return { strides, dilations, pads: [] };
  if (named !== "SAME_UPPER" && named !== "SAME_LOWER") node.notSupported("pads in a way that is not read");
  const sizes = node.shapeOf(node.input(0)).slice(2);
  const lacking = sizes.map((size, axis) => {
    const stride = strides[axis] ?? 1;
    const reach = ((kernel[axis] ?? 1) - 1) * (dilations[axis] ?? 1) + 1;
    return Math.max((Math.ceil(Number(size) / stride) - 1) * stride + reach - Number(size), 0);
  });
  const [less, more] = [lacking.map((one) => Math.floor(one / 2)), lacking.map((one) => Math.ceil(one / 2))];
  return { strides, dilations, pads: named === "SAME_UPPER" ? [...less, ...more] : [...more, ...less] };
}

const convRule: ImportRule = (node) => {
  const inputs = present(node);
  const kernel = node.shapeOf(inputs[1]!).slice(2).map(Number);
  const kernel_shape = node.integers("kernel_shape") ?? [];
  const settings = { ...windows(node, kernel), kernel_shape, group: node.integer("group", 1) };
  return [node.apply("Conv", inputs, settings)];
};

const convTransposeRule: ImportRule = (node) => {
  const inputs = present(node);
  if (node.hasAttribute("output_shape")) node.notSupported("is read with pads, not with output_shape");
  if (node.text("auto_pad", "NOTSET") !== "NOTSET") node.notSupported("is read with pads, not with auto_pad");
  const kernel_shape = node.integers("kernel_shape") ?? [];
  const output_padding = node.integers("output_padding") ?? [];
  const settings = { ...windows(node, []), kernel_shape, output_padding, group: node.integer("group", 1) };
  return [node.apply("ConvTranspose", inputs, settings)];
};

function poolSettings(node: NodeReader): Attributes {
  const kernel_shape = node.integers("kernel_shape") ?? [];
  return { ...windows(node, kernel_shape), kernel_shape, ceil_mode: node.integer("ceil_mode", 0) };
}

/** The house's places are counted in each channel; ONNX counts on through channels and batch. */
const maxPoolRule: ImportRule = (node) => {
  const x = node.input(0);
  const settings = poolSettings(node);
  node.mustBe("storage_order", 0);
  const greatest = node.apply("MaxPool", [x], settings);
  if (node.results < 2 || node.isRefused) return [greatest];
  const [batch, channels, height, width] = node.shapeOf(x);
  if (batch === "rows") {
    node.notSupported("with places counts through the rows", "give their number: sizes: { batch: 32 }");
    return [greatest];
  }
  const size = (height as number) * (width as number);
  const planes = { shape: [batch!, channels as number, 1, 1] };
  const data = Float64Array.from({ length: batch! * (channels as number) }, (_, plane) => plane * size);
  const places = node.apply("MaxPoolIndices", [x], settings, { type: "int" });
  const before = node.constant({ ...planes, data }, { type: "int" });
  return [greatest, node.apply("Add", [places, before], {}, { type: "int" })];
};

const averagePoolRule: ImportRule = (node) => {
  const settings = { ...poolSettings(node), count_include_pad: node.integer("count_include_pad", 0) };
  return [node.apply("AveragePool", [node.input(0)], settings)];
};

const overImage =
  (name: string): ImportRule =>
  (node) => {
    const x = node.input(0);
    const axes = node
      .shapeOf(x)
      .map((_, axis) => axis)
      .slice(2);
    return [node.apply(name, [x], { axes, keepdims: 1 })];
  };

/** The house multiplies matrices, and as many as there are in front: more axes in front are laid out as one. */
const matMulRule: ImportRule = (node) => {
  const [x, y] = [node.input(0), node.input(1)];
  const [left, right] = [node.shapeOf(x), node.shapeOf(y)];
  if (left.length <= 2 || right.length < 2 || (left.length === 3 && right.length === 3))
    return [node.apply("MatMul", [x, y])];
  const front = left.slice(0, -2);
  const isSame = right.length === left.length && front.every((size, axis) => size === right[axis]);
  if (front.includes("rows") || (right.length > 2 && !isSame)) {
    node.notSupported("of these shapes is not read");
    return [x];
  }
  const count = front.reduce<number>((product, size) => product * (size as number), 1);
  const [lines, inner] = [left.at(-2) as number, left.at(-1) as number];
  const product = isSame
    ? node.apply("MatMul", [
        node.reshape(x, [count, lines, inner]),
        node.reshape(y, [count, ...right.slice(-2)]),
      ])
    : node.apply("MatMul", [node.reshape(x, [count * lines, inner]), y]);
  return [node.reshape(product, [...front, lines, right.at(-1)!])];
};

const gemmRule: ImportRule = (node) => {
  const settings = {
    alpha: node.real("alpha", 1),
    beta: node.real("beta", 1),
    transA: node.integer("transA", 0),
    transB: node.integer("transB", 0),
  };
  return [node.apply("Gemm", present(node), settings)];
};

const layerNormalizationRule: ImportRule = (node) => {
  // With how many bits means are taken: here with all.
  node.ignore("stash_type");
  const settings = { axis: node.integer("axis", -1), epsilon: node.real("epsilon", 1e-5) };
  return [node.apply("LayerNormalization", present(node), settings)];
};

/** As it is after training: (x - mean) / sqrt(variance + epsilon) scale + bias, each a number a channel. */
const batchNormalizationRule: ImportRule = (node) => {
  node.mustBe("training_mode", 0);
  node.ignore("momentum");
  const epsilon = node.number(node.real("epsilon", 1e-5));
  const standing = (at: number) => {
    const behind = node
      .shapeOf(node.input(0))
      .slice(2)
      .map(() => 1);
    return node.reshape(node.input(at), [...node.shapeOf(node.input(at)), ...behind]);
  };
  const deviation = node.apply("Sqrt", [node.apply("Add", [standing(4), epsilon])]);
  const normal = node.apply("Div", [node.apply("Sub", [node.input(0), standing(3)]), deviation]);
  return [node.apply("Add", [node.apply("Mul", [normal, standing(1)]), standing(2)])];
};

export const networkImports: readonly (readonly [string, ImportRule])[] = [
  ["AveragePool", averagePoolRule],
  ["BatchNormalization", batchNormalizationRule],
  ["Conv", convRule],
  ["ConvTranspose", convTransposeRule],
  ["Gemm", gemmRule],
  ["GlobalAveragePool", overImage("ReduceMean")],
  ["GlobalMaxPool", overImage("ReduceMax")],
  ["LayerNormalization", layerNormalizationRule],
  ["MatMul", matMulRule],
  ["MaxPool", maxPoolRule],
];
