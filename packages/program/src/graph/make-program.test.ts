import fc from "fast-check";
import { expect, test } from "vitest";
import { operations } from "../operations/index.ts";
import type { Attributes } from "../operations/operation.ts";
import { makeProgram, type ProgramDraft, type ProgramNode } from "./program.ts";

const a: ProgramNode = { kind: "input", name: "a", shape: ["rows"] };
const op = (operation: string, inputs: readonly number[], attributes: Attributes = {}): ProgramNode => ({
  kind: "operation",
  operation,
  inputs,
  attributes,
});
const constant = (shape: readonly number[], data: readonly number[]): ProgramNode => ({
  kind: "constant",
  value: { shape, data: Float64Array.from(data) },
});
const codeOf = (nodes: readonly ProgramNode[], more: Partial<ProgramDraft> = {}) => {
  const made = makeProgram({ nodes, outputs: [nodes.length - 1], ...more });
  return made.ok ? "made" : made.problem.code;
};

test("a well-formed draft is a program that nobody can change", () => {
  const made = makeProgram({ nodes: [a, op("ReduceSum", [0])], outputs: [1] });
  if (!made.ok) throw new Error(made.problem.message);
  expect(made.value.shapes).toEqual([["rows"], []]);
  expect(() => (made.value.nodes as ProgramNode[]).push(a)).toThrow();
  expect(() => Object.assign(made.value.nodes[1] as object, { operation: "Exp" })).toThrow();
  expect(() =>
    Object.assign((made.value.nodes[1] as { attributes: object }).attributes, { axes: [] }),
  ).toThrow();
});

test.each<[what: string, code: string, nodes: readonly ProgramNode[], more?: Partial<ProgramDraft>]>([
  ["of a newer version", "program-newer", [a], { version: 2 }],
  ["of version NaN", "program-malformed", [a], { version: Number.NaN }],
  ["of half a version", "program-malformed", [a], { version: 0.5 }],
  ["with nothing in it", "program-malformed", [], { outputs: [] }],
  ["with no output", "program-malformed", [a], { outputs: [] }],
  ["with an output that is not there", "program-malformed", [a], { outputs: [1] }],
  ["with an output before the first", "program-malformed", [a], { outputs: [-1] }],
  ["with half an output", "program-malformed", [a], { outputs: [0.5] }],
  ["with an output that is no number", "program-malformed", [a], { outputs: [Number.NaN] }],
  ["that reads itself", "program-malformed", [a, op("Exp", [1])]],
  ["that reads ahead", "program-malformed", [a, op("Exp", [2]), op("Exp", [0])]],
  ["that reads before the first", "program-malformed", [a, op("Exp", [-1])]],
  ["that reads half a node", "program-malformed", [a, op("Exp", [0.5])]],
  ["with too few inputs", "program-malformed", [a, op("Add", [0])]],
  ["with too many inputs", "program-malformed", [a, op("Exp", [0, 0])]],
  ["with an unknown operation", "operation-unknown", [a, op("Loop", [0])]],
  ["with an operation of the language", "operation-unknown", [a, op("constructor", [0])]],
  ["with an operation of another case", "operation-unknown", [a, op("exp", [0])]],
  ["with an unknown attribute", "program-malformed", [a, op("Exp", [0], { scale: 1 })]],
  [
    "with an attribute of the language",
    "program-malformed",
    [a, op("Exp", [0], { constructor: 1 } as unknown as Attributes)],
  ],
  [
    "with a prototype for an attribute",
    "program-malformed",
    [a, op("Exp", [0], JSON.parse('{"__proto__": 1}'))],
  ],
  ["with a missing attribute", "program-malformed", [a, op("Clip", [0], { min: 0 })]],
  ["with a list for a number", "program-malformed", [a, op("Clip", [0], { min: [0], max: 1 })]],
  ["with a number for a list", "program-malformed", [a, op("ReduceSum", [0], { axes: 0 })]],
  ["with half an axis", "program-malformed", [a, op("ReduceSum", [0], { axes: [0.5] })]],
  ["with a huge list", "program-malformed", [a, op("ReduceSum", [0], { axes: new Array(1_025).fill(0) })]],
  ["with a NaN attribute", "constant-not-finite", [a, op("Clip", [0], { min: Number.NaN, max: 1 })]],
  [
    "with an infinite attribute",
    "constant-not-finite",
    [a, op("Clip", [0], { min: 0, max: Number.POSITIVE_INFINITY })],
  ],
  ["with a NaN constant", "constant-not-finite", [constant([1], [Number.NaN])]],
  ["with an infinite constant", "constant-not-finite", [constant([1], [Number.NEGATIVE_INFINITY])]],
  ["with a constant that is not its shape", "program-malformed", [constant([2], [1])]],
  ["with a constant of a negative shape", "program-malformed", [constant([-1, -1], [1])]],
  ["with a constant of half a shape", "program-malformed", [constant([0.5, 2], [1])]],
  ["with an input without a name", "program-malformed", [{ kind: "input", name: "", shape: ["rows"] }]],
  [
    "with an input of a long name",
    "program-malformed",
    [{ kind: "input", name: "a".repeat(201), shape: ["rows"] }],
  ],
  ["with rows twice", "program-malformed", [{ kind: "input", name: "a", shape: ["rows", "rows"] }]],
  ["with a node of no kind", "program-malformed", [{ kind: "loop" } as unknown as ProgramNode]],
  ["of nine axes", "program-too-large", [{ kind: "input", name: "a", shape: new Array(9).fill(1) }]],
  [
    "that adds axes for ever",
    "program-too-large",
    [a, ...Array.from({ length: 9 }, (_, at) => op("OneHot", [at], { depth: 1 }))],
  ],
  ["with a giant input", "program-too-large", [{ kind: "input", name: "a", shape: [2 ** 30, 2 ** 30] }]],
  [
    "with a product that overflows",
    "program-too-large",
    [{ kind: "input", name: "a", shape: new Array(8).fill(2 ** 53 - 1) }],
  ],
  [
    "with an empty giant input",
    "program-too-large",
    [{ kind: "input", name: "a", shape: [2 ** 30, 2 ** 30, 0] }],
  ],
  ["with a giant one-hot", "shapes-do-not-fit", [a, op("OneHot", [0], { depth: 2 ** 40 })]],
  [
    "with a one-hot of a one-hot",
    "program-too-large",
    [a, op("OneHot", [0], { depth: 65_536 }), op("OneHot", [1], { depth: 65_536 })],
  ],
  ["with too many nodes", "program-too-large", new Array(2_001).fill(a)],
  ["with too many outputs", "program-malformed", [a], { outputs: new Array(65).fill(0) }],
  ["with too many constants", "program-too-large", [constant([65_537], new Array(65_537).fill(0))]],
  [
    "with shapes that do not fit",
    "shapes-do-not-fit",
    [constant([2], [1, 2]), constant([3], [1, 2, 3]), op("Add", [0, 1])],
  ],
])("a program %s is refused: %s", (_, code, nodes, more) => {
  expect(codeOf(nodes, more)).toBe(code);
});

test("a long unknown name is not echoed whole", () => {
  const made = makeProgram({ nodes: [a, op("x".repeat(1e6), [0])], outputs: [1] });
  expect(!made.ok && made.problem.message.length).toBeLessThan(200);
});

const anyNumber = fc.oneof(
  fc.integer({ min: -3, max: 6 }),
  fc.double(),
  fc.constantFrom(2 ** 53 - 1, -(2 ** 53 - 1), 65_536, 4_194_304, -0, Number.NaN),
);
const anyAttributes = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Attributes>({}) },
  fc.dictionary(
    fc.constantFrom(
      "axes",
      "axis",
      "keepdims",
      "shape",
      "perm",
      "min",
      "max",
      "bins",
      "depth",
      "start",
      "end",
      "step",
      "correction",
      "__proto__",
      "constructor",
    ),
    fc.oneof(anyNumber, fc.array(anyNumber, { maxLength: 4 })),
    { maxKeys: 3 },
  ),
);
const anySize = fc.oneof(fc.constant("rows" as const), fc.integer({ min: 0, max: 4 }), anyNumber);
const anyNode: fc.Arbitrary<ProgramNode> = fc.oneof(
  fc.record({
    kind: fc.constant("input" as const),
    name: fc.string(),
    shape: fc.array(anySize, { maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant("constant" as const),
    value: fc.record({
      shape: fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), anyNumber), { maxLength: 3 }),
      data: fc.array(anyNumber, { maxLength: 6 }).map((data) => Float64Array.from(data)),
    }),
  }),
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("operation" as const),
      operation: fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...operations.keys()) }, fc.string()),
      inputs: fc.array(fc.oneof({ weight: 20, arbitrary: fc.nat({ max: 4 }) }, anyNumber), { maxLength: 3 }),
      attributes: anyAttributes as fc.Arbitrary<Attributes>,
    }),
  },
);

test("no draft whatever makes it throw, and what it makes has the shapes of its nodes", () => {
  let made = 0;
  fc.assert(
    fc.property(
      fc.array(anyNode, { maxLength: 6 }),
      fc.array(anyNumber, { maxLength: 3 }),
      (nodes, outputs) => {
        const first: readonly ProgramNode[] = [a, constant([2, 2], [1, 2, 3, 4])];
        // Growing one node at a time, so that a refused one does not hide those after it.
        const kept = [...first];
        for (const node of nodes)
          if (makeProgram({ nodes: [...kept, node], outputs: [0] }).ok) kept.push(node);
        const program = makeProgram({ nodes: kept, outputs: [kept.length - 1] });
        expect(program.ok && program.value.shapes.length).toBe(kept.length);
        if (kept.length > first.length) made++;
        makeProgram({ nodes, outputs });
      },
    ),
    { numRuns: 2_000 },
  );
  expect(made, "enough of the drafts are programs").toBeGreaterThan(300);
});
