// Whether the gradient of one operation, and the gradient of that, is what central differences give.

import { expect } from "vitest";
import { makeProgram, type Program, type ProgramNode } from "../graph/program.ts";
import type { PlainTensor } from "../tensor/plain-tensor.ts";
import { centralDifferences, type Inputs, valuesOf } from "./finite-differences-for-tests.ts";
import { grad } from "./grad.ts";
import type { GradientCase } from "./gradient-cases-for-tests.ts";

export function checkGradient(operation: string, one: GradientCase): void {
  const { program, named } = asProgram(operation, one);
  const names = [...named.keys()];
  const first = gradientOf(program, names);
  expectNear(program, first, named);
  const again = weighed(first);
  expectNear(again, gradientOf(again, names), named);
}

export function made(nodes: readonly ProgramNode[], output: number): Program {
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
export function weighed(program: Program): Program {
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

export function gradientOf(program: Program, names: readonly string[]): Program {
  const gradient = grad(program, { withRespectTo: names });
  if (!gradient.ok) throw new Error(gradient.problem.message);
  return gradient.value;
}

export function expectNear(program: Program, gradient: Program, named: Inputs) {
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
