import { evaluate } from "@unseen/compute";
import {
  type Dimension,
  makeProgram,
  operations,
  type PlainTensor,
  type Program,
  type ProgramNode,
  printProgram,
} from "@unseen/program";
import fc from "fast-check";
import { expect, test } from "vitest";
import { randomProgram } from "../testing/random-programs.ts";
import { exportRules, notInOnnx } from "./export/export-rules.ts";
import { exportOnnx } from "./export-onnx.ts";
import { importOnnx } from "./import-onnx.ts";

const input = (name: string, ...shape: readonly Dimension[]): ProgramNode => ({ kind: "input", name, shape });
const apply = (operation: string, inputs: readonly number[], attributes = {}): ProgramNode => ({
  kind: "operation",
  operation,
  inputs,
  attributes,
});

function made(nodes: readonly ProgramNode[], ...outputs: readonly number[]): Program {
  const program = makeProgram({ nodes, outputs });
  if (!program.ok) throw new Error(program.problem.message);
  return program.value;
}

/** Numbers for the inputs, the same for the same name. */
function drawnInputs(program: Program): ReadonlyMap<string, PlainTensor> {
  const values = new Map<string, PlainTensor>();
  for (const [at, node] of program.nodes.entries()) {
    if (node.kind !== "input") continue;
    const shape = program.shapes[at]!.map((size) => (size === "rows" ? 3 : size));
    const size = shape.reduce((product, one) => product * one, 1);
    values.set(node.name, {
      shape,
      data: Float64Array.from({ length: size }, (_, place) => Math.round(3 * Math.sin(place + at))),
    });
  }
  return values;
}

/** An index that is computed is cast to a whole number in ONNX, and has no place here where it is none. */
function hasComputedIndices({ nodes }: Program): boolean {
  return nodes.some(
    (node) =>
      node.kind === "operation" &&
      ["Gather", "GatherElements", "ScatterAdd"].includes(node.operation) &&
      nodes[node.inputs[1]!]!.kind !== "input",
  );
}

/** Settings that ONNX holds with 32 bits. */
function hasFineSettings({ nodes }: Program): boolean {
  return nodes.some(
    (node) => node.kind === "operation" && ["Gemm", "LayerNormalization"].includes(node.operation),
  );
}

test("a program goes out and comes back as one that gives the same numbers", () => {
  let compared = 0;
  fc.assert(
    fc.property(randomProgram, (program) => {
      const bytes = exportOnnx(program, { numbers: "float64" });
      if (!bytes.ok) {
        const isOutside = program.nodes.some(
          (node) => node.kind === "operation" && notInOnnx.has(node.operation),
        );
        expect(isOutside || bytes.problem.code === "shapes-do-not-fit").toBe(true);
        return;
      }
      const back = importOnnx(bytes.value);
      if (!back.ok) {
        // Places that count through rows of which nobody knows how many there are.
        expect(back.problem.message).toMatch(/"MaxPool" with places counts through the rows/);
        return;
      }
      if (hasComputedIndices(program) || hasFineSettings(program)) return;
      const inputs = drawnInputs(program);
      const [there, here] = [evaluate(program, inputs), evaluate(back.value.program, inputs)];
      expect(here).toEqual(there);
      compared++;
    }),
    { numRuns: 600 },
  );
  expect(compared).toBeGreaterThan(200);
});

const network = made(
  [
    input("x", "rows", 1, 6, 6),
    input("kernels", 2, 1, 3, 3),
    input("bias", 2),
    apply("Conv", [0, 1, 2], { pads: [1, 1, 1, 1] }),
    apply("Relu", [3]),
    apply("MaxPool", [4], { kernel_shape: [2, 2], strides: [2, 2] }),
    apply("Reshape", [5], { shape: [0, -1] }),
    input("w", 18, 4),
    input("b", 4),
    apply("Gemm", [6, 7, 8], { alpha: 0.5 }),
    apply("LogSoftmax", [9], { axis: -1 }),
    apply("ReduceMax", [10], { axes: [1], keepdims: 1 }),
    apply("GreaterOrEqual", [10, 11]),
    apply("Where", [12, 10, 11]),
    input("words", 7),
    input("table", 9, 3),
    apply("Gather", [15, 14], { axis: 0 }),
    input("scale", 3),
    apply("LayerNormalization", [16, 17], { axis: 1, epsilon: 1e-5 }),
    apply("Gelu", [18]),
  ],
  13,
  19,
);

test("a network comes back node for node", () => {
  const bytes = exportOnnx(network);
  const back = bytes.ok ? importOnnx(bytes.value) : bytes;
  if (!back.ok) throw new Error(back.problem.message);
  const lines = (program: Program) => printProgram(program).replaceAll(/%\d+/g, "%").split("\n").toSorted();
  expect(lines(back.value.program)).toEqual(lines(network));
});

test("weights go into the file and come back as weights", () => {
  const weights = new Map([["b", { shape: [4], data: Float64Array.of(1, 0.1, Number.NaN, -1e300) }]]);
  const bytes = exportOnnx(network, { weights, numbers: "float64" });
  const back = bytes.ok ? importOnnx(bytes.value) : bytes;
  if (!back.ok) throw new Error(back.problem.message);
  expect(back.value.weights).toEqual(weights);
  expect(exportOnnx(network, { weights: new Map([["nobody", weights.get("b")!]]) })).toMatchObject({
    problem: { code: "input-unknown" },
  });
  expect(exportOnnx(network, { weights: new Map([["w", weights.get("b")!]]) })).toMatchObject({
    problem: { code: "shapes-do-not-fit" },
  });
});

test("no name of an input is taken for another's", () => {
  const program = made([input("/0", 2), input("//output_0", 2), apply("Sub", [0, 1])], 2);
  const bytes = exportOnnx(program);
  const back = bytes.ok ? importOnnx(bytes.value) : bytes;
  expect(back.ok && printProgram(back.value.program)).toBe(printProgram(program));
});

test("every operation is written, or said not to be in ONNX", () => {
  for (const name of operations.keys()) expect(exportRules.has(name), name).toBe(!notInOnnx.has(name));
  const program = made([input("x", 3, 3), apply("Inverse", [0])], 1);
  expect(exportOnnx(program)).toMatchObject({
    problem: { code: "onnx-not-supported", message: expect.stringMatching(/no Inverse/) },
  });
});
