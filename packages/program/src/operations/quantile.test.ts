import fc from "fast-check";
import { expect, test } from "vitest";
import { readAttributes } from "../graph/attributes.ts";
import { quantile } from "./quantile.ts";
import { quantileOfCounts } from "./quantile-of-counts.ts";

const quantiles = (values: readonly number[], given: Record<string, number | readonly number[]>) => {
  const attributes = readAttributes(quantile, given);
  if (!attributes.ok) throw new Error(attributes.problem.message);
  return [
    ...quantile.plain([{ shape: [values.length], data: Float64Array.from(values) }], attributes.value).data,
  ];
};

test("the median of one to a hundred is read within a bin", () => {
  const values = Array.from({ length: 100 }, (_, at) => at + 1);
  expect(quantiles(values, { q: [0.5], bounds: [0, 100], bins: 10 })).toEqual([50 + 10 / 10]);
});

test("counts with noise, below zero too, give quantiles in order and within the range", () => {
  const counts = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 80 });
  const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(counts, shares, (noised, drawn) => {
      const q = drawn.toSorted((a, b) => a - b);
      const x = { shape: [noised.length], data: Float64Array.from(noised) };
      const read = [...quantileOfCounts.plain([x], { q, min: -3, max: 7 }).data];
      expect(read).toEqual(read.toSorted((a, b) => a - b));
      for (const value of read) {
        expect(value).toBeGreaterThanOrEqual(-3);
        expect(value).toBeLessThanOrEqual(7);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("nobody, or fewer than nobody, gives the middle", () => {
  expect(quantiles([], { q: [0.1, 0.9], bounds: [0, 4] })).toEqual([2, 2]);
  const read = quantileOfCounts.plain([{ shape: [2], data: Float64Array.of(-3, 1) }], {
    q: [0.5],
    min: 0,
    max: 4,
  });
  expect([...read.data]).toEqual([2]);
});

test("values beyond the bounds count at the nearer end, and without bounds the values are their own", () => {
  expect(quantiles([-100, -100, 100], { q: [0.5, 1], bounds: [0, 1], bins: 2 })).toEqual([0.375, 1]);
  expect(quantiles([3, 3, 3], { q: [0.5] })).toEqual([3]);
  expect(quantiles([1, 2, 3, 4, 5], { q: [1], bins: 4 })).toEqual([5]);
});

test.each([
  { q: [] },
  { q: [1.1] },
  { q: [-0.1] },
  { q: [0.5], bins: 0 },
  { q: [0.5], bins: 2_000 },
  { q: [0.5], bounds: [1] },
  { q: [0.5], bounds: [2, 1] },
])("%j is refused", (given) => {
  const attributes = readAttributes(quantile, given);
  if (!attributes.ok) throw new Error(attributes.problem.message);
  const result = quantile.shape([["rows"]], attributes.value);
  expect(result.ok ? "ok" : result.problem.code).toBe("shapes-do-not-fit");
});
