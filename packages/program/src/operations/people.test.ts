// numpy knows no people, so the plain readings are compared with loops: each row is a person there.

import fc from "fast-check";
import { expect, test } from "vitest";
import { makeProgram } from "../graph/program.ts";
import { operations } from "./index.ts";
import type { Attributes } from "./operation.ts";

const run = (name: string, rows: readonly (readonly number[])[], attributes: Attributes) => {
  const width = rows[0]?.length ?? 2;
  const data = Float64Array.from(rows.flat());
  return [...operations.get(name)!.plain([{ shape: [rows.length, width], data }], attributes).data];
};
const shapeOf = (name: string, shape: readonly (number | "rows")[], attributes: Attributes) => {
  const program = makeProgram({
    nodes: [
      { kind: "input", name: "x", shape },
      { kind: "operation", operation: name, inputs: [0], attributes },
    ],
    outputs: [1],
  });
  return program.ok ? program.value.shapes[1] : program.problem.message;
};

test("people are counted in each group that they are in", () => {
  const rows = [
    [1, 0, 2],
    [0, 0, Number.NaN],
    [-1, 5, 1],
  ];
  expect(run("CountPeople", rows, { mostGroupsEach: 0 })).toEqual([2, 1, 3]);
  expect(run("CountPeople", rows, { mostGroupsEach: 1 })).toEqual([2, 0, 1]);
});

test("a total is held for each person", () => {
  const rows = [
    [7, -9],
    [1, 2],
  ];
  const held = { least: -3, greatest: 5, mostGroupsEach: 0 };
  expect(run("SumByPerson", rows, held)).toEqual([6, -1]);
  expect(run("SumByPerson", rows, { ...held, mostGroupsEach: 1 })).toEqual([6, 0]);
  expect(run("SumByPerson", [[Number.NaN, Number.POSITIVE_INFINITY]], held)).toEqual([0, 5]);
});

test("without a limit both are the column sums of what is held", () => {
  const rows = fc.array(fc.tuple(fc.double({ noNaN: true }), fc.integer({ min: -9, max: 9 })), {
    minLength: 1,
  });
  fc.assert(
    fc.property(rows, (table) => {
      const held = (value: number) => Math.min(Math.max(value, -2), 4);
      const sums = run("SumByPerson", table, { least: -2, greatest: 4, mostGroupsEach: 0 });
      const counts = run("CountPeople", table, { mostGroupsEach: 0 });
      for (const at of [0, 1]) {
        const column = table.map((row) => row[at]!);
        expect(sums[at]).toBeCloseTo(
          column.reduce((sum, value) => sum + held(value), 0),
          9,
        );
        expect(counts[at]).toBe(column.filter((value) => value !== 0).length);
      }
    }),
  );
});

test("the shape loses its rows, and a limit below zero or ends without zero are refused", () => {
  expect(shapeOf("CountPeople", ["rows"], {})).toEqual([]);
  expect(shapeOf("CountPeople", ["rows", 4], { mostGroupsEach: 2 })).toEqual([4]);
  expect(shapeOf("SumByPerson", ["rows", 4], { least: 0, greatest: 2.5 })).toEqual([4]);
  expect(shapeOf("CountPeople", [], {})).toMatch(/no people/);
  expect(shapeOf("CountPeople", ["rows"], { mostGroupsEach: -1 })).toMatch(/at least one group/);
  for (const [least, greatest] of [
    [1, 5],
    [-5, -1],
    [0, 0],
    [3, -3],
  ])
    expect(shapeOf("SumByPerson", ["rows"], { least: least!, greatest: greatest! })).toMatch(
      /zero must lie within/,
    );
});
