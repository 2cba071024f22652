import fc from "fast-check";
import { expect, test } from "vitest";
import { histogram } from "./histogram.ts";

const counts = (values: readonly number[], bins: number, min: number, max: number) => [
  ...histogram.plain([{ shape: [values.length], data: Float64Array.from(values) }], { bins, min, max }).data,
];

test("the last bin holds its upper end, and what lies outside is in none", () => {
  expect(counts([0, 0.5, 1, 1.5, 2, -0.1, 2.1, Number.NaN], 2, 0, 2)).toEqual([2, 3]);
});

test("a value a hair below the upper end is counted", () => {
  expect(counts([1.4899999999999998], 100, -0.31, 1.49).at(-1)).toBe(1);
});

test("every value between the ends is counted once, and no other", () => {
  const edge = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(
      edge,
      edge,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 1_000 }),
      (x, y, share, bins) => {
        const [min, max] = [Math.min(x, y), Math.max(x, y)];
        fc.pre(max - min > 1e-9);
        const value = Math.min(Math.max(min + share * (max - min), min), max);
        const total = (values: readonly number[]) =>
          counts(values, bins, min, max).reduce((sum, one) => sum + one, 0);
        expect(total([min, value, max])).toBe(3);
        expect(total([min - 1, max + 1, Number.NaN])).toBe(0);
      },
    ),
    { numRuns: 1_000 },
  );
});
