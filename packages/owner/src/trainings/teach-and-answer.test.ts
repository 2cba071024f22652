// What the promise of teachers rests on, from an owner's columns to counts of votes: one person moves one vote a query.

import { Secret } from "@unseen/base";
import { wasmBackend } from "@unseen/compute";
import { votesOfTeachers } from "@unseen/learning";
import { floatsToBytes, type TeachingRecipe } from "@unseen/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { TrainingRows } from "../engine/index.ts";
import { teachAndAnswer, teachersOn } from "./teach-and-answer.ts";
import { layOutTeaching, type TeachingSetup } from "./teaching-setup.ts";
import { usualTrainingPolicy } from "./training-policy.ts";

const recipe: TeachingRecipe = {
  x: [
    { column: "age", as: "scaled" },
    { column: "ward", as: "one-hot" },
  ],
  y: "ill",
  layers: [{ kind: "dense", units: 2 }],
  teachers: 4,
  teaching: {
    optimizer: { kind: "sgd", rate: { kind: "constant", rate: 1 }, momentum: 0, nesterov: false },
    epochs: 3,
    batch: 4,
    seed: 1,
  },
  aggregator: { kind: "gaussian", noise: 4 },
  delta: "0.000001",
  queries: floatsToBytes(Float32Array.of(-1, 1, 0, 0, 0, 1, 1, 1, 0, 0.5, 0, 1)),
};

const setup: TeachingSetup = {
  recipe,
  declared: [
    { name: "age", type: "integer", unit: undefined, least: 20, greatest: 90 },
    { name: "ward", type: "category", categories: ["north", "south"] },
    { name: "ill", type: "category", categories: ["no", "yes"] },
  ] as never,
  relation: "add-or-remove-one",
  rowsEach: 5,
  unitInWords: "a person, with at most 5 rows each",
  peopleAtMost: 100,
  isCountPublic: false,
  delta: 1e-6,
  policy: usualTrainingPolicy,
};

type Row = readonly [person: number, age: number, ward: number, ill: number];

/** As an engine gives them: a person's rows beside each other. */
function rowsOf(rows: readonly Row[]): TrainingRows {
  const sorted = rows.toSorted(([one], [other]) => one - other);
  const column = (at: number) => Float64Array.from(sorted, (row) => row[at]!);
  return {
    rowCount: sorted.length,
    columns: [column(1), column(2), column(3)],
    people: Int32Array.from(sorted, ([person]) => person),
  };
}

/** The same bytes to everybody who asks at the same place. */
function sameEntropy() {
  let at = 1;
  return {
    fill(bytes: Uint8Array<ArrayBuffer>) {
      for (let place = 0; place < bytes.length; place++) {
        at = (Math.imul(at, 1_103_515_245) + 12_345) >>> 0;
        bytes[place] = at >>> 16;
      }
      return bytes;
    },
  };
}

async function votesOn(rows: readonly Row[]): Promise<readonly (readonly number[])[]> {
  const laid = layOutTeaching(setup);
  if (!laid.ok) throw new Error(laid.problem.message);
  const teachers = teachersOn(setup, laid.value, rowsOf(rows));
  if (!teachers.ok) throw new Error(teachers.problem.message);
  const ports = { backend: wasmBackend, entropy: sameEntropy() };
  const votes = await votesOfTeachers(teachers.value, laid.value.queries, ports);
  if (!votes.ok) throw new Error(votes.problem.message);
  return Secret.reveal(votes.value);
}

/** Half of how far apart two counts are, at the query where they are farthest. */
function moved(one: readonly (readonly number[])[], other: readonly (readonly number[])[]): number {
  const apart = one.map((counts, query) =>
    counts.reduce((sum, count, at) => sum + Math.abs(count - other[query]![at]!), 0),
  );
  return Math.max(...apart) / 2;
}

const cell = fc.oneof(fc.integer({ min: 20, max: 90 }), fc.constantFrom(Number.NaN, 1e300, -5, 90.5));
const row = fc.tuple(cell, fc.constantFrom(0, 1, -1, 7, 0.5), fc.constantFrom(0, 1, 2, Number.NaN));
const others = fc.array(fc.tuple(fc.nat(12), row), { maxLength: 40 });
const ofOne = fc.array(row, { maxLength: 30 });
const last = 1_000;

test("a person with many rows who comes, goes or becomes another moves one vote of each query at most", async () => {
  let most = 0;
  await fc.assert(
    fc.asyncProperty(others, ofOne, ofOne, async (people, own, changed) => {
      const rest = people.map(([person, cells]): Row => [person, ...cells]);
      const withOwn = (cells: typeof own) => [...rest, ...cells.map((each): Row => [last, ...each])];
      const [without, before, after] = [
        await votesOn(rest),
        await votesOn(withOwn(own)),
        await votesOn(withOwn(changed)),
      ];
      for (const counts of [without, before, after])
        for (const query of counts) expect(query.reduce((sum, count) => sum + count, 0)).toBe(4);
      const all = [moved(without, before), moved(without, after), moved(before, after)];
      for (const each of all) expect(each).toBeLessThanOrEqual(1);
      most = Math.max(most, ...all);
    }),
    { numRuns: 40 },
  );
  // A test that never sees a vote move would pass with no teachers at all.
  expect(most).toBe(1);
});

test("rows of a person beyond the card's number count as nothing", async () => {
  const five: readonly Row[] = Array.from({ length: 5 }, (_, at): Row => [last, 30 + at, 0, 1]);
  const more: readonly Row[] = Array.from({ length: 50 }, (): Row => [last, 90, 1, 0]);
  expect(await votesOn([...five, ...more])).toEqual(await votesOn(five));
});

test("whatever the rows hold, each query is answered and as much is told on the way", async () => {
  const cases: readonly (readonly Row[])[] = [
    [],
    [[0, Number.NaN, 9, Number.NaN]],
    Array.from({ length: 60 }, (_, at): Row => [at, 20 + at, at % 2, 1]),
  ];
  for (const rows of cases) {
    const told: number[] = [];
    const ports = { backend: wasmBackend, entropy: sameEntropy() };
    const answered = await teachAndAnswer(setup, rowsOf(rows), ports, (done) => told.push(done));
    expect(answered.ok && answered.value.answers.length).toBe(4);
    expect(told).toEqual([1, 2, 3, 4]);
  }
  const many = { ...setup, recipe: { ...recipe, teachers: 95 } };
  const told: number[] = [];
  const ports = { backend: wasmBackend, entropy: sameEntropy() };
  await teachAndAnswer(many, rowsOf([]), ports, (done) => told.push(done));
  expect(told.length).toBe(19);
});
