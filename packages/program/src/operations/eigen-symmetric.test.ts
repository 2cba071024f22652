import fc from "fast-check";
import { expect, test } from "vitest";
import { eigenSymmetric } from "./eigen-symmetric.ts";

const size = fc.integer({ min: 1, max: 12 });
const symmetric = size.chain((k) =>
  fc
    .array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: k * k, maxLength: k * k })
    .map((data) => ({
      shape: [k, k],
      data: Float64Array.from(data, (value, at) => value + data[(at % k) * k + Math.floor(at / k)]!),
    })),
);

test("the components of two columns that rise together point along both", () => {
  const { data } = eigenSymmetric.plain([{ shape: [2, 2], data: Float64Array.of(2, 1, 1, 2) }], {});
  const half = Math.SQRT1_2;
  for (const [at, value] of [3, half, half, 1].entries()) expect(data[at]).toBeCloseTo(value, 12);
});

test("each pair holds: the matrix stretches its vector by its value, vectors are of length one and square to each other", () => {
  fc.assert(
    fc.property(symmetric, ({ shape, data }) => {
      const k = shape[0]!;
      const pairs = eigenSymmetric.plain([{ shape, data }], {}).data;
      const value = (at: number) => pairs[at * (k + 1)]!;
      const vector = (at: number) => [...pairs.subarray(at * (k + 1) + 1, (at + 1) * (k + 1))];
      const slack = 1e-9 * Math.max(1, ...data.map(Math.abs)) * k;
      for (let at = 0; at < k; at++) {
        if (at > 0) expect(value(at)).toBeLessThanOrEqual(value(at - 1));
        const own = vector(at);
        for (let i = 0; i < k; i++) {
          const stretched = own.reduce((sum, one, j) => sum + data[i * k + j]! * one, 0);
          expect(Math.abs(stretched - value(at) * own[i]!)).toBeLessThanOrEqual(slack);
        }
        for (let other = 0; other <= at; other++) {
          const product = vector(other).reduce((sum, one, j) => sum + one * own[j]!, 0);
          expect(product).toBeCloseTo(other === at ? 1 : 0, 9);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test("a matrix that does not hold together, or is too large, is refused", () => {
  const codeOf = (shape: readonly (number | "rows")[]) => {
    const result = eigenSymmetric.shape([shape], {});
    return result.ok ? "ok" : result.problem.code;
  };
  expect([[2, 3], [4], ["rows", "rows"], [65, 65]].map((shape) => codeOf(shape as number[]))).toEqual(
    Array(4).fill("shapes-do-not-fit"),
  );
  expect(codeOf([64, 64])).toBe("ok");
});

test("numbers that are not finite end, with whatever they come to", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1e308])
    expect(
      eigenSymmetric.plain([{ shape: [2, 2], data: Float64Array.of(bad, 1, 1, bad) }], {}).data.length,
    ).toBe(6);
});
