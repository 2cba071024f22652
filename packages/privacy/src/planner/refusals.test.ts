// What is not answered, with its code and a hint where there is something near that would be.

import { makeProgram } from "@unseen/program";
import { expect, test } from "vitest";
import { Question, smallDataset } from "../testing/small-questions.ts";
import { planAnswer } from "./plan-answer.ts";

type Refused = [what: string, code: string, write: (question: Question) => void, says?: RegExp];

function refusalOf(write: (question: Question) => void) {
  const question = new Question();
  write(question);
  const program = makeProgram(question.draft());
  if (!program.ok) return program.problem;
  const plan = planAnswer(program.value, smallDataset());
  return plan.ok ? undefined : plan.problem;
}

const sum = (q: Question, x: number) => void q.op("ReduceSum", [x], { axes: [0] });

test.each<Refused>([
  [
    "a slice of the rows",
    "no-rule",
    (q) => void q.op("Slice", [q.input("a")], { start: 0, end: 1 }),
    /people/,
  ],
  [
    "the rows at some places",
    "no-rule",
    (q) => void q.op("Gather", [q.input("a"), q.constant([1], [0])]),
    /people/,
  ],
  [
    "columns picked by private numbers",
    "no-rule",
    (q) => {
      sum(q, q.op("Gather", [q.constant([3], [1, 2, 3]), q.input("a")]));
    },
    /private/,
  ],
  ["the row with the greatest value", "no-rule", (q) => void q.op("ArgMax", [q.input("a")]), /person/],
  [
    "each row's share among all rows",
    "no-rule",
    (q) => sum(q, q.op("Softmax", [q.input("a")], { axis: 0 })),
    /one person's row/,
  ],
  [
    "rows less their common mean, with nothing noised",
    "no-rule",
    (q) => {
      const scale = q.constant([3], [1, 1, 1]);
      sum(q, q.op("LayerNormalization", [q.input("a"), scale], { axis: 0 }));
    },
    /over people/,
  ],
  [
    "the rows at private places",
    "no-rule",
    (q) => sum(q, q.op("GatherElements", [q.input("a"), q.input("b")], { axis: 0 })),
    /people/,
  ],
  [
    "one person's row as the kernel of another's",
    "shapes-do-not-fit",
    (q) => {
      const images = q.op("Reshape", [q.input("a")], { shape: [0, 1, 1, 1] });
      sum(q, q.op("Conv", [images, images]));
    },
    /kernels of Conv are four public sizes/,
  ],
  ["running sums over rows", "no-rule", (q) => void q.op("CumSum", [q.input("a")]), /order/],
  [
    "the greatest value of all",
    "no-rule",
    (q) => void q.op("ReduceMax", [q.input("a")], { axes: [0] }),
    /one person/,
  ],
  [
    "the least value of each column",
    "no-rule",
    (q) => void q.op("ReduceMin", [q.matrix("a", "b")], { axes: [0] }),
    /one person/,
  ],
  [
    "the least value, turned",
    "no-rule",
    (q) => {
      q.op("ReduceMin", [q.op("Transpose", [q.matrix("a", "b")])], { axes: [1] });
    },
    /one person/,
  ],
  [
    "rows below rows",
    "shapes-do-not-fit",
    (q) => void q.op("Concat", [q.input("a"), q.input("b")], { axis: 0 }),
    /below/,
  ],
  [
    "rows in another order of axes",
    "shapes-do-not-fit",
    (q) => void q.op("Reshape", [q.matrix("a", "b")], { shape: [-1] }),
    /move the private rows/,
  ],
  [
    "rows reshaped without a row axis",
    "shapes-do-not-fit",
    (q) => void q.op("Reshape", [q.input("a")], { shape: [] }),
    /move the private rows/,
  ],
  [
    "rows by rows",
    "shapes-do-not-fit",
    (q) => {
      const [x, y] = [q.matrix("a", "b"), q.matrix("a", "b")];
      q.op("MatMul", [x, q.op("Transpose", [y])]);
    },
    /every row with every other row/,
  ],
  [
    "a column against a standing column",
    "shapes-do-not-fit",
    (q) => void q.op("Mul", [q.input("a"), q.matrix("b")]),
    /every row/,
  ],
  [
    "a public list along the rows",
    "shapes-do-not-fit",
    (q) => void q.op("Mul", [q.input("a"), q.constant([2], [1, 2])]),
    /along the private rows/,
  ],
  [
    "a product with a public list along the rows",
    "shapes-do-not-fit",
    (q) => void q.op("MatMul", [q.input("a"), q.constant([2], [1, 2])]),
  ],
  [
    "a public column beside private ones",
    "shapes-do-not-fit",
    (q) => {
      q.op("Concat", [q.matrix("a"), q.constant([1, 1], [1])], { axis: 1 });
    },
  ],
  ["each row's value", "rows-exposed", (q) => void q.op("Exp", [q.input("a")]), /each row/],
  [
    "each row's value, turned",
    "rows-exposed",
    (q) => void q.op("Transpose", [q.matrix("a", "b")]),
    /each row/,
  ],
  [
    "turned rows summed over columns",
    "no-rule",
    (q) => {
      q.op("ReduceSum", [q.op("Transpose", [q.matrix("a", "b")])], { axes: [0] });
    },
  ],
  [
    "turned rows element by element",
    "no-rule",
    (q) => void q.op("Exp", [q.op("Transpose", [q.matrix("a", "b")])]),
  ],
  [
    "turned rows joined",
    "no-rule",
    (q) => {
      const x = q.op("Transpose", [q.matrix("a", "b")]);
      q.op("Concat", [x, x], { axis: 0 });
    },
    /on their side/,
  ],
  [
    "turned rows counted",
    "no-rule",
    (q) => void q.op("Count", [q.op("Transpose", [q.matrix("a", "b")])]),
    /on their side/,
  ],
  [
    "rows moved behind another axis",
    "no-rule",
    (q) => {
      q.op("Add", [q.matrix("a", "b"), q.constant([2, 1, 1], [1, 2])]);
    },
    /first axis/,
  ],
  [
    "three axes turned round",
    "no-rule",
    (q) => {
      q.op("Transpose", [q.op("Reshape", [q.matrix("a", "b")], { shape: [0, 2, 1] })]);
    },
    /matrix of rows/,
  ],
  [
    "the variance of all columns at once",
    "no-rule",
    (q) => void q.op("Variance", [q.matrix("a", "b")]),
    /columns at once/,
  ],
  [
    "the solution for each row",
    "no-rule",
    (q) => {
      q.op("Solve", [q.constant([2, 2], [1, 0, 0, 1]), q.op("Transpose", [q.matrix("a", "b")])]);
    },
  ],
  ["a sum without a bound", "bounds-unknown", (q) => sum(q, q.op("Log", [q.input("a")])), /log/],
  [
    "a sum of quotients that may be infinite",
    "bounds-unknown",
    (q) => sum(q, q.op("Div", [q.input("a"), q.input("b")])),
    /divisor may be zero/,
  ],
  ["a sum of tangents", "bounds-unknown", (q) => sum(q, q.op("Tan", [q.input("a")])), /tan/],
  [
    "a sum beyond every number",
    "bounds-unknown",
    (q) => sum(q, q.op("Exp", [q.op("Exp", [q.input("b")])])),
    /exp/,
  ],
  ["a column that is not there", "column-unknown", (q) => sum(q, q.input("name")), /name/],
  ["a column called like something of the language", "column-unknown", (q) => sum(q, q.input("__proto__"))],
  ["an input that is no column", "input-unknown", (q) => sum(q, q.input("a", ["rows", 2])), /column/],
  ["a public input", "input-unknown", (q) => sum(q, q.input("a", [2]))],
  [
    "an index outside the axis",
    "shapes-do-not-fit",
    (q) => {
      sum(q, q.op("Gather", [q.matrix("a", "b"), q.constant([1], [2])], { axis: 1 }));
    },
    /index/,
  ],
  [
    "a fraction for an index",
    "shapes-do-not-fit",
    (q) => {
      sum(q, q.op("Gather", [q.matrix("a", "b"), q.constant([1], [0.5])], { axis: 1 }));
    },
    /index/,
  ],
  [
    "an upper end below the lower",
    "shapes-do-not-fit",
    (q) => sum(q, q.op("Clip", [q.input("a")], { min: 1, max: 0 })),
  ],
  [
    "a histogram of no width",
    "shapes-do-not-fit",
    (q) => void q.op("Histogram", [q.input("a")], { bins: 3, min: 1, max: 1 }),
  ],
  [
    "a histogram of bins too narrow to tell apart",
    "shapes-do-not-fit",
    (q) => void q.op("Histogram", [q.input("a")], { bins: 3, min: 0, max: 5e-324 }),
  ],
  [
    "a histogram wider than numbers go",
    "shapes-do-not-fit",
    (q) => void q.op("Histogram", [q.input("a")], { bins: 3, min: -1.7e308, max: 1.7e308 }),
  ],
  [
    "a slice that goes backwards",
    "shapes-do-not-fit",
    (q) => sum(q, q.op("Slice", [q.matrix("a", "b")], { axis: 1, step: -1 })),
  ],
])("%s: %s", (_, code, write, says = /./) => {
  const refusal = refusalOf(write);
  expect(refusal?.code).toBe(code);
  expect(`${refusal?.message} ${refusal?.hint}`).toMatch(says);
  if (["no-rule", "bounds-unknown", "rows-exposed", "column-unknown"].includes(code))
    expect(refusal?.hint).toBeTruthy();
});

test("a question that reads nobody's row has no sum to pay for", () => {
  const question = new Question();
  question.op("ReduceSum", [question.constant([2], [1, 2])]);
  const plan = planAnswer(question.program(), smallDataset());
  expect(plan.ok && plan.value.cuts).toEqual([]);
});

test("a size that is kept is 1 and nothing else keeps it", () => {
  const question = new Question();
  const x = question.op("ReduceSum", [question.input("a")], { axes: [0], keepdims: 2 });
  const program = question.program(x);
  const plan = planAnswer(program, smallDataset());
  if (!plan.ok) throw new Error(plan.problem.message);
  const answer = plan.value.typical[plan.value.outputs[0]!]!;
  expect(answer.kind === "public" && answer.value.shape).toEqual(program.shapes[x]);
});
