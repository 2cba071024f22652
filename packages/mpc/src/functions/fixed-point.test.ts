import { RingMemory } from "@unseen/compute";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decode, encode, fixedPoint, greatestOf, stepOf, widthOf } from "./fixed-point.ts";

const memory = await RingMemory.open(8);
const fixed = fixedPoint();

test("sixteen bits of fraction and fifteen before the point, unless told otherwise", () => {
  expect(fixed).toEqual({ fractionBits: 16, wholeBits: 15 });
  expect(widthOf(fixed)).toBe(32);
  expect(stepOf(fixed)).toBe(1 / 65536);
});

test("a number comes back as its nearest step, ties as the even one", () => {
  const step = stepOf(fixed);
  expect(through([0.5 * step, 1.5 * step, -0.5 * step, -1.5 * step, 2.5 * step])).toEqual([
    0,
    2 * step,
    0,
    -2 * step,
    2 * step,
  ]);
  const number = fc.double({ min: -greatestOf(fixed), max: greatestOf(fixed), noNaN: true });
  fc.assert(
    fc.property(fc.array(number), (values) => {
      for (const [at, back] of through(values).entries())
        expect(Math.abs(back - values[at]!)).toBeLessThanOrEqual(step / 2);
    }),
  );
});

test("what is not finite or does not fit is refused, wherever it stands", () => {
  const most = greatestOf(fixed);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    expect(refused([1, value, 2 ** 40])).toEqual({ code: "not-finite" });
  for (const value of [2 ** 15, -(2 ** 15), most + stepOf(fixed) / 2, Number.MAX_VALUE])
    expect(refused([1, value])).toEqual({ code: "out-of-range", below: 2 ** 15 });
  expect(through([most, -most, most + stepOf(fixed) / 4])).toEqual([most, -most, most]);
  expect(memory.use.held).toBe(0);
});

test("a format whose products would not fit does not exist", () => {
  expect(() => fixedPoint(16, 16)).toThrow("product");
  expect(() => fixedPoint(1.5, 8)).toThrow("whole");
});

function through(values: readonly number[]): readonly number[] {
  const encoded = encode(memory, fixed, Float64Array.from(values));
  if (!encoded.ok) throw new Error(encoded.problem.code);
  const back = decode(memory, fixed, encoded.value);
  memory.free(encoded.value);
  return [...back].map((value) => value + 0);
}

function refused(values: readonly number[]) {
  const encoded = encode(memory, fixed, Float64Array.from(values));
  return encoded.ok ? undefined : encoded.problem;
}
