import fc from "fast-check";
import { expect, test } from "vitest";
import { type ExpressionTree, parseExpression } from "./parse-expression.ts";

test("a question is read as a tree of functions, operators, columns and numbers", () => {
  expect(printed("sum(where(sex == 1, bp, 0)) / count()")).toBe("(sum(where((sex == 1) bp 0)) / count())");
  expect(printed("histogram(bp, 10, 60, 1.4e2)")).toBe("histogram(bp 10 60 140)");
  expect(printed("matmul(columns(a, b), [.5, -2])")).toBe("matmul(columns(a b) [0.5 (- 2)])");
  expect(printed('mean("systolic bp") - mean(`a,b`)')).toBe('(mean("systolic bp") - mean("a,b"))');
});

test.each([
  ["1 + 2 * 3", "(1 + (2 * 3))"],
  ["1 - 2 - 3", "((1 - 2) - 3)"],
  ["2 ^ 3 ^ 2", "(2 ^ (3 ^ 2))"],
  ["2 ** 3", "(2 ^ 3)"],
  ["-x ^ 2", "(- (x ^ 2))"],
  ["2 ^ -x * 3", "((2 ^ (- x)) * 3)"],
  ["a and b or c and d", "((a and b) or (c and d))"],
  ["not a > 1 and b", "((not (a > 1)) and b)"],
  ["a + 1 >= b * 2", "((a + 1) >= (b * 2))"],
  ["(a > 1) == (b != 2)", "((a > 1) == (b != 2))"],
  ["--a", "(- (- a))"],
])("%s groups as %s", (text, expected) => {
  expect(printed(text)).toBe(expected);
});

test.each([
  ["", 1, "ends where a value was expected"],
  ["mean(", 6, "ends where a value was expected"],
  ["mean(bp", 8, 'the "(" of column 5 was expected to close'],
  ["mean(bp]", 8, 'the "(" of column 5 was expected to close'],
  ["mean(bp) mean(s1)", 10, "cannot follow"],
  ["bp = 3", 4, "no meaning"],
  ["* 3", 1, "a value was expected before *"],
  ["mean(,bp)", 6, "a value was expected before ,"],
  ["bp and", 7, "ends where a value was expected"],
  ['mean("bp)', 6, "begins here and does not end"],
  ["90 < bp < 110", 9, "do not chain"],
  ["1e999", 1, "too large"],
  ["größe + ü $", 11, "no meaning"],
])("%s is refused, pointing at column %i", (text, column, message) => {
  const parsed = parseExpression(text);
  if (parsed.ok) throw new Error("it was read");
  expect(parsed.problem.code).toBe("expression-malformed");
  expect(parsed.problem.message).toContain(message);
  expect(parsed.problem.message).toContain(`(column ${column})`);
  expect(parsed.problem.facts).toEqual({ column: String(column) });
  const [shown, caret] = parsed.problem.hint!.split("\n");
  expect(caret).toBe(`${" ".repeat(column - 1)}^`);
  expect(shown).toBe(text);
});

test("nesting and length have an end before the stack does", () => {
  for (const text of [
    "(".repeat(5_000),
    "-".repeat(9_000),
    "abs(".repeat(2_400),
    "not ".repeat(2_400),
    "2^".repeat(4_900),
    "[".repeat(9_000),
  ])
    expect(parseExpression(text)).toMatchObject({ ok: false, problem: { code: "expression-malformed" } });
  expect(parseExpression("x".repeat(20_000))).toMatchObject({ ok: false });
  expect(parseExpression(`x${" + x".repeat(2_000)}`).ok).toBe(true);
});

const piece = fc.constantFrom(
  ...'mean ( ) [ ] , + - * / ^ ** > >= < <= == != and or not bp `a b` "c" \' = 1 .5 2e3 1e 0x . $ é 😀 \u0000 \n'.split(
    " ",
  ),
);

test("whatever is typed, the parser gives a tree or a problem with its column, and never throws", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(" ")),
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join("")),
  );
  fc.assert(
    fc.property(anything, (text) => {
      const parsed = parseExpression(text);
      if (parsed.ok) return;
      expect(parsed.problem.code).toBe("expression-malformed");
      const column = Number(parsed.problem.facts?.column);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(column).toBeLessThanOrEqual([...text].length + 1);
    }),
    { numRuns: 3_000 },
  );
});

const name = fc.constantFrom("a", "bp", "s_1");
const trees = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 5 },
    name,
    fc.nat({ max: 99 }).map(String),
    fc
      .tuple(tie("text"), fc.constantFrom("+", "-", "*", "/", "^", "and", "or"), tie("text"))
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie("text").map((of) => `(- ${of})`),
    tie("text").map((of) => `(not ${of})`),
    fc.array(tie("text"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
    fc.array(tie("text"), { maxLength: 3 }).map((given) => `abs(${given.join(", ")})`),
  ),
})).text;

test("what is written with all its brackets is read back as it was written", () => {
  fc.assert(
    fc.property(trees, (text) => {
      expect(printed(text)).toBe(text.replaceAll(",", ""));
    }),
  );
});

function printed(text: string): string {
  const parsed = parseExpression(text);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return print(parsed.value);
}

function print(tree: ExpressionTree): string {
  switch (tree.kind) {
    case "number":
      return String(tree.value);
    case "name":
      return tree.isQuoted ? JSON.stringify(tree.name) : tree.name;
    case "list":
      return `[${tree.items.map(print).join(" ")}]`;
    case "unary":
      return `(${tree.operator} ${print(tree.of)})`;
    case "binary":
      return `(${print(tree.left)} ${tree.operator} ${print(tree.right)})`;
    case "call":
      return `${tree.name}(${tree.given.map(print).join(" ")})`;
    default:
      return tree satisfies never;
  }
}
