// Whole networks, their losses and the gradients of their weights, as torch has them.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Attributes } from "../operations/operation.ts";
import { type Expression, programOf } from "../recorder/program-builder.ts";
import type { PlainTensor } from "../tensor/plain-tensor.ts";
import { valuesOf } from "./finite-differences-for-tests.ts";
import { grad } from "./grad.ts";

type Vector = { readonly shape: readonly number[]; readonly data: readonly number[] };
type Network = {
  readonly name: string;
  readonly inputs: Readonly<Record<string, Vector>>;
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Vector>>;
};

const file = new URL("../../fixtures/torch-networks.json", import.meta.url);
const { networks } = JSON.parse(readFileSync(file, "utf8")) as { readonly networks: readonly Network[] };

const apply = (
  operation: string,
  inputs: readonly Expression[],
  attributes: Attributes = {},
): Expression => ({
  node: { kind: "operation", operation, inputs, attributes },
});
const number = (value: number): Expression => ({
  node: { kind: "constant", value: { shape: [], data: Float64Array.of(value) } },
});
const all = { axes: [] };

/** The mean over the batch of minus the logarithm of what the right class was given. */
function crossEntropy(logits: Expression, labels: Expression, classes: number): Expression {
  const right = apply("OneHot", [labels], { depth: classes });
  const chosen = apply("ReduceSum", [apply("Mul", [apply("LogSoftmax", [logits]), right])], { axes: [1] });
  return apply("Neg", [apply("ReduceMean", [chosen], all)]);
}

function squaredError(x: Expression, y: Expression): Expression {
  const apart = apply("Sub", [x, y]);
  return apply("ReduceMean", [apply("Mul", [apart, apart])], all);
}

const dense = (x: Expression, w: Expression, b: Expression) => apply("Gemm", [x, w, b]);

type Write = (of: (name: string) => Expression) => Expression;
const written: Readonly<Record<string, Write>> = {
  "an MLP with cross entropy": (of) =>
    crossEntropy(
      dense(apply("Relu", [dense(of("x"), of("w1"), of("b1"))]), of("w2"), of("b2")),
      of("labels"),
      4,
    ),
  "a CNN": (of) => {
    const first = apply("Relu", [apply("Conv", [of("x"), of("k1"), of("c1")], { pads: [1, 1, 1, 1] })]);
    const pooled = apply("MaxPool", [first], { kernel_shape: [3, 2], strides: [2, 2] });
    const second = apply("Tanh", [apply("Conv", [pooled, of("k2"), of("c2")], { group: 2 })]);
    const mean = apply("AveragePool", [second], { kernel_shape: [1, 2] });
    return crossEntropy(
      dense(apply("Reshape", [mean], { shape: [0, -1] }), of("w"), of("b")),
      of("labels"),
      3,
    );
  },
  "a network with layer norm and gelu": (of) => {
    const normal = apply("LayerNormalization", [
      apply("MatMul", [of("x"), of("w1")]),
      of("scale"),
      of("bias"),
    ]);
    return squaredError(apply("MatMul", [apply("Gelu", [normal]), of("w2")]), of("y"));
  },
  "an embedding": (of) => {
    const rows = apply("Reshape", [apply("Gather", [of("table"), of("words")])], { shape: [3, 4, 4] });
    const mean = apply("ReduceMean", [rows], { axes: [1] });
    return crossEntropy(apply("MatMul", [mean, of("w")]), of("labels"), 2);
  },
  // max(z, 0) - z y + ln(1 + e^-|z|), so that no power overflows.
  "a logistic regression": (of) => {
    const z = apply("Add", [apply("MatMul", [of("x"), of("w")]), of("b")]);
    const power = apply("Exp", [apply("Neg", [apply("Abs", [z])])]);
    const soft = apply("Log", [apply("Add", [number(1), power])]);
    const hard = apply("Sub", [apply("Relu", [z]), apply("Mul", [z, of("y")])]);
    return apply("ReduceMean", [apply("Add", [hard, soft])], all);
  },
  "an image made larger": (of) =>
    squaredError(
      apply("Sigmoid", [apply("ConvTranspose", [of("x"), of("k"), of("c")], { strides: [2, 2] })]),
      of("y"),
    ),
};

test.each(networks)(
  "$name has the loss and the gradients that torch gives",
  ({ name, inputs, loss, gradients }) => {
    const read = new Map<string, Expression>();
    const of = (input: string): Expression => {
      const known = read.get(input) ?? { node: { kind: "input", name: input, shape: inputs[input]!.shape } };
      read.set(input, known);
      return known;
    };
    const program = programOf([written[name]!(of)]);
    if (!program.ok) throw new Error(program.problem.message);
    const weights = Object.keys(gradients);
    const gradient = grad(program.value, { withRespectTo: weights, keepOutputs: true });
    if (!gradient.ok) throw new Error(gradient.problem.message);
    const values = new Map(
      Object.entries(inputs).map(([input, { shape, data }]): [string, PlainTensor] => [
        input,
        { shape, data: Float64Array.from(data) },
      ]),
    );
    const [total, ...own] = valuesOf(gradient.value, values);
    expect(total!.data[0]).toBeCloseTo(loss, 12);
    for (const [which, weight] of weights.entries()) {
      expect(own[which]!.shape).toEqual(gradients[weight]!.shape);
      for (const [at, wanted] of gradients[weight]!.data.entries())
        expect(Math.abs(own[which]!.data[at]! - wanted), `${weight} at ${at}`).toBeLessThan(1e-12);
    }
  },
);

test("every network of the file is written down here", () => {
  expect(networks.map(({ name }) => name).toSorted()).toEqual(Object.keys(written).toSorted());
});
