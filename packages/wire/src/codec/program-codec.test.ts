import { create, toBinary } from "@bufbuild/protobuf";
import { makeProgram, type Program, type ProgramNode, printProgram, programLimits } from "@unseen/program";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ProgramSchema, type Program as WireProgram } from "../gen/unseen/v1/tensor_pb.ts";
import { randomProgram } from "../testing/random-programs.ts";
import { programFromBytes, programToBytes } from "./bytes.ts";
import { decodeProgram, encodeProgram } from "./program-codec.ts";

function codeOf(result: { ok: true } | { ok: false; problem: { code: string } }): string {
  return result.ok ? "ok" : result.problem.code;
}
type Draft = Parameters<typeof create<typeof ProgramSchema>>[1];
const sent = (draft: Draft): WireProgram => create(ProgramSchema, draft);
const version = 1;
const input = (name: string, ...sizes: (bigint | undefined)[]) => ({
  node: {
    case: "input" as const,
    value: { name, shape: sizes.map((size) => (size === undefined ? {} : { size })) },
  },
});
const constant = (shape: number[], data: number[]) => ({
  node: { case: "constant" as const, value: { value: { shape, data } } },
});
const operation = (name: string, inputs: number[], attributes: { name: string; number: number }[] = []) => ({
  node: {
    case: "operation" as const,
    value: {
      name,
      inputs,
      attributes: attributes.map((one) => ({
        name: one.name,
        value: { case: "number" as const, value: one.number },
      })),
    },
  },
});

test("the mean of a column travels and comes back as it was", () => {
  const nodes: ProgramNode[] = [
    { kind: "input", name: "bp", shape: ["rows"] },
    { kind: "operation", operation: "ReduceMean", inputs: [0], attributes: { axes: [0] } },
  ];
  const made = makeProgram({ nodes, outputs: [1] });
  if (!made.ok) throw new Error(made.problem.message);
  expect(programFromBytes(programToBytes(made.value))).toEqual(made);
});

test("whatever program is asked, it comes back the same, printed and as bytes", () => {
  fc.assert(
    fc.property(randomProgram, (program: Program) => {
      const bytes = programToBytes(program);
      const read = programFromBytes(bytes);
      expect(read).toEqual({ ok: true, value: program });
      if (!read.ok) return;
      expect(printProgram(read.value)).toBe(printProgram(program));
      expect(programToBytes(read.value)).toEqual(bytes);
    }),
    { numRuns: 300 },
  );
});

test("bytes that are anything at all are a program or a refusal, and never throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(typeof programFromBytes(bytes).ok).toBe("boolean");
    }),
    { numRuns: 1_000 },
  );
});

test("a program cut short or with bytes changed is a program or a refusal, and never throws", () => {
  const change = fc.record({ at: fc.nat(), to: fc.nat(255) });
  fc.assert(
    fc.property(randomProgram, fc.nat(), fc.array(change, { maxLength: 4 }), (program, cut, changes) => {
      const bytes = programToBytes(program);
      const short = bytes.slice(0, cut % (bytes.length + 1));
      const mutated = bytes.slice();
      for (const { at, to } of changes) mutated[at % mutated.length] = to;
      for (const wrong of [short, mutated]) {
        const read = programFromBytes(wrong);
        if (read.ok) expect(printProgram(read.value)).toContain("unseen program 1");
        else expect(read.problem.message).not.toBe("");
      }
    }),
    { numRuns: 500 },
  );
});

test("sizes that nobody could hold are refused at once", () => {
  const giants: [WireProgram, string][] = [
    [sent({ version, nodes: [input("x", 2n ** 64n - 1n)], outputs: [0] }), "program-too-large"],
    [sent({ version, nodes: [input("x", 2n ** 53n + 1n, 0n)], outputs: [0] }), "program-too-large"],
    [sent({ version, nodes: [input("x", 2n ** 22n, 2n ** 22n)], outputs: [0] }), "program-too-large"],
    [sent({ version, nodes: [constant([2 ** 32 - 1, 0], [])], outputs: [0] }), "program-malformed"],
    [sent({ version, nodes: [constant([2 ** 32 - 1], [1])], outputs: [0] }), "program-malformed"],
    [sent({ version, nodes: [constant([], [])], outputs: [0] }), "program-malformed"],
    [
      sent({ version, nodes: [constant([1, 1, 1, 1, 1, 1, 1, 1, 1], [1])], outputs: [0] }),
      "program-malformed",
    ],
    [
      sent({
        version,
        nodes: [input("x", 4n), operation("OneHot", [0], [{ name: "depth", number: 2 ** 40 }])],
        outputs: [1],
      }),
      "shapes-do-not-fit",
    ],
  ];
  const started = performance.now();
  for (const [program, code] of giants) expect(codeOf(decodeProgram(program))).toBe(code);
  expect(performance.now() - started).toBeLessThan(200);
});

test("a length that a message declares and does not hold costs nothing", () => {
  // Field 2, 2^31 - 1 bytes; and inside a constant: packed doubles of 2^31 - 8 bytes.
  for (const hex of ["12ffffffff07", "120c0a0a0a0812f8ffffff07", "120612ffffffff0f"]) {
    const started = performance.now();
    expect(codeOf(programFromBytes(Buffer.from(hex, "hex")))).not.toBe("ok");
    expect(performance.now() - started).toBeLessThan(200);
  }
});

test("a program of a thousand long slices is read in no time", () => {
  const slices = Array.from({ length: 1_000 }, (_, at) => operation("Slice", [at]));
  const long = sent({
    version,
    nodes: [input("x", BigInt(programLimits.elements)), ...slices],
    outputs: [1],
  });
  const started = performance.now();
  expect(codeOf(decodeProgram(long))).toBe("ok");
  expect(performance.now() - started).toBeLessThan(1_000);
});

test("an axis that grows behind an empty one is refused", () => {
  const grown = sent({
    version,
    nodes: [
      input("x", 0n),
      {
        node: {
          case: "operation",
          value: {
            name: "Reshape",
            inputs: [0],
            attributes: [{ name: "shape", value: { case: "list", value: { values: [0, 2 ** 40] } } }],
          },
        },
      },
      operation("Slice", [1], [{ name: "axis", number: 1 }]),
    ],
    outputs: [2],
  });
  expect(codeOf(decodeProgram(grown))).toBe("program-too-large");
});

test("too many of anything is refused before it is walked", () => {
  const many = <T>(count: number, one: T) => Array.from({ length: count }, () => one);
  const nodes = [input("x", 4n)];
  const programs: [WireProgram, string][] = [
    [
      sent({ version, nodes: many(programLimits.nodes + 1, input("x", 4n)), outputs: [0] }),
      "program-too-large",
    ],
    [sent({ version, nodes, outputs: many(programLimits.outputs + 1, 0) }), "program-too-large"],
    [
      sent({ version, nodes: many(2, constant([40_000], many(40_000, 1))), outputs: [0] }),
      "program-too-large",
    ],
    [
      sent({ version, nodes: [...nodes, operation("Concat", many(257, 0))], outputs: [0] }),
      "program-malformed",
    ],
    [
      sent({
        version,
        nodes: [...nodes, operation("Neg", [0], many(17, { name: "a", number: 1 }))],
        outputs: [0],
      }),
      "program-malformed",
    ],
    [sent({ version, nodes: [input("n".repeat(201), 4n)], outputs: [0] }), "program-malformed"],
    [sent({ version, nodes: [...nodes, operation("N".repeat(65), [0])], outputs: [0] }), "program-malformed"],
  ];
  for (const [program, code] of programs) expect(codeOf(decodeProgram(program))).toBe(code);
  const large = toBinary(
    ProgramSchema,
    sent({ version, nodes: [constant([2 ** 18], many(2 ** 18, 1))], outputs: [0] }),
  );
  expect(codeOf(programFromBytes(large))).toBe("message-too-large");
});

test("what is not a question is refused by its code", () => {
  const nodes = [input("x", 4n)];
  const axis = { name: "axis", number: 0 };
  const programs: [WireProgram | undefined, string][] = [
    [undefined, "program-malformed"],
    [sent({}), "program-malformed"],
    [sent({ version: 2, nodes, outputs: [0] }), "program-newer"],
    [sent({ version: 2 ** 32 - 1, nodes: [{}], outputs: [] }), "program-newer"],
    [sent({ version, nodes: [{}], outputs: [0] }), "program-malformed"],
    [sent({ version, nodes, outputs: [] }), "program-malformed"],
    [sent({ version, nodes, outputs: [1] }), "program-malformed"],
    [sent({ version, nodes: [...nodes, operation("Neg", [1])], outputs: [1] }), "program-malformed"],
    [sent({ version, nodes: [...nodes, operation("Neg", [0, 0])], outputs: [1] }), "program-malformed"],
    [sent({ version, nodes: [...nodes, operation("Eval", [0])], outputs: [1] }), "operation-unknown"],
    [sent({ version, nodes: [...nodes, operation("constructor", [0])], outputs: [1] }), "operation-unknown"],
    [
      sent({ version, nodes: [...nodes, operation("CumSum", [0], [axis, axis])], outputs: [1] }),
      "program-malformed",
    ],
    [
      sent({
        version,
        nodes: [...nodes, operation("Neg", [0], [{ name: "__proto__", number: 1 }])],
        outputs: [1],
      }),
      "program-malformed",
    ],
    [sent({ version, nodes: [constant([1], [Number.NaN])], outputs: [0] }), "constant-not-finite"],
    [
      sent({ version, nodes: [constant([1], [Number.POSITIVE_INFINITY])], outputs: [0] }),
      "constant-not-finite",
    ],
    [sent({ version, nodes: [input("x", undefined, undefined)], outputs: [0] }), "program-malformed"],
    [sent({ version, nodes: [input("", 4n)], outputs: [0] }), "program-malformed"],
    [
      sent({ version, nodes: [input("x", 4n), input("y", 3n), operation("Add", [0, 1])], outputs: [2] }),
      "shapes-do-not-fit",
    ],
  ];
  for (const [program, code] of programs) expect(codeOf(decodeProgram(program))).toBe(code);
});

test("a program that was read holds nothing of the message", () => {
  const message = sent({ version, nodes: [constant([1], [7])], outputs: [0] });
  const read = decodeProgram(message);
  const [node] = message.nodes;
  if (node?.node.case === "constant") node.node.value.value!.data[0] = 8;
  expect(read.ok && encodeProgram(read.value).nodes[0]?.node).toMatchObject({
    value: { value: { data: [7] } },
  });
});
