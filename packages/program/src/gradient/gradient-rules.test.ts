import fc from "fast-check";
import { expect, test } from "vitest";
import { makeProgram, type Program, type ProgramNode } from "../graph/program.ts";
import { operations } from "../operations/index.ts";
import type { PlainTensor } from "../tensor/plain-tensor.ts";
import { centralDifferences, type Inputs, valuesOf } from "./finite-differences-for-tests.ts";
import { grad } from "./grad.ts";
import { type GradientCase, gradientCases } from "./gradient-cases-for-tests.ts";
import { notDifferentiable } from "./not-differentiable.ts";
import { flatOperations, gradientRules } from "./rules/index.ts";

const runs = 12;

function made(nodes: readonly ProgramNode[], output: number): Program {
  const program = makeProgram({ nodes, outputs: [output] });
  if (!program.ok) throw new Error(program.problem.message);
  return program.value;
}

/** Different for each number, so that no two gradients that are exchanged look the same. */
const weights = (shape: readonly number[]): PlainTensor => {
  const size = shape.reduce((product, one) => product * one, 1);
  return { shape, data: Float64Array.from({ length: size }, (_, at) => Math.cos(1 + 2.3 * at)) };
};

/** The program's outputs, each weighed and all added up to one number. */
function weighed(program: Program): Program {
  const nodes: ProgramNode[] = [...program.nodes];
  const apply = (operation: string, inputs: readonly number[], attributes = {}) =>
    nodes.push({ kind: "operation", operation, inputs, attributes }) - 1;
  const totals = program.outputs.map((output) => {
    const factor = nodes.push({ kind: "constant", value: weights(program.shapes[output] as number[]) }) - 1;
    return apply("ReduceSum", [apply("Mul", [output, factor])], { axes: [] });
  });
  return made(
    nodes,
    totals.reduce((sum, one) => apply("Add", [sum, one])),
  );
}

function asProgram(operation: string, { inputs, attributes }: GradientCase) {
  const nodes: ProgramNode[] = inputs.map(({ value, moves }, at) =>
    moves ? { kind: "input", name: `x${at}`, shape: value.shape } : { kind: "constant", value },
  );
  nodes.push({ kind: "operation", operation, inputs: inputs.map((_, at) => at), attributes });
  const named: Inputs = new Map(
    inputs.flatMap(({ value, moves }, at) => (moves ? [[`x${at}`, value] as const] : [])),
  );
  return { program: weighed(made(nodes, nodes.length - 1)), named };
}

function gradientOf(program: Program, names: readonly string[]): Program {
  const gradient = grad(program, { withRespectTo: names });
  if (!gradient.ok) throw new Error(gradient.problem.message);
  return gradient.value;
}

function expectNear(program: Program, gradient: Program, named: Inputs) {
  const values = valuesOf(gradient, named);
  for (const [which, name] of [...named.keys()].entries()) {
    const wanted = centralDifferences(program, named, name);
    const { shape, data } = values[which]!;
    expect(shape).toEqual(named.get(name)!.shape);
    const size = Math.max(1, ...wanted.map(Math.abs), ...data.map(Math.abs));
    for (const [at, value] of data.entries())
      expect(Math.abs(value - wanted[at]!), `${name} at ${at}: ${value} for ${wanted[at]}`).toBeLessThan(
        1e-6 * size,
      );
  }
}

test.each(gradientCases)(
  "the gradient of %s is what central differences give, and so is its own gradient",
  (name, drawn) => {
    fc.assert(
      fc.property(drawn, (one) => {
        const { program, named } = asProgram(name, one);
        const names = [...named.keys()];
        const first = gradientOf(program, names);
        expectNear(program, first, named);
        const again = weighed(first);
        expectNear(again, gradientOf(again, names), named);
      }),
      { numRuns: runs },
    );
  },
);

test("every operation has a gradient that is tried here, is flat, or has a reason against it", () => {
  const without = [...operations.keys()].filter(
    (name) => !gradientRules.has(name) && !flatOperations.has(name) && !notDifferentiable.has(name),
  );
  expect(without).toEqual([]);
  for (const name of gradientRules.keys())
    expect(notDifferentiable.has(name) || flatOperations.has(name)).toBe(false);
  const tried = new Set(gradientCases.map(([name]) => name));
  expect([...gradientRules.keys()].filter((name) => !tried.has(name))).toEqual([]);
});

test("a wrong gradient is seen", () => {
  const program = weighed(
    made(
      [
        { kind: "input", name: "x0", shape: [2] },
        { kind: "operation", operation: "Sin", inputs: [0], attributes: {} },
      ],
      1,
    ),
  );
  const other = weighed(
    made(
      [
        { kind: "input", name: "x0", shape: [2] },
        { kind: "operation", operation: "Tanh", inputs: [0], attributes: {} },
      ],
      1,
    ),
  );
  const named: Inputs = new Map([["x0", { shape: [2], data: Float64Array.of(0.7, -0.3) }]]);
  expect(() => expectNear(program, gradientOf(other, ["x0"]), named)).toThrow();
});
