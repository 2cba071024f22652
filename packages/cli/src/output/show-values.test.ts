import type { NestedNumbers } from "@unseen/program";
import { expect, test } from "vitest";
import { answerLabels } from "../expression/answer-labels.ts";
import type { ColumnFacts } from "../expression/columns.ts";
import { parseExpression } from "../expression/parse-expression.ts";
import { showValues } from "./show-values.ts";
import { titled, wrapped } from "./table.ts";

const schema: readonly ColumnFacts[] = [
  { name: "bp", type: "number", least: 60, greatest: 140 },
  { name: "sex", type: "category", categories: ["female", "male"] },
];

test("a single number stands with its half-width", () => {
  expect(shown("mean(bp)", 94.6347, 0.6543)).toBe("94.63 ± 0.65");
});

test("counts are drawn as bars beside what they count", () => {
  const bars = (length: number) => `│${"█".repeat(length)}`;
  expect(shown("histogram(bp, 2)", [10, 20], [3, 3])).toBe(
    ` 60 to 100  10  ± 3  ${bars(18)}\n100 to 140  20  ± 3  ${bars(36)}`,
  );
  expect(shown("histogram(bp + 1, 2, -1, 1)", [10, 20], [3, 3])).toContain("-1 to  0  10");
  expect(shown("counts(sex)", [5, -1], [3, 3])).toBe(`female   5  ± 3  ${bars(36)}\nmale    -1  ± 3  │`);
});

test("a histogram of nothing but noise is drawn without bars that lie", () => {
  expect(shown("counts(sex)", [0, -3], [3, 3])).not.toContain("█");
});

test("columns name vectors and both sides of a covariance", () => {
  expect(shown("mean(columns(bp, sex), 0)", [94.3, 0.5], [2, 0.1])).toBe(
    "bp   94.3  ± 2.0\nsex  0.50  ± 0.10",
  );
  const matrix = [
    [1, 2],
    [2, 4],
  ];
  expect(shown("covariance(bp, sex)", matrix, matrix)).toBe(
    "        bp    sex\nbp   1 ± 1  2 ± 2\nsex  2 ± 2  4 ± 4",
  );
});

test("what has no names is numbered, and deep answers are still written out", () => {
  expect(shown("columns(bp, 2 * bp)", [1, 2], [1, 1])).toBe("[0]  1  ± 1\n[1]  2  ± 1");
  expect(shown("mean(bp)", [[[1, 2]]], [[[1, 1]]])).toBe("[1 ± 1, 2 ± 1]");
});

test("long text is broken between words beside its title", () => {
  expect(wrapped("one two three", 7)).toBe("one two\nthree");
  expect(titled([["a", "one two three four five six"]], 26)).toBe("a  one two three four five\n   six");
});

function shown(text: string, value: NestedNumbers, plusMinus: NestedNumbers): string {
  const parsed = parseExpression(text);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  const count = typeof value === "number" ? 1 : value.length;
  return showValues(value, plusMinus, answerLabels(parsed.value, schema, count));
}
