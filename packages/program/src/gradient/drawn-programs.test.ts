// Whole programs, drawn: results are read several times, repeated by broadcasting, moved, and added up again.

import fc from "fast-check";
import { expect, test } from "vitest";
import { makeProgram, type Program, type ProgramNode } from "../graph/program.ts";
import type { Attributes } from "../operations/operation.ts";
import { centralDifferences, type Inputs, valuesOf } from "./finite-differences-for-tests.ts";
import { grad } from "./grad.ts";

/** Smooth, and none that makes numbers very large. */
const steps: readonly (readonly [name: string, inputs: number, attributes: Attributes])[] = [
  ["Add", 2, {}],
  ["Sub", 2, {}],
  ["Mul", 2, {}],
  ["MatMul", 2, {}],
  ["Sin", 1, {}],
  ["Tanh", 1, {}],
  ["Sigmoid", 1, {}],
  ["Gelu", 1, {}],
  ["Softmax", 1, { axis: -1 }],
  ["LogSoftmax", 1, { axis: 0 }],
  ["Transpose", 1, {}],
  ["ReduceSum", 1, { axes: [0], keepdims: 1 }],
  ["ReduceMean", 1, { axes: [-1] }],
  ["Reshape", 1, { shape: [-1, 1] }],
  ["Expand", 1, { shape: [2, 1, 1] }],
  ["Slice", 1, { axis: -1, start: 1 }],
  ["Concat", 2, { axis: 0 }],
  ["CumSum", 1, { axis: -1 }],
];

const drawnProgram: fc.Arbitrary<Program> = fc
  .array(fc.tuple(fc.nat(steps.length - 1), fc.nat(), fc.nat()), { minLength: 3, maxLength: 10 })
  .map((drawn) => {
    const nodes: ProgramNode[] = [
      { kind: "input", name: "x", shape: [2, 3] },
      { kind: "input", name: "y", shape: [3] },
      { kind: "constant", value: { shape: [2, 1], data: Float64Array.of(0.5, -1) } },
    ];
    for (const [step, first, second] of drawn) {
      const [operation, count, attributes] = steps[step]!;
      const inputs = [first, second].slice(0, count).map((at) => at % nodes.length);
      const node: ProgramNode = { kind: "operation", operation, inputs, attributes };
      const made = makeProgram({ nodes: [...nodes, node], outputs: [nodes.length] });
      if (made.ok && made.value.shapes.at(-1)!.every((size) => size !== 0)) nodes.push(node);
    }
    // The last results, each in proportions of its own, so that nothing cancels.
    const last = nodes.length - 1;
    const squared =
      nodes.push({ kind: "operation", operation: "Mul", inputs: [last, last], attributes: {} }) - 1;
    const both = [squared, Math.max(last - 1, 0)].map(
      (at) => nodes.push({ kind: "operation", operation: "ReduceSum", inputs: [at], attributes: {} }) - 1,
    );
    const total = nodes.push({ kind: "operation", operation: "Add", inputs: both, attributes: {} }) - 1;
    const program = makeProgram({ nodes, outputs: [total] });
    if (!program.ok) throw new Error(program.problem.message);
    return program.value;
  });

const inputs: Inputs = new Map([
  ["x", { shape: [2, 3], data: Float64Array.of(0.3, -0.8, 1.1, 0.05, -1.4, 0.6) }],
  ["y", { shape: [3], data: Float64Array.of(-0.2, 0.9, 0.4) }],
]);

test("the gradient of any program is what central differences give", () => {
  fc.assert(
    fc.property(drawnProgram, (program) => {
      const gradient = grad(program, { withRespectTo: ["x", "y"] });
      if (!gradient.ok) throw new Error(gradient.problem.message);
      const values = valuesOf(gradient.value, inputs);
      for (const [which, name] of ["x", "y"].entries()) {
        const wanted = centralDifferences(program, inputs, name);
        const { data } = values[which]!;
        const size = Math.max(1, ...wanted.map(Math.abs));
        if (!(size < 1e6)) continue;
        for (const [at, value] of data.entries())
          expect(Math.abs(value - wanted[at]!), `${name} at ${at}`).toBeLessThan(1e-5 * size);
      }
    }),
    { numRuns: 200 },
  );
});
