import { expect, test } from "vitest";
import { BrokenInvariant, invariant } from "./invariant.ts";
import { err, ok, type Result } from "./result.ts";

test("what is true passes and what is not throws with the rule's name", () => {
  expect(() => invariant(true, "never seen")).not.toThrow();
  expect(() => invariant(0, "a price is above zero")).toThrow(BrokenInvariant);
  expect(() => invariant(undefined, "a price is above zero")).toThrow("a price is above zero");
});

test("a result is told apart by `ok` alone", () => {
  const half = (even: number): Result<number, "odd"> => (even % 2 === 0 ? ok(even / 2) : err("odd"));
  expect(half(4)).toEqual({ ok: true, value: 2 });
  expect(half(3)).toEqual({ ok: false, problem: "odd" });
});
