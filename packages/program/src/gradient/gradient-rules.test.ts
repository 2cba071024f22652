import fc from "fast-check";
import { expect, test } from "vitest";
import { operations } from "../operations/index.ts";
import { checkGradient, expectNear, gradientOf, made, weighed } from "./check-gradient-for-tests.ts";
import type { Inputs } from "./finite-differences-for-tests.ts";
import { gradientCases } from "./gradient-cases-for-tests.ts";
import { notDifferentiable } from "./not-differentiable.ts";
import { flatOperations, gradientRules } from "./rules/index.ts";

const runs = 12;

test.each(gradientCases)(
  "the gradient of %s is what central differences give, and so is its own gradient",
  (name, drawn) => {
    fc.assert(
      fc.property(drawn, (one) => checkGradient(name, one)),
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
