import { expect, test } from "vitest";
import { reshape } from "./reshape.ts";

const reshaped = (shape: readonly number[], wanted: readonly number[]) =>
  reshape.plain([{ shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)) }], { shape: wanted })
    .shape;

test("0 copies an axis and -1 takes what is left", () => {
  expect(reshaped([4, 6], [0, 2, -1])).toEqual([4, 2, 3]);
});

test("a dataset without rows takes the shape that one with rows does", () => {
  expect(reshaped([0, 6], [0, 2, -1])).toEqual([0, 2, 3]);
  expect(reshaped([0], [0, -1])).toEqual([0, 1]);
  expect(reshaped([0, 6], [0, -1])).toEqual([0, 6]);
});
