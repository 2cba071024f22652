// Sums over people from the program to the integers, by examples that can be worked out by hand.

import { operations } from "@unseen/program";
import { expect, test } from "vitest";
import { drawnRank } from "../testing/random-datasets.ts";
import { randomStream } from "../testing/random-stream.ts";
import { rightSteps, slowSums } from "../testing/slow-sums.ts";
import { Question, smallDataset } from "../testing/small-questions.ts";
import type { Contribution } from "./contribution.ts";
import { type Columns, exactSums } from "./exact-sums.ts";
import { planAnswer } from "./plan-answer.ts";
import { sensitivityOf } from "./sensitivity.ts";
import { type SumQuestion, sumsOfStage } from "./stage.ts";

const dataset = smallDataset({ mostRowsEach: 20 });

function asked(write: (question: Question) => number, of = dataset): SumQuestion {
  const question = new Question();
  write(question);
  const plan = planAnswer(question.program(), of);
  if (!plan.ok) throw new Error(plan.problem.message);
  const sums = sumsOfStage(plan.value, 0, new Map());
  if (!sums.ok) throw new Error(sums.problem.message);
  return sums.value[0]!;
}

const everybody = (question: Question) =>
  question.op("CountPeople", [question.op("RowOnes", [question.input("b")])]);
const byGroup =
  (attributes = {}) =>
  (question: Question) =>
    question.op("CountPeople", [question.op("OneHot", [question.input("b")], { depth: 50 })], attributes);
const groupsOfRows = (question: Question) =>
  question.op("ReduceSum", [question.op("OneHot", [question.input("b")], { depth: 50 })], { axes: [0] });

function counted(one: SumQuestion, whose: readonly string[], columns: Columns): readonly bigint[] {
  const sums = exactSums(one.contribution, columns, whose.length, { whose, rank: drawnRank });
  if (!sums.ok) throw new Error(sums.problem.message);
  return [...sums.value];
}

const columnsOf = (b: readonly number[]): Columns =>
  new Map([
    ["a", new Float64Array(b.length)],
    ["b", Float64Array.from(b)],
  ]);

test("a person with a hundred thousand rows counts once, and needs no more noise than anybody", () => {
  const most = 100_000;
  const one = asked(everybody, smallDataset({ mostRowsEach: most }));
  expect(one.sensitivity).toMatchObject({ l1: 1n, l2Squared: 1n });
  const whose = Array.from({ length: most + 2 }, (_, row) => (row < most ? "many" : String(row)));
  expect(counted(one, whose, columnsOf(whose.map(() => 1)))).toEqual([3n]);
  const total = asked(
    (question) => question.op("SumByPerson", [question.input("b")], { least: 0, greatest: 500 }),
    smallDataset({ mostRowsEach: most }),
  );
  const steps = 2n ** BigInt(-total.contribution.grid.exponent[0]!);
  expect(counted(total, whose, columnsOf(whose.map(() => 100)))).toEqual([700n * steps]);
});

test("of nobody the sum is zero", () => {
  expect(counted(asked(everybody), [], columnsOf([]))).toEqual([0n]);
});

test("the order of the rows decides nothing", () => {
  const random = randomStream(5);
  const one = asked(byGroup({ mostGroupsEach: 2 }));
  const rows = Array.from({ length: 200 }, () => ({
    whose: `p${random.whole(0, 9)}`,
    b: random.whole(0, 49),
  }));
  const sums = (all: typeof rows) =>
    counted(
      one,
      all.map(({ whose }) => whose),
      columnsOf(all.map(({ b }) => b)),
    );
  for (let round = 0; round < 20; round++) expect(sums(random.shuffled(rows))).toEqual(sums(rows));
});

test("many groups need the noise of the groups that one person can be in", () => {
  const rows = asked(groupsOfRows).sensitivity;
  expect(rows).toMatchObject({ l1: 20n, l2Squared: 400n });
  expect(asked(byGroup()).sensitivity).toMatchObject({ l1: 20n, l2Squared: 20n });
  expect(asked(byGroup({ mostGroupsEach: 3 })).sensitivity).toMatchObject({ l1: 3n, l2Squared: 3n });
  const replaced = smallDataset({ mostRowsEach: 20, neighbours: "replace" });
  expect(asked(byGroup({ mostGroupsEach: 3 }), replaced).sensitivity).toMatchObject({
    l1: 6n,
    l2Squared: 6n,
  });
});

test("holding people never needs more noise than holding rows", () => {
  const random = randomStream(11);
  for (let round = 0; round < 2_000; round++) {
    const width = random.whole(1, 6);
    const ends = () => {
      const [a, b] = [random.whole(-9, 9), random.whole(-9, 9)];
      return [Math.min(a, b), Math.max(a, b)] as const;
    };
    const rows = Array.from({ length: width }, ends);
    const people = Array.from({ length: width }, () => [random.whole(-30, 0), random.whole(0, 30)] as const);
    const grid = {
      exponent: new Int32Array(width),
      least: Float64Array.from(rows, ([least]) => least),
      greatest: Float64Array.from(rows, ([, greatest]) => greatest),
    };
    const across = {
      kind: "people",
      least: Float64Array.from(people, ([least]) => least),
      greatest: Float64Array.from(people, ([, greatest]) => greatest),
      mostGroupsEach: random.chance(0.5) ? width : random.whole(1, width),
    } as const;
    const oneRowEach = random.chance(0.3) && across.mostGroupsEach === width;
    const unit = {
      neighbours: random.pick(["add-or-remove", "replace"] as const),
      mostRowsEach: oneRowEach ? 1 : random.whole(1, 5),
      oneRowEach,
    };
    const oneHot = random.chance(0.5);
    const held = sensitivityOf({ grid, oneHot, across }, unit);
    const plain = sensitivityOf({ grid, oneHot, across: { kind: "rows" } }, unit);
    expect(held.l1 <= plain.l1 && held.l2Squared <= plain.l2Squared).toBe(true);
  }
});

/** Which groups count in a sum over one person, given what the person has in each. */
function groupsCounted(sums: ReturnType<typeof slowSums>, values: readonly number[]): readonly number[] {
  const { contribution } = asked((question) => {
    const hot = question.op("OneHot", [question.input("b")], { depth: values.length });
    const x = question.op("Reshape", [question.input("a")], { shape: [0, 1] });
    return question.op("SumByPerson", [question.op("Mul", [hot, x])], {
      least: 0,
      greatest: 1,
      mostGroupsEach: 2,
    });
  });
  const columns = new Map([
    ["a", Float64Array.from(values)],
    ["b", Float64Array.from(values.keys())],
  ]);
  const people = { whose: values.map(() => "ada"), rank: drawnRank };
  return [...sums(contribution, { columns, rowCount: values.length, people })].flatMap((sum, at) =>
    sum === 0n ? [] : [at],
  );
}

const own = (contribution: Contribution, rows: Parameters<ReturnType<typeof slowSums>>[1]) => {
  const sums = exactSums(contribution, rows.columns, rows.rowCount, rows.people);
  if (!sums.ok) throw new Error(sums.problem.message);
  return sums.value;
};

test("in which groups a person counts does not follow from how much they have there; where it does, it is seen", () => {
  const orders = [
    [0.1, 0.2, 0.3, 0.4, 0.5],
    [0.5, 0.4, 0.3, 0.2, 0.1],
    [0.3, 0.9, 0.1, 0.2, 0.8],
  ];
  const seen = (sums: ReturnType<typeof slowSums>) =>
    new Set(orders.map((values) => JSON.stringify(groupsCounted(sums, values)))).size;
  expect(groupsCounted(own, orders[0]!)).toHaveLength(2);
  expect(seen(own)).toBe(1);
  const byValue = slowSums({
    chosen: (parts, { mostGroupsEach }) =>
      parts.toSorted((a, b) => Number(b.steps - a.steps)).slice(0, mostGroupsEach),
  });
  expect(seen(byValue)).toBeGreaterThan(1);
  expect(seen(slowSums(rightSteps))).toBe(1);
});

test("where each row is a person, people are rows: the sum is shared with a count, and nothing is chosen", () => {
  const rows = smallDataset({ mostRowsEach: 1, oneRowEach: true });
  const question = new Question();
  const condition = question.op("Greater", [question.input("b"), question.constant([], [3])]);
  const people = question.op("CountPeople", [condition]);
  const sum = question.op("ReduceSum", [condition], { axes: [0] });
  const plan = planAnswer(question.program(people, sum), rows);
  expect(plan).toMatchObject({ ok: true, value: { cuts: [{ across: { kind: "rows" } }] } });
  const several = new Question();
  several.op("CountPeople", [several.matrix("a", "b")], { mostGroupsEach: 1 });
  expect(planAnswer(several.program(), rows)).toMatchObject({ ok: false, problem: { code: "no-rule" } });
});

test("a public number of people is given as it is, and one of some people is not", () => {
  const known = smallDataset({ neighbours: "replace", publicPeopleCount: 321 });
  const question = new Question();
  everybody(question);
  const plan = planAnswer(question.program(), known);
  expect(plan).toMatchObject({ ok: true, value: { cuts: [] } });
  expect(asked(byGroup(), known).contribution.across.kind).toBe("people");
});

test("a total that is held to a speck of what a row may add is refused before anything is charged", () => {
  const question = new Question();
  question.op("SumByPerson", [question.input("a")], { least: 0, greatest: 1e-9 });
  expect(planAnswer(question.program(), dataset)).toMatchObject({
    ok: false,
    problem: { code: "bounds-unknown", hint: expect.stringMatching(/clip/) },
  });
});

test("each sum over people has a reading for plain numbers and none for one row", () => {
  for (const name of ["CountPeople", "SumByPerson"])
    expect(operations.get(name)!.sensitivity.rowByRow!([], {})).toMatchObject({ ok: false });
});
