import { operations } from "@unseen/program";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { missed, operationCases } from "../testing/operation-cases.ts";
import { oneOperation, onShares, plainly, priced, type TestInput } from "../testing/programs.ts";
import { protocolsUnderTest } from "../testing/protocols.ts";
import { notOnShares } from "./not-on-shares.ts";
import { sharesRules } from "./rules/index.ts";

/** Ten thousand more are drawn nightly, over memory, threads and processes. */
const runs = 3;

describe.each(protocolsUnderTest)("$name", (under) => {
  test.each(operationCases)(
    "%s gives the plain numbers, for its price, and keeps no memory",
    async (name, drawn) => {
      await fc.assert(
        fc.asyncProperty(drawn, async ({ inputs, attributes }) => {
          const program = oneOperation(name, inputs, attributes);
          const named = new Map(
            inputs.flatMap((input, at) => ("from" in input ? [[`input ${at}`, input] as const] : [])),
          );
          const [wanted] = plainly(program, named);
          const run = await onShares(under, program, named);
          if (!run.values.ok) throw new Error(run.values.problem.message);
          const [value] = run.values.value;
          expect(missed(name, value!, wanted!)).toBeUndefined();
          const price = await priced(under, program, named);
          expect(price).toEqual({ ok: true, value: run.spent });
          expect(run.kept).toBe(0);
        }),
        { numRuns: runs },
      );
    },
  );

  test("a number that could be too large is refused by the price and by the run alike", async () => {
    const large: TestInput = {
      from: 0,
      shape: [2],
      isWhole: false,
      least: -1e9,
      greatest: 1e9,
      data: [1, 2],
    };
    const program = oneOperation("Mul", [large, large]);
    const named = new Map([
      ["input 0", large],
      ["input 1", large],
    ]);
    const run = await onShares(under, program, named);
    expect(run.values).toMatchObject({ ok: false, problem: { code: "range-exceeded" } });
    expect(await priced(under, program, named)).toEqual(run.values);
    expect(run.kept).toBe(0);
  });
});

test("every operation has a reading on shares or a reason against it", () => {
  const without = [...operations.keys()].filter((name) => !sharesRules.has(name) && !notOnShares.has(name));
  expect(without).toEqual([]);
  expect([...sharesRules.keys()].filter((name) => notOnShares.has(name))).toEqual([]);
});
