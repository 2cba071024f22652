import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type GraphProto,
  type GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
} from "../gen/onnx/v1/onnx_pb.ts";
import { randomProgram } from "../testing/random-programs.ts";
import { exportOnnx } from "./export-onnx.ts";
import { importOnnx } from "./import-onnx.ts";

type Draft = Exclude<MessageInitShape<typeof ModelProtoSchema>, ModelProto>;
type Graph = Exclude<MessageInitShape<typeof GraphProtoSchema>, GraphProto>;

const dim = (size: bigint) => ({ value: { case: "dimValue" as const, value: size } });
const named = (name: string) => ({ value: { case: "dimParam" as const, value: name } });
const tensorType = (...dims: ReturnType<typeof dim | typeof named>[]) => ({
  tensorType: { elemType: 1, shape: { dim: dims } },
});
const x = { name: "x", type: tensorType(dim(3n)) };
const node = (opType: string, input: string[], output: string[], more = {}) => ({
  opType,
  input,
  output,
  ...more,
});

function bytesOf(graph: Graph, more: Draft = {}): Uint8Array {
  const opsetImport = [{ domain: "", version: 17n }];
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { opsetImport, graph, ...more }));
}
const usual: Graph = { input: [x], node: [node("Neg", ["x"], ["y"])], output: [{ name: "y" }] };

test("a model of one operation is a program of one operation", () => {
  const model = importOnnx(bytesOf(usual));
  if (!model.ok) throw new Error(model.problem.message);
  expect(model.value.program.nodes.map((one) => one.kind)).toEqual(["input", "operation"]);
});

test("a first size without a number is the rows, and another has to be said", () => {
  const open = { ...usual, input: [{ name: "x", type: tensorType(named("batch"), named("width")) }] };
  expect(importOnnx(bytesOf(open))).toMatchObject({
    problem: { code: "onnx-not-supported", message: expect.stringMatching(/axis 1/) },
  });
  const model = importOnnx(bytesOf(open), { sizes: { width: 4 } });
  expect(model.ok && model.value.program.shapes[0]).toEqual(["rows", 4]);
  const fixed = importOnnx(bytesOf(open), { sizes: { width: 4, batch: 2 } });
  expect(fixed.ok && fixed.value.program.shapes[0]).toEqual([2, 4]);
});

const weight = { name: "w", dims: [1n], dataType: 1, floatData: [1] };
const refusals: readonly [what: string, code: string, says: RegExp, bytes: () => Uint8Array][] = [
  ["nothing", "onnx-malformed", /no graph/, () => new Uint8Array(0)],
  ["no graph", "onnx-malformed", /no graph/, () => toBinary(ModelProtoSchema, create(ModelProtoSchema, {}))],
  ["no version", "onnx-malformed", /not one version/, () => bytesOf(usual, { opsetImport: [] })],
  [
    "an old version",
    "onnx-not-supported",
    /version 9/,
    () => bytesOf(usual, { opsetImport: [{ domain: "", version: 9n }] }),
  ],
  ["functions of its own", "onnx-not-supported", /functions/, () => bytesOf(usual, { functions: [{}] })],
  ["training", "onnx-not-supported", /trained/, () => bytesOf(usual, { trainingInfo: [{}] })],
  ["sparse weights", "onnx-not-supported", /sparse/, () => bytesOf({ ...usual, sparseInitializer: [{}] })],
  [
    "numbers in another file",
    "onnx-not-supported",
    /another file/,
    () =>
      bytesOf({ ...usual, initializer: [{ ...weight, floatData: [], dataLocation: 1, externalData: [{}] }] }),
  ],
  [
    "an operation of another domain",
    "onnx-not-supported",
    /domain "com\.example"/,
    () => bytesOf({ ...usual, node: [node("Neg", ["x"], ["y"], { domain: "com.example" })] }),
  ],
  [
    "an operation that nobody knows",
    "onnx-not-supported",
    /"If" is not read/,
    () => bytesOf({ ...usual, node: [node("If", ["x"], ["y"])] }),
  ],
  [
    "an attribute that nobody reads",
    "onnx-not-supported",
    /"upside_down"/,
    () =>
      bytesOf({
        ...usual,
        node: [node("Neg", ["x"], ["y"], { attribute: [{ name: "upside_down", type: 2 }] })],
      }),
  ],
  [
    "an attribute of another type",
    "onnx-malformed",
    /another type/,
    () =>
      bytesOf({
        ...usual,
        node: [node("Softmax", ["x"], ["y"], { attribute: [{ name: "axis", type: 1 }] })],
      }),
  ],
  [
    "a value that nothing gives",
    "onnx-malformed",
    /nothing above/,
    () => bytesOf({ ...usual, node: [node("Neg", ["z"], ["y"])] }),
  ],
  [
    "a circle",
    "onnx-malformed",
    /nothing above/,
    () => bytesOf({ ...usual, node: [node("Neg", ["y"], ["z"]), node("Neg", ["z"], ["y"])] }),
  ],
  [
    "a value given twice",
    "onnx-malformed",
    /twice/,
    () => bytesOf({ ...usual, node: [node("Neg", ["x"], ["y"]), node("Neg", ["x"], ["y"])] }),
  ],
  [
    "an output that nothing gives",
    "onnx-malformed",
    /"z" is read/,
    () => bytesOf({ ...usual, output: [{ name: "z" }] }),
  ],
  ["no output", "onnx-malformed", /no outputs/, () => bytesOf({ ...usual, output: [] })],
  [
    "a missing input",
    "onnx-malformed",
    /lacks its input 1/,
    () => bytesOf({ ...usual, node: [node("Add", ["x"], ["y"])] }),
  ],
  [
    "a tensor that is not what its shape says",
    "onnx-malformed",
    /"w" does not hold/,
    () => bytesOf({ ...usual, initializer: [{ ...weight, dims: [7n] }] }),
  ],
  [
    "a tensor of sizes that nobody could hold",
    "onnx-not-supported",
    /too large/,
    () => bytesOf({ ...usual, initializer: [{ ...weight, dims: [2n ** 40n, 2n ** 40n] }] }),
  ],
  [
    "a tensor of sizes below zero",
    "onnx-not-supported",
    /too large/,
    () => bytesOf({ ...usual, initializer: [{ ...weight, dims: [-1n, -1n] }] }),
  ],
  [
    "numbers of 16 bits",
    "onnx-not-supported",
    /type of "w"/,
    () => bytesOf({ ...usual, initializer: [{ ...weight, dataType: 10 }] }),
  ],
  [
    "an input of a size that nobody could hold",
    "onnx-not-supported",
    /axis 0/,
    () => bytesOf({ ...usual, input: [{ name: "x", type: tensorType(dim(2n ** 62n)) }] }),
  ],
  [
    "an input that is no tensor",
    "onnx-not-supported",
    /no tensor/,
    () => bytesOf({ ...usual, input: [{ name: "x" }] }),
  ],
  [
    "shapes that do not fit",
    "shapes-do-not-fit",
    /MatMul/,
    () =>
      bytesOf({
        ...usual,
        initializer: [{ ...weight, dims: [1n, 1n] }],
        node: [node("MatMul", ["x", "w"], ["y"])],
      }),
  ],
  [
    "a shape that is computed",
    "onnx-not-supported",
    /has to be a constant/,
    () => bytesOf({ ...usual, node: [node("Reshape", ["x", "x"], ["y"])] }),
  ],
  [
    "a dropout that still drops",
    "onnx-not-supported",
    /training/,
    () => {
      const always = { name: "t", dims: [], dataType: 9, int32Data: [1] };
      return bytesOf({
        ...usual,
        initializer: [weight, always],
        node: [node("Dropout", ["x", "w", "t"], ["y"])],
      });
    },
  ],
  [
    "places of a TopK",
    "onnx-not-supported",
    /"p" is a result of "TopK"/,
    () => {
      const k = { name: "k", dims: [1n], dataType: 7, int64Data: [2n] };
      return bytesOf({
        ...usual,
        initializer: [k],
        node: [node("TopK", ["x", "k"], ["v", "p"]), node("Neg", ["p"], ["y"])],
      });
    },
  ],
  [
    "more nodes than a program has",
    "program-too-large",
    /nodes/,
    () =>
      bytesOf({ ...usual, node: Array.from({ length: 2_001 }, (_, at) => node("Neg", ["x"], [`y${at}`])) }),
  ],
  [
    "more constants than a program has",
    "program-too-large",
    /constants/,
    () => {
      const numbers = { dims: [50_000n], dataType: 7, rawData: new Uint8Array(400_000) };
      return bytesOf({
        ...usual,
        initializer: [
          { ...numbers, name: "a" },
          { ...numbers, name: "b" },
        ],
      });
    },
  ],
];

test.each(refusals)("%s is refused as %s", (_, code, says, bytes) => {
  const started = performance.now();
  const model = importOnnx(bytes());
  expect(model).toMatchObject({ ok: false, problem: { code, message: expect.stringMatching(says) } });
  expect(performance.now() - started).toBeLessThan(10_000);
});

/** Fields of a graph that hold nothing, or one list that holds nothing but small numbers. */
const crowded: readonly (readonly [what: string, inner: readonly number[]])[] = [
  ["nodes", [0x0a, 0x00]],
  ["weights", [0x2a, 0x00]],
  ["inputs", [0x5a, 0x00]],
];

test.each(crowded)("eight million %s in sixteen megabytes are refused before any is made", (_, inner) => {
  const size = 2 ** 24;
  const bytes = new Uint8Array(5 + size);
  // Field 7, of this length.
  bytes.set([0x3a, 0x80, 0x80, 0x80, 0x08]);
  for (let at = 5; at < bytes.length; at += 2) bytes.set(inner, at);
  const started = performance.now();
  expect(importOnnx(bytes)).toMatchObject({ problem: { code: "program-too-large" } });
  expect(performance.now() - started).toBeLessThan(10_000);
});

test("a list of sixteen million sizes is refused before any is made", () => {
  const shape = new Uint8Array(2 ** 24).fill(1);
  const bytes = bytesOf({ ...usual, initializer: [{ ...weight, dims: [] }] });
  // A weight is field 5 of the graph, which is field 7; its sizes are field 1.
  const length = (size: number) => [
    (size & 127) | 128,
    ((size >> 7) & 127) | 128,
    ((size >> 14) & 127) | 128,
    size >> 21,
  ];
  const sizes = [0x0a, ...length(shape.length)];
  const inner = [0x2a, ...length(shape.length + sizes.length)];
  const graph = [0x3a, ...length(shape.length + sizes.length + inner.length)];
  const crowd = new Uint8Array([...bytes, ...graph, ...inner, ...sizes]);
  const whole = new Uint8Array(crowd.length + shape.length);
  whole.set(crowd);
  whole.set(shape, crowd.length);
  expect(importOnnx(whole)).toMatchObject({ problem: { code: "program-too-large" } });
});

test("a file that is too large is refused before it is read", () => {
  expect(importOnnx(new Uint8Array(2 ** 26 + 1))).toMatchObject({ problem: { code: "message-too-large" } });
});

test("bytes that are anything at all are a model or a refusal, and never throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(typeof importOnnx(bytes).ok).toBe("boolean");
    }),
    { numRuns: 1_000 },
  );
});

test("a model cut short or with bytes changed is a model or a refusal, and never throws", () => {
  const change = fc.record({ at: fc.nat(), to: fc.nat(255) });
  fc.assert(
    fc.property(randomProgram, fc.nat(), fc.array(change, { maxLength: 4 }), (program, cut, changes) => {
      const bytes = exportOnnx(program, { numbers: "float64" });
      if (!bytes.ok) return;
      const short = bytes.value.slice(0, cut % (bytes.value.length + 1));
      const mutated = bytes.value.slice();
      for (const { at, to } of changes) mutated[at % mutated.length] = to;
      for (const wrong of [short, mutated]) expect(typeof importOnnx(wrong).ok).toBe("boolean");
    }),
    { numRuns: 500 },
  );
});

/** Whatever operations and attributes are put together: each draft is a graph that some tool could write. */
test("graphs of any operations with any attributes are programs or refusals, and never throw", async () => {
  const { importRules } = await import("./import-onnx.ts");
  const attribute = fc.record({
    name: fc.constantFrom(
      "axis",
      "axes",
      "keepdims",
      "perm",
      "to",
      "strides",
      "pads",
      "kernel_shape",
      "group",
      "auto_pad",
      "value",
      "start",
      "end",
      "num_outputs",
      "ceil_mode",
    ),
    type: fc.constantFrom(1, 2, 3, 4, 7),
    i: fc.bigInt({ min: -3n, max: 4n }),
    ints: fc.array(fc.bigInt({ min: -2n, max: 3n }), { maxLength: 4 }),
    f: fc.float(),
    s: fc.constantFrom("SAME_UPPER", "VALID", "?").map((text) => new TextEncoder().encode(text)),
    t: fc.constantFrom(weight, { name: "c", dims: [2n], dataType: 7, int64Data: [1n, -1n] }),
  });
  const step = fc.record({
    opType: fc.constantFrom(...importRules.keys()),
    inputs: fc.array(fc.nat(), { maxLength: 4 }),
    attribute: fc.array(attribute, { maxLength: 3 }),
  });
  const leaves = ["x", "m", "images", "w", "two", ""];
  let read = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), (steps) => {
      const names = [...leaves];
      const nodes = steps.map(({ opType, inputs, attribute: attributes }, at) => {
        const input = inputs.map((one) => names[one % names.length]!);
        names.push(`v${at}`);
        return node(opType, input, [`v${at}`], { attribute: attributes });
      });
      const model = importOnnx(
        bytesOf({
          input: [
            x,
            { name: "m", type: tensorType(named("n"), dim(3n)) },
            { name: "images", type: tensorType(dim(1n), dim(2n), dim(3n), dim(3n)) },
          ],
          initializer: [weight, { name: "two", dims: [2n], dataType: 7, int64Data: [0n, 1n] }],
          node: nodes,
          output: [{ name: `v${steps.length - 1}` }],
        }),
      );
      if (model.ok) read++;
    }),
    { numRuns: 4_000 },
  );
  expect(read).toBeGreaterThan(50);
});

test("a deep nest of unknown fields is refused or skipped", () => {
  const deep = new Uint8Array(100_000).fill(0x9b);
  expect(importOnnx(deep).ok).toBe(false);
});
