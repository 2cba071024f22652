import { expect, test } from "vitest";
import { printProgram } from "../graph/print-program.ts";
import { makeProgram, type Program, type ProgramNode } from "../graph/program.ts";
import type { Attributes } from "../operations/operation.ts";
import { valuesOf } from "./finite-differences-for-tests.ts";
import { grad } from "./grad.ts";

const input = (name: string, ...shape: readonly (number | "rows")[]): ProgramNode => ({
  kind: "input",
  name,
  shape,
});
const apply = (operation: string, inputs: readonly number[], attributes: Attributes = {}): ProgramNode => ({
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
const list = (...data: readonly number[]) => ({ shape: [data.length], data: Float64Array.from(data) });

test("the gradient of a sum of squares is twice the numbers", () => {
  const program = made([input("x", 3), apply("Mul", [0, 0]), apply("ReduceSum", [1], { axes: [] })], 2);
  const gradient = grad(program, { withRespectTo: ["x"], keepOutputs: true });
  if (!gradient.ok) throw new Error(gradient.problem.message);
  const [value, slope] = valuesOf(gradient.value, new Map([["x", list(1, -2, 3)]]));
  expect([...value!.data]).toEqual([14]);
  expect([...slope!.data]).toEqual([2, -4, 6]);
});

test("a program over private rows has a gradient that is a program over private rows", () => {
  const program = made(
    [
      input("x", "rows", 2),
      input("y", "rows"),
      input("w", 2),
      apply("MatMul", [0, 2]),
      apply("Sub", [3, 1]),
      apply("Mul", [4, 4]),
      apply("ReduceMean", [5], { axes: [0] }),
    ],
    6,
  );
  const gradient = grad(program, { withRespectTo: ["w"] });
  if (!gradient.ok) throw new Error(gradient.problem.message);
  expect(gradient.value.shapes.at(-1)).toEqual([2]);
  const x = { shape: [3, 2], data: Float64Array.of(1, 2, 3, 4, 5, 6) };
  const [slope] = valuesOf(
    gradient.value,
    new Map([
      ["x", x],
      ["y", list(1, 0, -1)],
      ["w", list(0.5, -1)],
    ]),
  );
  // 2/3 X'(X w - y), by hand: the residuals are -2.5, -2.5 and -2.5.
  expect([...slope!.data].map((value) => value.toFixed(9))).toEqual(["-15.000000000", "-20.000000000"]);
});

test("what an output does not depend on has zeros, and what it is itself has a one", () => {
  const program = made([input("x"), input("y", 2)], 0);
  const gradient = grad(program, { withRespectTo: ["x", "y"] });
  if (!gradient.ok) throw new Error(gradient.problem.message);
  const values = valuesOf(gradient.value, new Map());
  expect(values.map(({ data }) => [...data])).toEqual([[1], [0, 0]]);
});

test("a node inside a program can be asked about by its place", () => {
  const program = made(
    [input("x", 2), apply("Exp", [0]), apply("Mul", [1, 1]), apply("ReduceSum", [2], { axes: [] })],
    3,
  );
  const gradient = grad(program, { withRespectTo: [1] });
  if (!gradient.ok) throw new Error(gradient.problem.message);
  const [slope] = valuesOf(gradient.value, new Map([["x", list(0, 1)]]));
  expect([...slope!.data]).toEqual([2, 2 * Math.E]);
});

const refused: readonly [
  code: string,
  says: RegExp,
  program: Program,
  withRespectTo: readonly (string | number)[],
][] = [
  ["not-differentiable", /Floor: it moves in steps/, made([input("x"), apply("Floor", [0])], 1), ["x"]],
  ["not-differentiable", /ArgMax/, made([input("x", 3), apply("ArgMax", [0], { axis: 0 })], 1), ["x"]],
  ["input-unknown", /"z"/, made([input("x")], 0), ["z"]],
  ["input-unknown", /7/, made([input("x")], 0), [7]],
  ["shapes-do-not-fit", /one number/, made([input("x", 3)], 0), ["x"]],
];

test.each(refused)("%s: %s", (code, says, program, withRespectTo) => {
  const gradient = grad(program, { withRespectTo });
  expect(!gradient.ok && gradient.problem.code).toBe(code);
  expect(!gradient.ok && gradient.problem.message).toMatch(says);
});

test("an operation that no wanted input goes through is no hindrance", () => {
  const program = made([input("x"), input("y"), apply("Floor", [1]), apply("Mul", [0, 2])], 3);
  expect(grad(program, { withRespectTo: ["x"] }).ok).toBe(true);
});

/** x squared over and over: written out as a tree it would have 2^depth leaves. */
const tower = (depth: number) =>
  made([input("x"), ...Array.from({ length: depth }, (_, at) => apply("Mul", [at, at]))], depth);

/** Each layer reads both numbers of the one below. */
const ladder = (depth: number) => {
  const nodes: ProgramNode[] = [input("x"), input("y")];
  for (let at = 0; at < depth; at++) nodes.push(apply("Mul", [2 * at, 2 * at + 1]), apply("Sin", [2 * at]));
  return made(nodes, nodes.length - 2);
};

test.each([
  ["a number squared over and over", tower],
  ["layers that each read the one below twice", ladder],
])("a gradient grows with its program and no faster, and so does its own: %s", (_, of) => {
  const sizes = [10, 20, 40].map((depth) => {
    const first = grad(of(depth), { withRespectTo: ["x"] });
    if (!first.ok) throw new Error(first.problem.message);
    const second = grad(first.value, { withRespectTo: ["x"] });
    if (!second.ok) throw new Error(second.problem.message);
    return [first.value.nodes.length, second.value.nodes.length] as const;
  });
  for (const which of [0, 1] as const) {
    const [small, middle, large] = sizes.map((one) => one[which]) as [number, number, number];
    expect(large - middle).toBeLessThanOrEqual(2 * (middle - small) + 2);
    expect(large).toBeLessThan(40 * 30);
  }
});

test("the same gradient is written the same", () => {
  const written = () => {
    const gradient = grad(ladder(5), { withRespectTo: ["x", "y"] });
    return gradient.ok ? printProgram(gradient.value) : "";
  };
  expect(written()).toBe(written());
});
