// Without noise, a planned answer is the plain one, but for the grid that each row was put on.

import { evaluate } from "@unseen/compute";
import fc from "fast-check";
import { expect, test } from "vitest";
import { answerWithoutNoise } from "../testing/answer-without-noise.ts";
import { countedDataset, Question, smallDataset } from "../testing/small-questions.ts";
import type { Columns } from "./exact-sums.ts";
import { planAnswer } from "./plan-answer.ts";

type Rows = readonly (readonly [a: number, b: number])[];

/** Column a lies in [0, 1], and b is whole and in [-5, 100]. */
const row = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: -5, max: 100 }));
const someRows = fc.array(row, { minLength: 3, maxLength: 40 });
const columnsOf = (rows: Rows): Columns =>
  new Map([
    ["a", Float64Array.from(rows, ([a]) => a)],
    ["b", Float64Array.from(rows, ([, b]) => b)],
  ]);

/** Both answers of one question, the count of rows public or not. */
function bothWays(question: Question, rows: Rows, isCounted: boolean, outputs: readonly number[] = []) {
  const program = question.program(...outputs);
  const plan = planAnswer(program, isCounted ? countedDataset(rows.length) : smallDataset());
  if (!plan.ok) throw new Error(plan.problem.message);
  const columns = columnsOf(rows);
  const inputs = new Map([...columns].map(([name, data]) => [name, { shape: [rows.length], data }]));
  const plain = evaluate(program, inputs);
  if (!plain.ok) throw new Error(plain.problem.message);
  return {
    planned: answerWithoutNoise(plan.value, columns, rows.length),
    plain: plain.value,
    plan: plan.value,
  };
}

function expectClose(question: Question, rows: Rows, isCounted: boolean, within: number): void {
  const { planned, plain } = bothWays(question, rows, isCounted);
  for (const [which, answer] of plain.entries()) {
    expect(planned[which]!.shape).toEqual(answer.shape);
    for (const [at, value] of answer.data.entries())
      expect(Math.abs(planned[which]!.data[at]! - value), `element ${at}`).toBeLessThanOrEqual(within);
  }
}

const keepdims = fc.constantFrom(0, 1);
const correction = fc.constantFrom(0, 1, 2);
/** A width of 105 in steps of 2^-17, and its square of 11,025 in steps of 2^-10, a row. */
const [stepOfMean, stepOfSquares] = [2 ** -17, 2 ** -8];

test("a mean", () => {
  fc.assert(
    fc.property(
      someRows,
      keepdims,
      fc.boolean(),
      fc.constantFrom([0], [0, 1], []),
      (rows, kept, counted, axes) => {
        const question = new Question();
        question.op("ReduceMean", [question.matrix("a", "b")], { axes, keepdims: kept });
        expectClose(question, rows, counted, stepOfMean);
      },
    ),
  );
});

test.each(["Variance", "StandardDeviation"])("%s", (name) => {
  fc.assert(
    fc.property(someRows, keepdims, correction, fc.boolean(), (rows, kept, fewer, counted) => {
      const question = new Question();
      const x = question.op("Mul", [question.input("b"), question.constant([], [0.01])]);
      question.op(name, [x], { axes: [0], keepdims: kept, correction: fewer });
      // A deviation's error is the root of its variance's where the rows are alike.
      expectClose(question, rows, counted, name === "Variance" ? 1e-6 : 2e-4);
    }),
  );
});

test("a covariance", () => {
  fc.assert(
    fc.property(someRows, correction, fc.boolean(), (rows, fewer, counted) => {
      const question = new Question();
      question.op("Covariance", [question.matrix("a", "b", "a")], { correction: fewer });
      expectClose(question, rows, counted, stepOfSquares);
    }),
  );
});

test("a histogram, to the last row", () => {
  fc.assert(
    fc.property(
      someRows,
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom(
        ...([
          [-5, 100],
          [0, 1],
          [0, 0.3],
          [10, 40],
          [-1e9, 1e9],
        ] as const),
      ),
      fc.boolean(),
      fc.constantFrom("a", "b"),
      (rows, bins, [min, max], counted, name) => {
        const question = new Question();
        question.op("Histogram", [question.input(name)], { bins, min, max });
        expectClose(question, rows, counted, 0);
      },
    ),
  );
});

test("counts, sums and products", () => {
  fc.assert(
    fc.property(someRows, fc.boolean(), keepdims, (rows, counted, kept) => {
      const question = new Question();
      const [x, b] = [question.matrix("a", "b"), question.input("b")];
      const outputs = [
        question.op("Count", [b]),
        question.op("ReduceSum", [b], { axes: [0], keepdims: kept }),
        question.op("ReduceSum", [question.op("Greater", [b, question.constant([], [50])])]),
        question.op("MatMul", [b, b]),
        question.op("MatMul", [question.op("Transpose", [x]), b]),
        question.op("MatMul", [question.op("Transpose", [x]), x]),
      ];
      const { planned, plain } = bothWays(question, rows, counted, outputs);
      for (const [which, answer] of plain.entries()) {
        const exact = which < 3;
        expect(planned[which]!.shape).toEqual(answer.shape);
        for (const [at, value] of answer.data.entries())
          expect(Math.abs(planned[which]!.data[at]! - value)).toBeLessThanOrEqual(
            exact ? 0 : rows.length * stepOfSquares,
          );
      }
    }),
  );
});

test("a regression with an intercept", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 30 }),
      fc.boolean(),
      (noise, counted) => {
        const rows = noise.map(
          (a, at) => [(at % 5) / 4, Math.round(10 + 40 * ((at % 5) / 4) + 20 * a)] as const,
        );
        const question = new Question();
        const [a, b] = [question.input("a"), question.input("b")];
        const ones = question.op("Reshape", [question.op("RowOnes", [a])], { shape: [0, 1] });
        const x = question.op("Concat", [question.op("Reshape", [a], { shape: [0, 1] }), ones], { axis: 1 });
        const turned = question.op("Transpose", [x]);
        const [xx, xy] = [question.op("MatMul", [turned, x]), question.op("MatMul", [turned, b])];
        question.op("Solve", [xx, xy]);
        expectClose(question, rows, counted, 1e-3);
      },
    ),
  );
});

test("a column standardised by its own released mean and deviation", () => {
  fc.assert(
    fc.property(someRows, fc.boolean(), (rows, counted) => {
      fc.pre(new Set(rows.map(([, b]) => b)).size > 2);
      const question = new Question();
      const b = question.input("b");
      const mean = question.op("ReduceMean", [b], { axes: [0] });
      const deviation = question.op("StandardDeviation", [b], { axes: [0] });
      const standard = question.op("Div", [question.op("Sub", [b, mean]), deviation]);
      const cubed = question.op("Pow", [standard, question.constant([], [3])]);
      const skew = question.op("ReduceMean", [cubed], { axes: [0] });
      const { planned, plain, plan } = bothWays(question, rows, counted, [skew]);
      expect(plan.stages).toBe(2);
      const size = Math.max(1, Math.abs(plain[0]!.data[0]!));
      expect(Math.abs(planned[0]!.data[0]! - plain[0]!.data[0]!) / size).toBeLessThan(0.05);
    }),
  );
});

test("what has no value for a row counts as the allowed value nearest to zero", () => {
  const question = new Question();
  const roots = question.op("Asin", [question.input("b")]);
  question.op("ReduceSum", [roots], { axes: [0] });
  const { planned } = bothWays(
    question,
    [
      [0, 100],
      [0, -5],
      [0, 1],
    ],
    false,
  );
  expect(planned[0]!.data[0]).toBeCloseTo(Math.PI / 2, 5);
});

test("asked of nobody, a question still has an answer of its shape", () => {
  const question = new Question();
  const x = question.matrix("a", "b");
  const outputs = [
    question.op("ReduceMean", [x], { axes: [0] }),
    question.op("Covariance", [x]),
    question.op("Histogram", [question.input("a")], { bins: 3, min: 0, max: 1 }),
    question.op("Count", [x]),
  ];
  for (const dataset of [smallDataset(), countedDataset(0)]) {
    const plan = planAnswer(question.program(...outputs), dataset);
    if (!plan.ok) throw new Error(plan.problem.message);
    const answers = answerWithoutNoise(plan.value, columnsOf([]), 0);
    expect(answers.map(({ shape }) => shape)).toEqual([[2], [2, 2], [3], []]);
    expect(answers.every(({ data }) => data.every(Number.isFinite))).toBe(true);
  }
});

test("the same sum asked twice in one question is paid and noised once", () => {
  const question = new Question();
  const b = question.input("b");
  const outputs = [
    question.op("ReduceMean", [b], { axes: [0] }),
    question.op("ReduceMean", [question.input("b")]),
    question.op("Variance", [b], { axes: [0] }),
    question.op("Count", [question.input("a")]),
  ];
  const { plan } = bothWays(
    question,
    [
      [0, 1],
      [1, 2],
      [0, 3],
    ],
    false,
    outputs,
  );
  // The sum around the middle, the count, and the squares.
  expect(plan.cuts.length).toBe(3);
});
