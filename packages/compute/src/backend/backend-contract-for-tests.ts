// What every backend must do: give what the script one gives, up to its precision. It is one thing because each kind of case
// is a line of one list that every backend goes through.

import {
  type Attributes,
  type Expression,
  operations,
  type Program,
  programOf,
  sizeOf,
} from "@unseen/program";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Backend, Numbers } from "./backend.ts";
import { scriptBackend } from "./script-backend.ts";

export type Case = {
  readonly operation: string;
  readonly shapes: readonly (readonly number[])[];
  readonly attributes?: Attributes;
  /** Which input holds places along the axis of the first one. */
  readonly places?: number;
};

const size = fc.integer({ min: 1, max: 9 });
const shape = fc.array(size, { minLength: 0, maxLength: 4 });

/** Shapes that broadcast together. */
const together = (count: number) =>
  shape.chain((whole) =>
    fc.tuple(
      ...Array.from({ length: count }, () =>
        fc
          .tuple(
            fc.integer({ min: 0, max: whole.length }),
            fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
          )
          .map(([from, isOne]) => whole.slice(from).map((each, axis) => (isOne[axis] ? 1 : each))),
      ),
    ),
  );

const unary = [
  ...["Abs", "Neg", "Exp", "Log", "Sqrt", "Reciprocal", "Sigmoid", "Tanh", "Sign", "Relu"],
  ...["Floor", "Ceil", "Round", "Not", "Sin", "Erf", "Gelu"],
];
const pairs = [
  ...["Add", "Sub", "Mul", "Div", "Max", "Min", "Pow"],
  ...["Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal"],
];

const matrices = fc.record({
  m: fc.integer({ min: 1, max: 140 }),
  k: fc.integer({ min: 1, max: 600 }),
  n: size,
});

const image = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  channels: fc.integer({ min: 1, max: 3 }),
  results: fc.integer({ min: 1, max: 4 }),
  height: fc.integer({ min: 5, max: 9 }),
  width: fc.integer({ min: 5, max: 9 }),
  kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  strides: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 3 })),
  dilations: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  pads: fc.tuple(...[0, 1, 2, 3].map(() => fc.integer({ min: 0, max: 1 }))),
  isBiased: fc.boolean(),
  group: fc.integer({ min: 1, max: 2 }),
});

const cases: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  "functions of one number": fc
    .tuple(fc.constantFrom(...unary), shape)
    .map(([operation, x]) => ({ operation, shapes: [x] })),
  "functions of two numbers": fc
    .tuple(fc.constantFrom(...pairs), together(2))
    .map(([operation, shapes]) => ({ operation, shapes })),
  choices: together(3).map((shapes) => ({ operation: "Where", shapes })),
  "products of matrices": matrices.map(({ m, k, n }) => ({
    operation: "MatMul",
    shapes: [
      [m, k],
      [k, n],
    ],
  })),
  "products with a vector": matrices.chain(({ m, k }) =>
    fc.constantFrom<Case>(
      { operation: "MatMul", shapes: [[m, k], [k]] },
      { operation: "MatMul", shapes: [[k], [k, m]] },
      { operation: "MatMul", shapes: [[k], [k]] },
    ),
  ),
  "several products": matrices.map(({ m, k, n }) => ({
    operation: "MatMul",
    shapes: [
      [n, 5, k],
      [n, k, m],
    ],
  })),
  "pieces of an axis": fc
    .tuple(
      shape.filter(({ length }) => length > 0),
      fc.integer({ min: -4, max: 3 }),
      fc.integer({ min: -11, max: 11 }),
      fc.integer({ min: -11, max: 11 }),
      fc.integer({ min: 1, max: 3 }),
    )
    .map(([x, along, start, end, step]) => {
      const axis = Math.max(Math.min(along, x.length - 1), -x.length);
      return { operation: "Slice", shapes: [x], attributes: { axis, start, end, step } };
    }),
  "joined along an axis": fc
    .tuple(
      shape.filter(({ length }) => length > 0),
      fc.nat(3),
      fc.array(size, { minLength: 1, maxLength: 4 }),
    )
    .map(([x, along, sizes]) => {
      const axis = along % x.length;
      const shapes = sizes.map((each) => x.map((other, at) => (at === axis ? each : other)));
      return { operation: "Concat", shapes, attributes: { axis } };
    }),
  "a list of places": fc
    .tuple(
      shape.filter(({ length }) => length > 0),
      fc.nat(3),
      size,
    )
    .map(([x, along, count]) => ({
      operation: "Gather",
      shapes: [x, [count]],
      attributes: { axis: along % x.length },
      places: 1,
    })),
  "places that are numbers": fc
    .tuple(
      fc.constantFrom("GatherElements", "ScatterAdd"),
      shape.filter(({ length }) => length > 0),
      fc.nat(3),
      size,
    )
    .map(([operation, data, along, count]) => {
      const axis = along % data.length;
      const indices = data.map((each, at) => (at === axis ? count : each));
      const shapes = operation === "ScatterAdd" ? [data, indices, indices] : [data, indices];
      return { operation, shapes, attributes: { axis }, places: 1 };
    }),
  Gemm: fc
    .record({
      sizes: matrices,
      transA: fc.constantFrom(0, 1),
      transB: fc.constantFrom(0, 1),
      alpha: fc.constantFrom(1, -0.5, 0),
      beta: fc.constantFrom(1, 2, 0),
      bias: fc.constantFrom("none", "row", "column", "one", "all"),
    })
    .map(({ sizes: { m, k, n }, transA, transB, alpha, beta, bias }) => {
      const biases: Record<string, readonly (readonly number[])[]> = {
        none: [],
        row: [[n]],
        column: [[m, 1]],
        one: [[]],
        all: [[m, n]],
      };
      const shapes = [transA === 1 ? [k, m] : [m, k], transB === 1 ? [n, k] : [k, n], ...biases[bias]!];
      return { operation: "Gemm", shapes, attributes: { transA, transB, alpha, beta } };
    }),
  "sums and means": fc
    .tuple(
      fc.constantFrom("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin"),
      shape.filter(({ length }) => length > 0),
      fc.nat(15),
      fc.constantFrom(0, 1),
    )
    .map(([operation, x, mask, keepdims]) => ({
      operation,
      shapes: [x],
      attributes: { axes: x.flatMap((_, axis) => ((mask >> axis) & 1 ? [axis] : [])), keepdims },
    })),
  softmax: fc
    .tuple(
      fc.constantFrom("Softmax", "LogSoftmax"),
      shape.filter(({ length }) => length > 0),
      fc.constantFrom(0, -1),
    )
    .map(([operation, x, axis]) => ({ operation, shapes: [x], attributes: { axis } })),
  transposes: shape.chain((x) =>
    fc
      .shuffledSubarray([...x.keys()], { minLength: x.length, maxLength: x.length })
      .map((perm) => ({ operation: "Transpose", shapes: [x], attributes: { perm } })),
  ),
  convolutions: image.map(({ batch, channels, results, height, width, kernel, isBiased, ...windows }) => ({
    operation: "Conv",
    shapes: [
      [batch, channels * windows.group, height, width],
      [results * windows.group, channels, ...kernel],
      ...(isBiased ? [[results * windows.group]] : []),
    ],
    attributes: windows,
  })),
  "convolutions turned round": image.map(
    ({ batch, channels, results, height, width, kernel, isBiased, ...windows }) => ({
      operation: "ConvTranspose",
      shapes: [
        [batch, channels * windows.group, height, width],
        [channels * windows.group, results, ...kernel],
        ...(isBiased ? [[results * windows.group]] : []),
      ],
      attributes: windows,
    }),
  ),
  pools: fc
    .tuple(fc.constantFrom("MaxPool", "AveragePool", "MaxPoolIndices"), image)
    .map(([operation, { batch, channels, height, width, kernel, strides }]) => ({
      operation,
      shapes: [[batch, channels, height, width]],
      attributes: { kernel_shape: kernel, strides },
    })),
};

/** float32 beside float64: a sum of a few hundred products of numbers around one. */
const tolerance = 3e-4;

export function backendContract(backend: Backend): void {
  describe(`the backend ${backend.name}`, () => {
    for (const [name, arbitrary] of Object.entries(cases))
      test(`${name} are what the script says`, async () => {
        await fc.assert(
          fc.asyncProperty(
            arbitrary.filter(({ operation }) => operations.has(operation)),
            fc.integer(),
            async (drawn, seed) => {
              const program = programOfCase(drawn);
              if (program === undefined) return;
              const values = valuesFor(program, seed);
              const name = `x${drawn.places}`;
              const places = values.get(name);
              const size = drawn.shapes[0]!.at((drawn.attributes?.axis as number | undefined) ?? 0)!;
              if (places !== undefined)
                values.set(
                  name,
                  places.map((place) => insideOf(size, place)),
                );
              await expectSame(backend, program, values);
            },
          ),
          { numRuns: 60 },
        );
      });

    test("long programs, whose places serve again, are what the script says", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.tuple(
              fc.constantFrom("Add", "Mul", "Max", "MatMul", "Reshape", "Transpose"),
              fc.nat(),
              fc.nat(),
            ),
            {
              minLength: 5,
              maxLength: 40,
            },
          ),
          fc.integer(),
          async (steps, seed) => {
            const values: Expression[] = [input("a", [4, 4]), input("b", [4, 4])];
            for (const [operation, one, other] of steps) {
              const x = values[one % values.length]!;
              const y = values[other % values.length]!;
              if (operation === "Reshape") {
                const flat = applied("Reshape", [x], { shape: [16] });
                values.push(applied("Reshape", [applied("Relu", [flat])], { shape: [4, 4] }));
              } else if (operation === "Transpose") {
                const turned = applied("Transpose", [x], { perm: [1, 0] });
                values.push(turned, applied("Tanh", [applied("MatMul", [turned, y])]));
              } else if (operation === "MatMul") {
                // Kept small, or forty products leave what a float can hold.
                values.push(applied("Tanh", [applied("MatMul", [x, y])]));
              } else values.push(applied("Tanh", [applied(operation, [x, y])]));
            }
            const program = programOf([values.at(-1)!, values[0]!, values[Math.floor(values.length / 2)]!]);
            if (!program.ok) throw new Error(program.problem.message);
            await expectSame(backend, program.value, valuesFor(program.value, seed));
          },
        ),
        { numRuns: 60 },
      );
    });

    test("a program over private rows is refused", async () => {
      const program = programOf([applied("Relu", [input("x", ["rows", 3])])]);
      if (!program.ok) throw new Error(program.problem.message);
      const compiled = await backend.compile(program.value);
      expect(compiled.ok ? "" : compiled.problem.code).toBe("shapes-do-not-fit");
    });

    test("a run leaves nothing behind for the next one", async () => {
      const x = input("x", [3, 5]);
      const program = programOf([
        applied("Add", [applied("MatMul", [x, input("w", [5, 2])]), input("b", [2])]),
      ]);
      if (!program.ok) throw new Error(program.problem.message);
      const compiled = await backend.compile(program.value);
      if (!compiled.ok) throw new Error(compiled.problem.message);
      const values = valuesFor(program.value, 1);
      const [first] = (await compiled.value.run(values)).map((output) => output.slice());
      await compiled.value.run(valuesFor(program.value, 2));
      expect((await compiled.value.run(values))[0]).toEqual(first);
      await expect(compiled.value.run(new Map([["x", new Float32Array(15)]]))).rejects.toThrow();
      compiled.value.close();
    });
  });
}

export function input(name: string, sizes: readonly (number | "rows")[]): Expression {
  return { node: { kind: "input", name, shape: sizes } };
}

export function applied(
  operation: string,
  inputs: readonly Expression[],
  attributes: Attributes = {},
): Expression {
  return { node: { kind: "operation", operation, inputs, attributes } };
}

function programOfCase({ operation, shapes, attributes = {} }: Case): Program | undefined {
  const inputs = shapes.map((sizes, at) => input(`x${at}`, sizes));
  const program = programOf([applied(operation, inputs, attributes)]);
  // A window that is larger than its image, for example.
  return program.ok ? program.value : undefined;
}

/** Numbers from about -2 to 2, some of them equal, from a seed. */
export function valuesFor(program: Program, seed: number): Map<string, Numbers> {
  const values = new Map<string, Numbers>();
  let state = (seed >>> 0) + 1;
  for (const node of program.nodes) {
    if (node.kind !== "input") continue;
    const numbers = new Float32Array(sizeOf(node.shape as readonly number[]));
    for (let at = 0; at < numbers.length; at++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      numbers[at] = Math.round((state / 2 ** 32 - 0.5) * 128) / 32;
    }
    values.set(node.name, numbers);
  }
  return values;
}

/** A place from -size to size - 1. */
function insideOf(size: number, number: number): number {
  const place = Math.round(number * 8) % size;
  return place === 0 ? 0 : place;
}

async function expectSame(
  backend: Backend,
  program: Program,
  values: ReadonlyMap<string, Numbers>,
): Promise<void> {
  const [found, expected] = await Promise.all([
    run(backend, program, values),
    run(scriptBackend, program, values),
  ]);
  for (const [output, numbers] of expected.entries()) {
    expect(found[output]!.length).toBe(numbers.length);
    for (const [at, value] of numbers.entries()) {
      const here = found[output]![at]!;
      const isSame =
        Object.is(here, value) ||
        here === value ||
        Math.abs(here - value) <= tolerance * (1 + Math.abs(value));
      if (!isSame) throw new Error(`output ${output}, element ${at}: ${here} where the script has ${value}`);
    }
  }
}

async function run(backend: Backend, program: Program, values: ReadonlyMap<string, Numbers>) {
  const compiled = await backend.compile(program);
  if (!compiled.ok) throw new Error(compiled.problem.message);
  const outputs = await compiled.value.run(values);
  compiled.value.close();
  return outputs;
}
