// A gradient over private rows is a question like any other: a sum over rows, bounded by what the card declares.

import { grad } from "@unseen/program";
import { expect, test } from "vitest";
import { answerWithoutNoise } from "../testing/answer-without-noise.ts";
import { countedDataset, Question, smallDataset } from "../testing/small-questions.ts";
import { planAnswer } from "./plan-answer.ts";

const rows = 4;
const columns = new Map([
  ["a", Float64Array.of(0.1, 0.9, 0.4, 1)],
  ["b", Float64Array.of(3, -5, 40, 100)],
]);

/** The squared distance of b / 100 from a line through a, its mean or its sum, and the place of the line's weights. */
function squaredError(over: "ReduceMean" | "ReduceSum") {
  const q = new Question();
  const a = q.op("Reshape", [q.input("a")], { shape: [0, 1] });
  const ones = q.op("Reshape", [q.op("RowOnes", [q.input("a")])], { shape: [0, 1] });
  const weights = q.constant([2], [0.5, -0.25]);
  const line = q.op("MatMul", [q.op("Concat", [a, ones], { axis: 1 }), weights]);
  const apart = q.op("Sub", [line, q.op("Div", [q.input("b"), q.constant([], [100])])]);
  q.op(over, [q.op("Mul", [apart, apart])], { axes: [0] });
  const gradient = grad(q.program(), { withRespectTo: [weights] });
  if (!gradient.ok) throw new Error(gradient.problem.message);
  return gradient.value;
}

function byHand(): readonly [number, number] {
  let [slope, offset] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const [a, b] = [columns.get("a")![row]!, columns.get("b")![row]! / 100];
    const apart = 0.5 * a - 0.25 - b;
    slope += 2 * apart * a;
    offset += 2 * apart;
  }
  return [slope, offset];
}

test("the gradient of a sum over rows is one cut, and what a row adds to it is bounded", () => {
  const plan = planAnswer(squaredError("ReduceSum"), smallDataset());
  if (!plan.ok) throw new Error(plan.problem.message);
  expect(plan.value.cuts.length).toBe(1);
  const [answer] = answerWithoutNoise(plan.value, columns, rows);
  for (const [at, wanted] of byHand().entries()) expect(answer!.data[at]).toBeCloseTo(wanted, 4);
});

test("the gradient of a mean over rows whose number is public is the same by their number", () => {
  const plan = planAnswer(squaredError("ReduceMean"), countedDataset(rows));
  if (!plan.ok) throw new Error(plan.problem.message);
  const [answer] = answerWithoutNoise(plan.value, columns, rows);
  for (const [at, wanted] of byHand().entries()) expect(answer!.data[at]).toBeCloseTo(wanted / rows, 4);
});

test("a gradient by the rows themselves would be rows, and is not answered", () => {
  const q = new Question();
  const column = q.input("a");
  q.op("ReduceSum", [q.op("Mul", [column, column])], { axes: [0] });
  const gradient = grad(q.program(), { withRespectTo: ["a"] });
  if (!gradient.ok) throw new Error(gradient.problem.message);
  const plan = planAnswer(gradient.value, smallDataset());
  expect(!plan.ok && plan.problem.code).toBe("rows-exposed");
});
