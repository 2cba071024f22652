import { expect, test } from "vitest";
import { type Problem, problem, problemCodes } from "./problem.ts";

test("a problem is a code and a sentence, and its hint only where there is one", () => {
  expect(problem("column-unknown", "The dataset has no column bpm.", { hint: "bp" })).toEqual({
    code: "column-unknown",
    message: "The dataset has no column bpm.",
    hint: "bp",
  });
  expect(Object.keys(problem("column-unknown", "…"))).toEqual(["code", "message"]);
});

test("no code is listed twice, and each is written in small letters with hyphens", () => {
  expect(new Set(problemCodes).size).toBe(problemCodes.length);
  for (const code of problemCodes) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

test("a code that is not listed does not compile", () => {
  // @ts-expect-error not one of problemCodes
  const made: Problem = problem("something-else", "…");
  expect(made.code).toBe("something-else");
});
