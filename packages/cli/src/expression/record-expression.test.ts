import type { NestedNumbers } from "@unseen/program";
import fc from "fast-check";
import { AskRefused, type Tensor, tensor } from "unseen";
import { expect, test } from "vitest";
import type { ColumnFacts } from "./columns.ts";
import { functions } from "./functions.ts";
import { parseExpression } from "./parse-expression.ts";
import { recordExpression } from "./record-expression.ts";

// Plain local tensors stand in for private columns: they have the same methods and show what comes out.
const schema: readonly ColumnFacts[] = [
  { name: "bp", type: "number", least: 60, greatest: 140 },
  { name: "bmi", type: "number", least: 10, greatest: 50 },
  { name: "sex", type: "category", categories: ["female", "male"] },
  { name: "blood sugar", type: "number", least: 0, greatest: 10 },
];
const values: Readonly<Record<string, number[]>> = {
  bp: [70, 90, 110, 130],
  bmi: [20, 25, 30, 35],
  sex: [0, 1, 1, 0],
  "blood sugar": [1, 2, 3, 4],
};
const clinic = {
  schema,
  column: (name: string): Tensor => {
    const numbers = values[name];
    if (numbers === undefined) throw new AskRefused({ code: "column-unknown", message: `no column ${name}` });
    return tensor(numbers);
  },
};

test.each<[string, NestedNumbers]>([
  ["mean(bp)", 100],
  ["mean(bp > 80)", 0.75],
  ["sum(where(sex == 1, bp, 0)) / sum(sex == 1)", 100],
  ["count()", 4],
  ['mean(`blood sugar`) + mean("blood sugar")', 5],
  ["histogram(bp, 4)", [1, 1, 1, 1]],
  ["histogram(bp, 2, 60, 140)", [2, 2]],
  ["counts(sex)", [2, 2]],
  ["people()", 4],
  ["people(bp > 80)", 3],
  ["peopleby(sex)", [2, 2]],
  ["peopleby(sex, 1)", [2, 2]],
  ["personsum(bp, 0, 100)", 360],
  ["personmean(bp, 0, 100)", 90],
  ["personsumby(bp, sex, 0, 100)", [170, 190]],
  ["personmeanby(bp, sex, 0, 100)", [85, 95]],
  ["median(bp, 6)", [105]],
  ["quantile(bp, 0.5, 60)", [100.5]],
  ["mostcommon(sex)", [0]],
  ["mostcommon(sex, 2)", [0, 1]],
  ["countsabove(sex, 1, 2)", [1, 1]],
  ["countsabove(sex, 1)", [1, -1]],
  ["sumabove(bp, 399)", [1]],
  ["sumabove(bp, 400)", [0]],
  ["quantile(bp, [0.5, 1], 6)", [100, 130]],
  ["meanwhere(bmi, bp > 80)", 30],
  ["meanby(bp, sex)", [100, 100]],
  [
    "table(sex, sex)",
    [
      [2, 0],
      [0, 2],
    ],
  ],
  [
    "correlation(bp, bmi)",
    [
      [1, 1],
      [1, 1],
    ],
  ],
  ["topk(counts(sex) + [0, 1], 1)", [3]],
  ["argsort(counts(sex) + [1, 0])", [1, 0]],
  ["eigen(covariance(bp))", [[500, 1]]],
  ["histogram(sex)", [2, 2]],
  ['mean(sex == "male")', 0.5],
  ['sum("female" != sex)', 2],
  ["mean(columns(bp, bmi), 0)", [100, 27.5]],
  ["sum(matmul(columns(bp, bmi), [1, 2]))", 620],
  [
    "covariance(bp, bmi)",
    [
      [500, 125],
      [125, 31.25],
    ],
  ],
  ["var(bmi)", 31.25],
  ["mean(clip(bp, 80, 120))", 100],
  ["mean(100 - bp)", 0],
  ["sum(1 / `blood sugar`) * 12", 25],
  ["sum(2 ^ `blood sugar`)", 30],
  ["sum(100 > bp) + sum(100 >= bp) + sum(100 < bp) + sum(100 <= bp)", 8],
  ["mean(bp > 80 and not bp > 120)", 0.5],
  ["-mean(bp) * (1 + 2 * 3)", -700],
  ["mean(min(bp, 100)) - min(bp)", 20],
  ["argmax(counts(sex))", 0],
])("%s asks what it says", (text, expected) => {
  const value = recorded(text);
  if (!value.ok) throw new Error(value.problem.message);
  const got = [...value.value.data];
  expect(got.length).toBe([expected].flat(9).length);
  for (const [at, one] of [expected].flat(9).entries()) expect(got[at]!).toBeCloseTo(one as number, 9);
});

test.each([
  ["1 + 2", "expression-malformed", "asks nothing of the dataset"],
  ["mena(bp)", "expression-malformed", "did you mean mean(x[, axis])"],
  ["average(bp)", "expression-malformed", "did you mean mean(x[, axis])"],
  ["pow(bp, 2)", "expression-malformed", "the operator ^"],
  ["constructor(bp)", "expression-malformed", "the functions are"],
  ["__proto__(bp)", "expression-malformed", "no function"],
  ["mean", "expression-malformed", "mean is a function"],
  ["mean(bp, bmi)", "expression-malformed", "mean(columns(a, b), 0)"],
  ["mean()", "expression-malformed", "mean takes at least 1 value, not 0"],
  ["clip(bp, 1)", "expression-malformed", "clip takes 3 values, not 2"],
  ["clip(bp, bmi, 100)", "expression-malformed", "must not depend on the data"],
  ["clip(bp, [1], 100)", "expression-malformed", "a single number was expected"],
  ["histogram(bp)", "expression-malformed", "number of bins"],
  ["histogram(bp + 1, 10)", "expression-malformed", "declared bounds"],
  ["counts(bp)", "expression-malformed", "category column"],
  ['mean(sex == "other")', "expression-malformed", "no such category"],
  ["mean(3)", "expression-malformed", "a column was expected"],
  ["1 / 0 + bp", "expression-malformed", "finite number"],
  ["mean(bpp)", "column-unknown", "no column bpp"],
  ["mean(bp * [1, 2])", "shapes-do-not-fit", ""],
  ["mean(0 ^ bp)", "constant-not-finite", "above 0"],
])("%s is refused with %s", (text, code, words) => {
  const value = recorded(text);
  if (value.ok) throw new Error("it was recorded");
  expect(value.problem.code).toBe(code);
  expect(`${value.problem.message}\n${value.problem.hint}`).toContain(words);
  expect(value.problem.hint).toContain("^");
});

const written = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      "bp",
      "bmi",
      "sex",
      "`blood sugar`",
      "nobody",
      '"male"',
      "2",
      "0",
      "-1",
      "[1, 2]",
      "[[1], [2]]",
      "[]",
    ),
    fc
      .tuple(tie("text"), fc.constantFrom("+", "-", "*", "/", "^", "==", "and"), tie("text"))
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    fc
      .tuple(fc.constantFrom(...Object.keys(functions), "toString"), fc.array(tie("text"), { maxLength: 4 }))
      .map(([name, given]) => `${name}(${given.join(", ")})`),
  ),
})).text;

test("any well-formed expression is recorded or refused with a problem, and never throws", () => {
  fc.assert(
    fc.property(written, (text) => {
      const value = recorded(text);
      if (!value.ok) expect(value.problem.message).not.toBe("");
    }),
    { numRuns: 2_000 },
  );
});

function recorded(text: string) {
  const parsed = parseExpression(text);
  return parsed.ok ? recordExpression(text, parsed.value, clinic) : parsed;
}
