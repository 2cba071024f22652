// Without noise, a planned answer is the plain one, but for the grid that each row was put on.

import { evaluate } from "@unseen/compute";
import fc from "fast-check";
import { expect, test } from "vitest";
import { answerWithoutNoise } from "../testing/answer-without-noise.ts";
import { countedDataset, Question, smallDataset } from "../testing/small-questions.ts";
import type { Columns } from "./exact-sums.ts";
import { planAnswer } from "./plan-answer.ts";
import { sumsOfStage } from "./stage.ts";

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
  const inputs = new Map(
    [...columns].map(([name, data]) => [name, { shape: [rows.length], data: data as Float64Array }]),
  );
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

test("a correlation", () => {
  fc.assert(
    fc.property(someRows, fc.boolean(), (rows, counted) => {
      // Where a column hardly varies, its correlation is that of the grid's rounding.
      const spread = (which: 0 | 1) => {
        const values = rows.map((one) => one[which]);
        return Math.max(...values) - Math.min(...values);
      };
      fc.pre(spread(0) > 0.05 && spread(1) > 5);
      const question = new Question();
      question.op("Correlation", [question.matrix("a", "b", "a")]);
      expectClose(question, rows, counted, 1e-3);
    }),
  );
});

test("quantiles, and they never cross", () => {
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(
      someRows,
      shares,
      fc.integer({ min: 1, max: 100 }),
      fc.constantFrom([-5, 100], [0, 1], [10, 40]),
      fc.boolean(),
      (rows, drawn, bins, bounds, counted) => {
        const q = drawn.toSorted((x, y) => x - y);
        const question = new Question();
        question.op("Quantile", [question.input("b")], { q, bounds, bins });
        expectClose(question, rows, counted, 0);
        const declared = new Question();
        declared.op("Quantile", [declared.input("b")], { q, bins });
        const { data } = bothWays(declared, rows, counted).planned[0]!;
        for (const [at, value] of data.entries()) {
          const [least, greatest] = [data[at - 1] ?? -5, 100];
          expect(value).toBeGreaterThanOrEqual(least);
          expect(value).toBeLessThanOrEqual(greatest);
        }
      },
    ),
  );
});

test("a median lies within one bin of a value that half of the rows reach", () => {
  fc.assert(
    fc.property(someRows, fc.integer({ min: 10, max: 200 }), (rows, bins) => {
      const question = new Question();
      question.op("Quantile", [question.input("b")], { q: [0.5], bins });
      const median = bothWays(question, rows, false).planned[0]!.data[0]!;
      const values = rows.map(([, b]) => b).toSorted((x, y) => x - y);
      const width = 105 / bins;
      expect(median).toBeGreaterThanOrEqual(values[Math.ceil(rows.length / 2) - 1]! - width - 1e-9);
      expect(median).toBeLessThanOrEqual(values[Math.ceil(rows.length / 2) - 1]! + width + 1e-9);
    }),
  );
});

test("means and variances of those that were chosen, one or many groups", () => {
  fc.assert(
    fc.property(someRows, fc.integer({ min: -5, max: 99 }), fc.boolean(), (rows, threshold, counted) => {
      fc.pre(
        rows.some(([, b]) => b > threshold) && rows.some(([a]) => a < 0.5) && rows.some(([a]) => a >= 0.5),
      );
      const question = new Question();
      const [a, b] = [question.input("a"), question.input("b")];
      const chosen = question.op("Greater", [b, question.constant([], [threshold])]);
      const half = question.op("Floor", [question.op("Mul", [a, question.constant([], [1.999])])]);
      const groups = question.op("OneHot", [half], { depth: 2 });
      const standing = question.op("Reshape", [b], { shape: [0, 1] });
      const outputs = [
        question.op("MeanWhere", [a, chosen]),
        question.op("MeanWhere", [b, chosen]),
        question.op("MeanWhere", [standing, groups]),
        question.op("VarianceWhere", [a, chosen]),
        question.op("VarianceWhere", [standing, groups]),
      ];
      fc.pre(
        rows.some(([x]) => Math.floor(x * 1.999) === 0) && rows.some(([x]) => Math.floor(x * 1.999) === 1),
      );
      const { planned, plain } = bothWays(question, rows, counted, outputs);
      const within = [1e-6, stepOfMean, stepOfMean, 1e-6, 2 * stepOfSquares];
      for (const [which, answer] of plain.entries()) {
        expect(planned[which]!.shape).toEqual(answer.shape);
        for (const [at, value] of answer.data.entries())
          expect(Math.abs(planned[which]!.data[at]! - value), `${which}`).toBeLessThanOrEqual(within[which]!);
      }
    }),
  );
});

test("one row counts in one group, so many groups cost no more noise than one", () => {
  const question = new Question();
  const groups = question.op("OneHot", [question.input("b")], { depth: 50 });
  const standing = question.op("Reshape", [question.input("a")], { shape: [0, 1] });
  question.op("MeanWhere", [standing, groups]);
  const plan = planAnswer(question.program(), smallDataset({ mostRowsEach: 1 }));
  if (!plan.ok) throw new Error(plan.problem.message);
  const questions = sumsOfStage(plan.value, 0, new Map());
  if (!questions.ok) throw new Error(questions.problem.message);
  const [deviations, counts] = questions.value;
  // A half, the distance from the middle of [0, 1] to its ends, in steps of 2^-25; and one.
  expect(deviations!.sensitivity.l1).toBe(2n ** 24n);
  expect(counts!.sensitivity.l1).toBe(1n);
});

test("the mean of nobody is the middle of the bounds, and their quantile too", () => {
  const question = new Question();
  const b = question.input("b");
  const nobody = question.op("Greater", [b, question.constant([], [100])]);
  const outputs = [
    question.op("MeanWhere", [b, nobody]),
    question.op("Quantile", [question.op("Where", [nobody, b, b])], { q: [0.5] }),
  ];
  const { planned } = bothWays(question, [[0, 1]], false, outputs);
  expect(planned[0]!.data[0]).toBe(47.5);
  const none = planAnswer(question.program(outputs[1]!), smallDataset());
  if (!none.ok) throw new Error(none.problem.message);
  expect(answerWithoutNoise(none.value, columnsOf([]), 0)[0]!.data[0]).toBe(47.5);
});

test("principal components of a released covariance", () => {
  fc.assert(
    fc.property(someRows, fc.boolean(), (rows, counted) => {
      const question = new Question();
      question.op("EigenSymmetric", [question.op("Covariance", [question.matrix("a", "b")])]);
      const { planned, plain } = bothWays(question, rows, counted);
      for (const at of [0, 3])
        expect(Math.abs(planned[0]!.data[at]! - plain[0]!.data[at]!)).toBeLessThanOrEqual(3 * stepOfSquares);
    }),
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
