import { programOf } from "@unseen/program";
import fc from "fast-check";
import { expect, test } from "vitest";
import { applied, backendContract, input } from "../backend-contract-for-tests.ts";
import { wasmBackend } from "./wasm-backend.ts";

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
