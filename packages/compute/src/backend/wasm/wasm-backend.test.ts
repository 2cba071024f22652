import { type Attributes, programOf, sizeOf } from "@unseen/program";
import fc from "fast-check";
import { expect, test } from "vitest";
import { applied, backendContract, input } from "../backend-contract-for-tests.ts";
import { scriptBackend } from "../script-backend.ts";
import { bytesOnWasm, wasmBackend } from "./wasm-backend.ts";

backendContract(wasmBackend);

test("what a row of a product gets depends on that row alone, to the last bit", async () => {
  const number = fc.float({ min: -3, max: 3, noNaN: true });
  const cases = fc
    .record({
      m: fc.integer({ min: 2, max: 12 }),
      k: fc.integer({ min: 1, max: 700 }),
      n: fc.integer({ min: 1, max: 17 }),
    })
    .chain(({ m, k, n }) =>
      fc.record({
        sizes: fc.constant({ m, k, n }),
        x: fc.array(number, { minLength: m * k, maxLength: m * k }),
        y: fc.array(number, { minLength: k * n, maxLength: k * n }),
        row: fc.nat(m - 1),
      }),
    );
  await fc.assert(
    fc.asyncProperty(cases, async ({ sizes: { m, k, n }, x, y, row }) => {
      const all = await product(m, k, n, x, y);
      const alone = await product(1, k, n, x.slice(row * k, (row + 1) * k), y);
      expect(all.slice(row * n, (row + 1) * n)).toEqual(alone);
    }),
    { numRuns: 40 },
  );
});

test("an input that is written where it lies is read from there, run after run", async () => {
  const [x, w] = [input("x", [2, 2]), input("w", [2, 2])];
  const turned = applied("Tanh", [applied("MatMul", [x, w])]);
  const program = programOf([applied("Exp", [applied("Neg", [turned])]), applied("Mul", [turned, turned])]);
  if (!program.ok) throw new Error(program.problem.message);
  const compiled = await wasmBackend.compile(program.value);
  if (!compiled.ok) throw new Error(compiled.problem.message);
  const { run, placeOf } = compiled.value;
  const values = new Map([
    ["x", Float32Array.of(1, 2, 3, 4)],
    ["w", Float32Array.of(0.1, 0.2, 0.3, 0.4)],
  ]);
  const expected = (await run(values)).map((output) => output.slice());
  const places = new Map(["x", "w"].map((name) => [name, placeOf!(name)!] as const));
  places.get("x")!.set(values.get("x")!);
  for (let time = 0; time < 3; time++) expect(await run(places)).toEqual(expected);
  expect(placeOf!("y")).toBeUndefined();
});

test.each(["Gather", "GatherElements"])(
  "%s: a place that is not there gives NaN, as the script has it",
  async (operation) => {
    const program = programOf([applied(operation, [input("x", [3]), input("i", [4])], { axis: 0 })]);
    if (!program.ok) throw new Error(program.problem.message);
    const compiled = await wasmBackend.compile(program.value);
    if (!compiled.ok) throw new Error(compiled.problem.message);
    const values = new Map([
      ["x", Float32Array.of(5, 6, 7)],
      ["i", Float32Array.of(3, -4, 0.5, -1)],
    ]);
    expect([...(await compiled.value.run(values))[0]!]).toEqual([Number.NaN, Number.NaN, Number.NaN, 7]);
  },
);

test("Gather: places in rows, in every second place and in no order, as the script has them", async () => {
  const run = fc.tuple(
    fc.integer({ min: -12, max: 10 }),
    fc.constantFrom(0, 1, 2, -1, 3),
    fc.integer({ min: 1, max: 9 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 6 }), fc.boolean(), async (runs, isDeep) => {
      const places = runs.flatMap(([from, step, count]) =>
        Array.from({ length: count }, (_, at) => from + step * at),
      );
      const shape = isDeep ? [3, 11, 2] : [3, 11];
      const list = input("i", [places.length]);
      const program = programOf([applied("Gather", [input("x", shape), list], { axis: 1 })]);
      if (!program.ok) throw new Error(program.problem.message);
      const values = new Map([
        ["x", Float32Array.from({ length: sizeOf(shape) }, (_, at) => at)],
        ["i", Float32Array.from(places)],
      ]);
      const [own, expected] = await Promise.all(
        [wasmBackend, scriptBackend].map(async (backend) => {
          const compiled = await backend.compile(program.value);
          if (!compiled.ok) throw new Error(compiled.problem.message);
          return [...(await compiled.value.run(values))[0]!];
        }),
      );
      expect(own).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test("ScatterAdd: a place that is not there takes nothing, as the script has it", async () => {
  const [x, places, updates] = [input("x", [2, 3]), input("i", [2, 4]), input("u", [2, 4])];
  const program = programOf([applied("ScatterAdd", [x, places, updates], { axis: 1 })]);
  if (!program.ok) throw new Error(program.problem.message);
  const compiled = await wasmBackend.compile(program.value);
  if (!compiled.ok) throw new Error(compiled.problem.message);
  const values = new Map([
    ["x", Float32Array.of(1, 2, 3, 4, 5, 6)],
    ["i", Float32Array.of(3, -4, 0.5, -1, Number.NaN, 0, 0, Number.POSITIVE_INFINITY)],
    ["u", Float32Array.of(10, 20, 30, 40, 50, 60, 70, 80)],
  ]);
  expect([...(await compiled.value.run(values))[0]!]).toEqual([1, 2, 43, 134, 5, 6]);
});

const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, -2.5, 1e-40];

test.each([
  ["Where", [[5, 7], [5, 7], [7]], {}],
  ["Where", [[5, 1], [5, 7], []], {}],
  ["ReduceSum", [[3, 13]], { axes: [1], keepdims: 0 }],
  ["ReduceSum", [[13, 3]], { axes: [0], keepdims: 0 }],
  ["Transpose", [[3, 6, 5]], { perm: [0, 2, 1] }],
  ["Transpose", [[6, 5, 3]], { perm: [1, 0, 2] }],
  [
    "MatMul",
    [
      [7, 5],
      [5, 11],
    ],
    {},
  ],
  [
    "MatMul",
    [
      [1, 5],
      [5, 11],
    ],
    {},
  ],
  [
    "MatMul",
    [
      [2, 7, 5],
      [2, 5, 3],
    ],
    {},
  ],
  ["Relu", [[23]], {}],
  ["Max", [[23], [23]], {}],
  ["Greater", [[23], [23]], {}],
  ["Equal", [[23], [23]], {}],
  ["MaxPool", [[1, 2, 6, 6]], { kernel_shape: [2, 2], strides: [2, 2] }],
  ["MaxPoolIndices", [[1, 2, 6, 6]], { kernel_shape: [2, 2], strides: [2, 2] }],
  ["MaxPoolIndices", [[1, 2, 6, 6]], { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 1, 1, 1] }],
  ["MaxPool", [[2, 1, 5, 7]], { kernel_shape: [2, 3] }],
  ["MaxPool", [[1, 2, 7, 9]], { kernel_shape: [2, 2], strides: [1, 3], dilations: [3, 2] }],
  ["MaxPool", [[1, 2, 5, 5]], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }],
  ["MaxPoolIndices", [[2, 1, 5, 7]], { kernel_shape: [2, 3] }],
  ["MaxPoolIndices", [[1, 2, 7, 9]], { kernel_shape: [2, 2], strides: [1, 3], dilations: [3, 2] }],
  ["MaxPoolIndices", [[1, 2, 5, 5]], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }],
  ["AveragePool", [[1, 2, 6, 6]], { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 1, 1, 1] }],
  ["ArgMax", [[4, 5]], { axis: 1 }],
  ["ArgMax", [[4, 5, 3]], { axis: 1 }],
] as const)(
  "%s of %j: what is not finite stays where the script has it",
  async (operation, shapes, attributes) => {
    const inputs = shapes.map((shape, at) => input(`x${at}`, shape));
    const program = programOf([applied(operation, inputs, attributes as Attributes)]);
    if (!program.ok) throw new Error(program.problem.message);
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.oneof(fc.constantFrom(...odd), fc.constantFrom(1, 2, -1))),
        async (drawn) => {
          const values = new Map(
            shapes.map((shape, at) => {
              const size = shape.reduce((product: number, each) => product * each, 1);
              return [
                `x${at}`,
                Float32Array.from({ length: size }, () => drawn.next().value as number),
              ] as const;
            }),
          );
          const [found, expected] = await Promise.all(
            [wasmBackend, scriptBackend].map(async (backend) => {
              const compiled = await backend.compile(program.value);
              if (!compiled.ok) throw new Error(compiled.problem.message);
              return Float32Array.from((await compiled.value.run(values))[0]!);
            }),
          );
          for (const [at, value] of expected!.entries()) {
            if (!Number.isFinite(value)) expect(found![at]).toBe(value);
            else expect(Math.abs(found![at]! - value)).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(value)));
          }
        },
      ),
      { numRuns: 30 },
    );
  },
);

async function product(m: number, k: number, n: number, x: readonly number[], y: readonly number[]) {
  const program = programOf([applied("MatMul", [input("x", [m, k]), input("y", [k, n])])]);
  if (!program.ok) throw new Error(program.problem.message);
  const compiled = await wasmBackend.compile(program.value);
  if (!compiled.ok) throw new Error(compiled.problem.message);
  const [out] = await compiled.value.run(
    new Map([
      ["x", Float32Array.from(x)],
      ["y", Float32Array.from(y)],
    ]),
  );
  return out!;
}

test("how much memory a program takes is known before it is taken, and too much is refused by both", async () => {
  const sumOf = (count: number) => {
    const inputs = Array.from({ length: count }, (_, at) => input(`x${at}`, [2_048, 2_048]));
    const program = programOf([inputs.reduce((sum, each) => applied("Add", [sum, each]))]);
    if (!program.ok) throw new Error(program.problem.message);
    return program.value;
  };
  const small = bytesOnWasm(sumOf(3));
  expect(small.ok && small.value >= 3 * 2 ** 24 && small.value < 6 * 2 ** 24).toBe(true);
  const large = sumOf(130);
  expect(bytesOnWasm(large)).toMatchObject({ ok: false, problem: { code: "program-too-large" } });
  expect(await wasmBackend.compile(large)).toEqual(bytesOnWasm(large));
});
