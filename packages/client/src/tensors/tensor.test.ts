import { inspect } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { AskRefused } from "../refusals/ask-refused.ts";
import { tensor } from "./tensor.ts";

test("a vector prints as torch did on the slide", () => {
  const x = tensor([1, 3, 4, 5]);
  expect(String(x.add(x))).toBe("tensor([ 2, 6, 8, 10 ])");
  expect(inspect(x)).toBe("tensor([ 1, 3, 4, 5 ])");
});

test("a single number prints without brackets, and an empty list as one", () => {
  expect(String(tensor(5))).toBe("tensor(5)");
  expect(String(tensor([]))).toBe("tensor([])");
});

test("a matrix prints a row a line, and a stack of them with an empty line between", () => {
  const rows = [
    [1, 2.5],
    [-3, 4],
  ];
  expect(String(tensor(rows))).toBe("tensor([[ 1, 2.5 ],\n        [ -3, 4 ]])");
  expect(String(tensor([rows, rows]))).toBe(
    "tensor([[[ 1, 2.5 ],\n         [ -3, 4 ]],\n\n        [[ 1, 2.5 ],\n         [ -3, 4 ]]])",
  );
});

test("a long axis is shown by its ends", () => {
  const long = tensor(Array.from({ length: 1000 }, (_, at) => at));
  expect(String(long)).toBe("tensor([ 0, 1, 2, ..., 997, 998, 999 ])");
  const tall = tensor(Array.from({ length: 50 }, (_, at) => [at]));
  expect(String(tall).split("\n").length).toBe(7);
});

test("fractions are shortened when printed and whole when read", () => {
  expect(String(tensor(1).div(3))).toBe("tensor(0.33333)");
  expect(tensor(1).div(3).item()).toBe(1 / 3);
});

test("the methods of the slide are there and compute at once", () => {
  expect(tensor([-1, 0.5]).abs().toNested()).toEqual([1, 0.5]);
  expect(tensor([1]).acos().item()).toBe(0);
  expect(
    tensor([[1, 2]])
      .matmul([[3], [4]])
      .toNested(),
  ).toEqual([[11]]);
  expect(tensor([1, 2, 3]).mean().item()).toBe(2);
});

test("numbers are handed out as copies, so that a tensor never changes", () => {
  const x = tensor([1, 2]);
  x.data[0] = 99;
  expect(x.toNested()).toEqual([1, 2]);
});

test("what does not fit is refused at the line that wrote it", () => {
  const misfit = () => tensor([1, 2]).add([1, 2, 3]);
  expect(misfit).toThrow(AskRefused);
  expect(misfit).toThrow(expect.objectContaining({ code: "shapes-do-not-fit" }));
  expect(() => tensor([[1], [2, 3]])).toThrow(expect.objectContaining({ code: "shapes-do-not-fit" }));
  expect(() => tensor([1, 2]).item()).toThrow(expect.objectContaining({ code: "shapes-do-not-fit" }));
  expect(() => tensor(["1"] as unknown as number[])).toThrow(
    expect.objectContaining({ code: "program-malformed" }),
  );
});

test("nested lists come back as they went in", () => {
  const matrix = fc.integer({ min: 1, max: 5 }).chain((width) =>
    fc.array(fc.array(fc.double({ noNaN: true }), { minLength: width, maxLength: width }), {
      minLength: 1,
    }),
  );
  fc.assert(
    fc.property(matrix, (rows) => {
      expect(tensor(rows).toNested()).toEqual(rows);
    }),
  );
});
