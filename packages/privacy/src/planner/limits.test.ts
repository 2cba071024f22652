// Short messages that ask for much work. Each is refused, or answered within the time that a test has.

import { makeProgram } from "@unseen/program";
import { expect, test } from "vitest";
import { Question, smallDataset } from "../testing/small-questions.ts";
import { planAnswer } from "./plan-answer.ts";

function refusal(write: (question: Question) => void): string | undefined {
  const question = new Question();
  write(question);
  const program = makeProgram(question.draft());
  if (!program.ok) return program.problem.code;
  const plan = planAnswer(program.value, smallDataset());
  return plan.ok ? undefined : plan.problem.code;
}

const wide = (question: Question) =>
  question.op("OneHot", [question.op("OneHot", [question.input("a")], { depth: 65_536 })], { depth: 64 });

test.each<[name: string, write: (question: Question) => void]>([
  [
    "millions of numbers in each of a few results on a row",
    (q) => {
      let x = wide(q);
      for (let at = 0; at < 6; at++) x = q.op("Tanh", [x]);
      q.op("ReduceSum", [x]);
    },
  ],
  [
    "thousands of numbers in each of thousands of results on a row",
    (q) => {
      let x = q.op("OneHot", [q.input("a")], { depth: 4_000 });
      for (let at = 0; at < 1_900; at++) x = q.op("Tanh", [x]);
      q.op("ReduceSum", [x]);
    },
  ],
  [
    "the same millions of numbers sliced many times over",
    (q) => {
      let x = q.op("Reshape", [wide(q)], { shape: [0, -1] });
      for (let at = 0; at < 30; at++) x = q.op("Slice", [x], { axis: 1, start: 1 });
      q.op("ReduceSum", [x]);
    },
  ],
  [
    "hundreds of sums, each a long way from its column",
    (q) => {
      const steps = [q.op("OneHot", [q.input("a")], { depth: 1_000 })];
      for (let at = 0; at < 900; at++) steps.push(q.op("Tanh", [steps.at(-1)!]));
      for (const step of steps) q.op("ReduceSum", [step], { axes: [0] });
    },
  ],
  [
    "dozens of the largest histograms",
    (q) => {
      const a = q.input("a");
      for (let at = 0; at < 60; at++) q.op("Histogram", [a], { bins: 65_536, min: 0, max: 1 + at });
    },
  ],
  [
    "the covariance of thousands of columns",
    (q) => {
      q.op("Covariance", [q.op("OneHot", [q.input("a")], { depth: 2_000 })]);
    },
  ],
  [
    "the mean of hundreds of thousands of columns",
    (q) => {
      q.op(
        "ReduceMean",
        [q.op("OneHot", [q.op("OneHot", [q.input("a")], { depth: 65_536 })], { depth: 4 })],
        { axes: [0] },
      );
    },
  ],
  [
    "matrix products of public numbers one after the other",
    (q) => {
      const first = q.constant([256, 256], new Array(65_536).fill(0.001));
      for (let at = 0, x = first; at < 500; at++) x = q.op("MatMul", [x, first]);
    },
  ],
  [
    "public numbers broadcast against each other",
    (q) => {
      const [row, column] = [
        q.constant([2_048], new Array(2_048).fill(1)),
        q.constant([2_048, 1], new Array(2_048).fill(1)),
      ];
      for (let at = 0, x = q.op("Add", [row, column]); at < 100; at++) x = q.op("Tanh", [x]);
    },
  ],
  [
    "a constant that doubles with every step",
    (q) => {
      for (let at = 0, x = q.constant([1], [1]); at < 40; at++) x = q.op("Concat", [x, x], { axis: 0 });
    },
  ],
  [
    "a kernel as large as the image that it moves over",
    (q) => {
      const image = q.op("Reshape", [q.op("OneHot", [q.input("a")], { depth: 65_536 })], {
        shape: [0, 1, 256, 256],
      });
      const kernel = q.op("Expand", [q.constant([1, 1, 1, 1], [1])], { shape: [1, 1, 100, 100] });
      q.op("ReduceSum", [q.op("Conv", [image, kernel])], { axes: [0] });
    },
  ],
  [
    "a window over every pixel of an image that nobody sent",
    (q) => {
      const image = q.op("Expand", [q.constant([1, 1, 1, 1], [1])], { shape: [1, 1, 2_000, 2_000] });
      q.op("MaxPool", [image], { kernel_shape: [500, 500], strides: [1, 1] });
    },
  ],
  [
    "numbers that are repeated over and over",
    (q) => {
      const hot = q.op("OneHot", [q.input("a")], { depth: 64 });
      let x = q.op("Reshape", [hot], { shape: [0, 1, 64] });
      for (let at = 0; at < 40; at++)
        x = q.op("Expand", [q.op("ReduceSum", [x], { axes: [1], keepdims: 1 })], { shape: [1, 4_000, 64] });
      q.op("ReduceSum", [x], { axes: [0] });
    },
  ],
  [
    "every place of a long line for each of thousands of indices",
    (q) => {
      const hot = q.op("OneHot", [q.input("a")], { depth: 4_000 });
      q.op("ReduceSum", [q.op("GatherElements", [hot, hot], { axis: 1 })], { axes: [0] });
    },
  ],
  [
    "an empty tensor with long axes",
    (q) => {
      q.op("Slice", [q.constant([4_194_304, 4_194_304, 4_194_304, 0], [])], { axis: 3, start: 0, end: 5 });
    },
  ],
  [
    "an empty tensor reshaped to long axes",
    (q) => {
      q.op("Reshape", [q.constant([0], [])], { shape: [2 ** 53 - 1, 2 ** 53 - 1, 2 ** 53 - 1, -1] });
    },
  ],
])("refused as too large: %s", (_, write) => {
  expect(refusal(write)).toBe("program-too-large");
});

test("what is as large as one row may be is planned", () => {
  expect(
    refusal((q) => void q.op("Histogram", [q.input("a")], { bins: 65_536, min: 0, max: 1 })),
  ).toBeUndefined();
  const variance = (q: Question) => {
    const hot = q.op("OneHot", [q.input("a")], { depth: 65_536 });
    q.op("ReduceSum", [q.op("Variance", [q.op("Concat", [hot, hot, hot], { axis: 1 })], { axes: [1] })]);
  };
  expect(refusal(variance)).toBeUndefined();
});

test("a sum of no numbers needs nobody's row", () => {
  const question = new Question();
  const none = question.op("Slice", [question.matrix("a", "b")], { axis: 1, start: 0, end: 0 });
  question.op("ReduceSum", [none], { axes: [0] });
  const plan = planAnswer(question.program(), smallDataset());
  expect(plan.ok && plan.value.cuts).toEqual([]);
});

test("how much work a row may take falls with the rows that the card allows for, and not with those that are there", () => {
  const question = new Question();
  const hot = question.op("OneHot", [question.input("a")], { depth: 60_000 });
  question.op("ReduceSum", [question.op("Tanh", [hot])], { axes: [0] });
  const program = makeProgram(question.draft());
  if (!program.ok) throw new Error(program.problem.message);
  const planned = (mostRows: number) => planAnswer(program.value, smallDataset({ mostRows }));
  expect(planned(100_000)).toMatchObject({ ok: true });
  expect(planned(100_000_000)).toMatchObject({ ok: false, problem: { code: "program-too-large" } });
});

test("what error bars repeat on released numbers is counted as the time that it takes", () => {
  const of = (operation: string) => {
    const question = new Question();
    let last = question.op("Histogram", [question.input("a")], { bins: 1_300, min: 0, max: 1 });
    for (let times = 0; times < 1_500; times++) last = question.op(operation, [last]);
    question.op("ReduceSum", [last], { axes: [0] });
    const program = makeProgram(question.draft());
    if (!program.ok) throw new Error(program.problem.message);
    return planAnswer(program.value, smallDataset());
  };
  // These held a node up for three and four seconds, free of charge.
  expect(of("Abs")).toMatchObject({ ok: false, problem: { code: "program-too-large" } });
  expect(of("Sin")).toMatchObject({ ok: false, problem: { code: "program-too-large" } });
});
