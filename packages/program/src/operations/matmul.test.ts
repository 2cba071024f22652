import fc from "fast-check";
import { expect, test } from "vitest";
import { matMul } from "./matmul.ts";

const tensor = (shape: readonly number[], from: number) => ({
  shape,
  data: Float64Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, at) => ((from + at * 7) % 11) - 5,
  ),
});

test("three axes on both sides are as many products, each by itself", () => {
  const size = fc.integer({ min: 0, max: 4 });
  fc.assert(
    fc.property(size, size, size, size, (n, i, k, j) => {
      const [x, y] = [tensor([n, i, k], 3), tensor([n, k, j], 8)];
      const all = matMul.plain([x, y], {});
      expect(all.shape).toEqual([n, i, j]);
      for (let at = 0; at < n; at++) {
        const one = matMul.plain(
          [
            { shape: [i, k], data: x.data.slice(at * i * k, (at + 1) * i * k) },
            { shape: [k, j], data: y.data.slice(at * k * j, (at + 1) * k * j) },
          ],
          {},
        );
        expect(all.data.slice(at * i * j, (at + 1) * i * j)).toEqual(one.data);
      }
    }),
  );
});

test("several products need one number of them, fitting sizes, and no private rows", () => {
  expect(
    matMul.shape(
      [
        [2, 3, 4],
        [2, 4, 5],
      ],
      {},
    ),
  ).toEqual({ ok: true, value: [2, 3, 5] });
  for (const [x, y] of [
    [
      [2, 3, 4],
      [3, 4, 5],
    ],
    [
      [2, 3, 4],
      [2, 3, 5],
    ],
    [
      [2, 3, 4],
      [4, 5],
    ],
    [
      ["rows", 3, 4],
      ["rows", 4, 5],
    ],
  ] as const)
    expect(matMul.shape([x, y], {})).toMatchObject({ ok: false, problem: { code: "shapes-do-not-fit" } });
});
