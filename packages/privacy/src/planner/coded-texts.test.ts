import { type Card, type Expression, parseCard, programOf } from "@unseen/program";
import fc from "fast-check";
import { expect, test } from "vitest";
import { answerWithoutNoise } from "../testing/answer-without-noise.ts";
import type { Texts } from "./coded-texts.ts";
import { datasetFacts } from "./dataset-facts.ts";
import type { Columns } from "./exact-sums.ts";
import { planAnswer } from "./plan-answer.ts";

const read = parseCard({
  name: "clinic",
  columns: { diagnosis: { type: "text" }, bp: { type: "integer", bounds: [0, 200] } },
  unit: "row",
  people: { isPublic: false, band: [1, 100] },
  budget: { epsilon: 1 },
  mock: [
    { diagnosis: "E11", bp: 90 },
    { diagnosis: "I10", bp: 110 },
  ],
});
if (!read.ok) throw new Error(read.problem.message);
const card: Card = read.value;
const facts = datasetFacts(card, undefined);

const column = (name: string): Expression => ({ node: { kind: "input", name, shape: ["rows"] } });
const op = (operation: string, inputs: readonly Expression[], attributes = {}): Expression => ({
  node: { kind: "operation", operation, inputs, attributes },
});
const placeAmong = (keys: readonly string[]) =>
  op("LabelEncoder", [column("diagnosis")], { keys_strings: keys });

function planned(...outputs: readonly Expression[]) {
  const program = programOf(outputs);
  if (!program.ok) throw new Error(program.problem.message);
  return planAnswer(program.value, facts);
}

const text = fc.constantFrom("E11", "I10", "e11", "", "'; --", "日本", "x");
const keys = fc.uniqueArray(text, { minLength: 1 });

test("rows are counted by their text, and what stands in the others changes nothing", () => {
  fc.assert(
    fc.property(keys, fc.array(fc.option(text), { maxLength: 30 }), (listed, rows) => {
      const hot = op("OneHot", [placeAmong(listed)], { depth: listed.length });
      const plan = planned(op("ReduceSum", [hot], { axes: [0] }));
      if (!plan.ok) throw new Error(plan.problem.message);
      const count = (texts: Texts) => {
        const columns: Columns = new Map<string, Float64Array | Texts>([
          ["diagnosis", texts],
          ["bp", new Float64Array(texts.length)],
        ]);
        return [...answerWithoutNoise(plan.value, columns, texts.length)[0]!.data];
      };
      expect(count(rows)).toEqual(listed.map((key) => rows.filter((row) => row === key).length));
      expect(count(rows.map((row) => (row !== null && listed.includes(row) ? row : "unlisted")))).toEqual(
        count(rows),
      );
    }),
  );
});

test("two lists of keys in one question do not get into each other's way", () => {
  const plan = planned(
    op("ReduceSum", [op("Equal", [placeAmong(["I10", "E11"]), number(1)])], {}),
    op("ReduceSum", [op("Equal", [placeAmong(["E11"]), number(0)])], {}),
  );
  if (!plan.ok) throw new Error(plan.problem.message);
  const columns = new Map<string, Float64Array | Texts>([
    ["diagnosis", ["E11", "I10", "E11", null]],
    ["bp", new Float64Array(4)],
  ]);
  expect(answerWithoutNoise(plan.value, columns, 4).map(({ data }) => data[0])).toEqual([2, 2]);
});

function number(value: number): Expression {
  return { node: { kind: "constant", value: { shape: [], data: Float64Array.of(value) } } };
}

test("a column of texts is counted like any other, and is no number in any operation", () => {
  expect(planned(op("Count", [column("diagnosis")])).ok).toBe(true);
  const x = column("diagnosis");
  const asNumbers: readonly Expression[] = [
    op("ReduceSum", [x]),
    op("ReduceMean", [x]),
    op("ReduceSum", [op("Add", [x, column("bp")])]),
    op("ReduceSum", [op("Equal", [x, number(1)])]),
    op("ReduceSum", [op("OneHot", [x], { depth: 5 })], { axes: [0] }),
    op("ReduceSum", [op("Clip", [x], { min: 0, max: 1 })]),
    op("ReduceSum", [op("Where", [column("bp"), x, x])]),
    op("ReduceSum", [op("Concat", [op("Reshape", [x], { shape: [0, 1] })], { axis: 1 })]),
    op("Histogram", [x], { bins: 2, min: 0, max: 1 }),
    op("ReduceSum", [op("LabelEncoder", [x], { keys_floats: [0, 1] })]),
    op("ReduceSum", [op("LabelEncoder", [column("bp")], { keys_strings: ["90"] })]),
  ];
  for (const [at, expression] of asNumbers.entries())
    expect(planned(expression), `question ${at}`).toMatchObject({ ok: false, problem: { code: "no-rule" } });
  expect(planned(x)).toMatchObject({ ok: false, problem: { code: "rows-exposed" } });
});

test("whether a key is in the mock rows changes no plan but what is expected", () => {
  const plans = ["E11", "Z99"].map((key) =>
    planned(op("ReduceSum", [op("Equal", [placeAmong([key]), number(0)])])),
  );
  for (const plan of plans) expect(plan.ok).toBe(true);
});
