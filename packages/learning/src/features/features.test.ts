import type { ColumnDescription } from "@unseen/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { planFeatures, scaledBack, scaledTo, writeFeatures } from "./features.ts";
import { planLabel, writeLabels } from "./labels.ts";

const declared: readonly ColumnDescription[] = [
  { name: "age", type: "integer", least: 20, greatest: 90 },
  { name: "bp", type: "number", least: 60, greatest: 180 },
  { name: "ward", type: "category", categories: ["north", "south", "west"] },
  { name: "sex", type: "integer", least: 1, greatest: 2 },
  { name: "code", type: "text", longest: 8 },
];

function planned(...x: Parameters<typeof planFeatures>[0]) {
  const plan = planFeatures(x, declared);
  if (!plan.ok) throw new Error(plan.problem.message);
  return plan.value;
}

test("numbers go from their bounds to [-1, 1], categories one-hot, and places count from 0", () => {
  const plan = planned(
    { column: "bp", as: "scaled" },
    { column: "ward", as: "one-hot" },
    { column: "age", as: "place" },
  );
  const { x, isUsable } = writeFeatures(
    plan,
    [
      [60, 120, 180],
      [0, 2, 1],
      [20, 55, 90],
    ],
    3,
  );
  expect([...x]).toEqual([-1, 1, 0, 0, 0, 0, 0, 0, 1, 35, 1, 0, 1, 0, 70]);
  expect([...isUsable]).toEqual([1, 1, 1]);
  expect([plan.width, plan.places]).toEqual([5, undefined]);
  expect(planned({ column: "age", as: "place" }, { column: "ward", as: "place" }).places).toBe(71);
});

const odd = fc.oneof(
  fc.double(),
  fc.integer({ min: -5, max: 200 }),
  fc.constantFrom(Number.NaN, Infinity, -0),
);

test("whatever a row holds, its numbers are finite and within their range, and what is none is not counted", () => {
  const plan = planned(
    { column: "bp", as: "scaled" },
    { column: "ward", as: "one-hot" },
    { column: "age", as: "place" },
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(odd, odd, odd, odd), { minLength: 1, maxLength: 8 }), (rows) => {
      const columns = [0, 1, 2].map((at) => rows.map((row) => row[at]!));
      const { x, isUsable } = writeFeatures(plan, columns, rows.length);
      const label = planLabel("sex", "cross-entropy", declared);
      if (!label.ok) throw new Error(label.problem.message);
      const y = writeLabels(
        label.value,
        rows.map((row) => row[3]),
        isUsable,
      );
      expect(x.every((each) => each >= -1 && each <= 70)).toBe(true);
      expect(x.every((each, at) => at % 5 !== 4 || Number.isInteger(each))).toBe(true);
      for (const [row, [bp, ward, age, sex]] of rows.entries()) {
        const isGood =
          bp >= 60 &&
          bp <= 180 &&
          [0, 1, 2].includes(ward) &&
          Number.isInteger(age) &&
          age >= 20 &&
          age <= 90 &&
          [1, 2].includes(sex);
        expect(isUsable[row]).toBe(isGood ? 1 : 0);
        if (isGood) expect([...y.slice(2 * row, 2 * row + 2)]).toEqual(sex === 1 ? [1, 0] : [0, 1]);
      }
    }),
    { numRuns: 500 },
  );
});

test("one row's values change no other row's numbers", () => {
  const plan = planned({ column: "bp", as: "scaled" }, { column: "ward", as: "one-hot" });
  const written = (bp: number, ward: number) =>
    writeFeatures(
      plan,
      [
        [100, bp, 140],
        [0, ward, 2],
      ],
      3,
    );
  const [one, other] = [written(120, 1), written(Number.NaN, 99)];
  for (const row of [0, 2]) {
    expect(one.x.slice(4 * row, 4 * row + 4)).toEqual(other.x.slice(4 * row, 4 * row + 4));
    expect(one.isUsable[row]).toBe(other.isUsable[row]);
  }
});

test("a number that is learnt is scaled, and comes back in its own unit", () => {
  const plan = planLabel("bp", "squared-error", declared);
  if (!plan.ok) throw new Error(plan.problem.message);
  const isUsable = Uint8Array.of(1, 1, 1);
  expect([...writeLabels(plan.value, [60, 150, 181], isUsable)]).toEqual([-1, 0.5, 0]);
  expect([...isUsable]).toEqual([1, 1, 0]);
  expect(scaledBack(0.5, plan.value)).toBe(150);
  expect(scaledTo(7, { least: 7, greatest: 7 })).toBe(0);
});

test.each([
  [() => planFeatures([{ column: "weight", as: "scaled" }], declared), "column-unknown"],
  [() => planFeatures([{ column: "code", as: "one-hot" }], declared), "training-invalid"],
  [() => planFeatures([{ column: "ward", as: "scaled" }], declared), "training-invalid"],
  [() => planFeatures([{ column: "bp", as: "place" }], declared), "training-invalid"],
  [() => planLabel("bp", "cross-entropy", declared), "training-invalid"],
  [() => planLabel("ward", "logistic", declared), "training-invalid"],
  [() => planLabel("ward", "squared-error", declared), "training-invalid"],
  [() => planLabel("code", "cross-entropy", declared), "training-invalid"],
])("what a column cannot be is refused by its declaration: %#", (plan, code) => {
  const refused = plan();
  expect(refused.ok ? "ok" : refused.problem.code).toBe(code);
});
