// Mechanisms and rules that are broken on purpose. More wrong rules of the planner stand in `testing/wrong-rules.ts`
// and are caught in `planner/sensitivity.test.ts`; wrong samplers in `samplers/exact-distribution.test.ts`.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { choiceMutants } from "./choice-mutants-for-tests.ts";
import { noiseMutants } from "./noise-mutants-for-tests.ts";
import { ruleMutants } from "./rule-mutants-for-tests.ts";

const mutants = [...noiseMutants, ...choiceMutants, ...ruleMutants];

test.each(mutants)("caught by the $caughtBy: $name", ({ isWrongCaught }) => {
  expect(isWrongCaught()).toBe(true);
});

test.each(mutants)("the same check passes the right twin of: $name", ({ isRightCaught }) => {
  expect(isRightCaught()).toBe(false);
});

test("there are at least forty mutants, each under its own name, and the page that lists them lists these", () => {
  const names = mutants.map(({ name }) => name);
  expect(names.length).toBeGreaterThanOrEqual(40);
  expect(new Set(names).size).toBe(names.length);
  const page = readFileSync(new URL("../../../../docs/how-we-know.md", import.meta.url), "utf8");
  const listed = [...page.matchAll(/^\| ([^|]+) \| (stochastic tester|exact law|property) \|$/gm)];
  expect(listed.map(([, name, by]) => `${name}: ${by}`)).toEqual(
    mutants.map(({ name, caughtBy }) => `${name}: ${caughtBy}`),
  );
});
