import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { computed } from "../testing/columns.ts";
import { type ProtocolUnderTest, protocolsUnderTest } from "../testing/protocols.ts";
import { type System, solvePositive, solvePositivePrice } from "./solve-positive.ts";

const step = 2 ** -16;
const bits = 16;

type Numbers = readonly (readonly number[])[];

/** Signed integers of the result, row by row; also holds the run to its price, and to the memory that it took. */
async function solvedOnShares(under: ProtocolUnderTest, a: Numbers, b: Numbers, scaleBits: number) {
  const of: System = {
    size: a.length,
    columns: b[0]!.length,
    aBits: bits,
    bBits: bits,
    outBits: bits,
    scaleBits,
  };
  const words = await computed(
    under,
    [a.flat().map(encoded), b.flat().map(encoded)],
    (protocol, [left, right]) => solvePositive(protocol, left!, right!, of),
    ({ prices }) => solvePositivePrice(prices, of),
  );
  return words.map((word) => Number(word) * step);
}

/** Symmetric, with the eigenvalues given: the product of a reflection, the eigenvalues, and the reflection. On the grid. */
function withEigenvalues(eigenvalues: readonly number[], direction: readonly number[]): Numbers {
  const length = direction.reduce((sum, x) => sum + x * x, 0);
  const reflect = (i: number, j: number) => (i === j ? 1 : 0) - (2 * direction[i]! * direction[j]!) / length;
  return eigenvalues.map((_, i) =>
    eigenvalues.map((__, j) => {
      const [row, column] = [Math.min(i, j), Math.max(i, j)];
      const exact = eigenvalues.reduce(
        (sum, value, k) => sum + reflect(row, k) * value * reflect(k, column),
        0,
      );
      return Math.round(exact / step) * step;
    }),
  );
}

/** Elimination with the largest pivot of all, as the slow obvious twin. */
function solvedPlainly(a: Numbers, b: Numbers): number[] {
  const rows = a.map((row, at) => [...row, ...b[at]!]);
  for (let at = 0; at < rows.length; at += 1) {
    const best = rows
      .slice(at)
      .reduce((one, row, more) => (Math.abs(row[at]!) > Math.abs(rows[one]![at]!) ? at + more : one), at);
    [rows[at], rows[best]] = [rows[best]!, rows[at]!];
    const pivot = rows[at]!.map((x) => x / rows[at]![at]!);
    rows[at] = pivot;
    for (const [other, row] of rows.entries())
      if (other !== at) rows[other] = row.map((x, column) => x - row[at]! * pivot[column]!);
  }
  return rows.flatMap((row) => row.slice(a.length));
}

const encoded = (x: number) => BigInt(Math.round(x / step));
const greatestMiss = (one: readonly number[], other: readonly number[]) =>
  Math.max(...one.map((x, at) => Math.abs(x - other[at]!)));

describe.each(protocolsUnderTest)("$name", (under) => {
  test("systems down to a least eigenvalue of 2^-12 of the scale are solved to three steps, for the price", async () => {
    const drawn = fc.record({
      smallness: fc.array(fc.double({ min: 0, max: 12, noNaN: true }), { minLength: 1, maxLength: 6 }),
      direction: fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }),
      right: fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 12, maxLength: 12 }),
      columns: fc.constantFrom(1, 2),
    });
    await fc.assert(
      fc.asyncProperty(drawn, async ({ smallness, direction, right, columns }) => {
        const scaleBits = 12;
        const size = smallness.length;
        const a = withEigenvalues(
          smallness.map((small) => 2 ** (scaleBits - small)),
          direction.slice(0, size),
        );
        const b = Array.from({ length: size }, (_, row) =>
          Array.from({ length: columns }, (__, at) => Math.round(right[row * columns + at]! / step) * step),
        );
        const found = await solvedOnShares(under, a, b, scaleBits);
        expect(greatestMiss(found, solvedPlainly(a, b))).toBeLessThanOrEqual(3 * step);
      }),
      { numRuns: 4 },
    );
  });

  test("what cannot be solved gives zeros: singular, indefinite, nothing at all, and results beyond the format", async () => {
    const one = [[1], [1]];
    const cases: readonly [Numbers, Numbers][] = [
      [
        [
          [1, 1],
          [1, 1],
        ],
        one,
      ],
      [
        [
          [1, 2],
          [2, 1],
        ],
        one,
      ],
      [
        [
          [-3, 0],
          [0, 5],
        ],
        one,
      ],
      [
        [
          [0, 0],
          [0, 0],
        ],
        one,
      ],
      [
        [
          [0, 1],
          [-1, 0],
        ],
        one,
      ],
      [
        [
          [0.001, 0],
          [0, 4],
        ],
        [[20], [1]],
      ],
    ];
    for (const [a, b] of cases) expect(await solvedOnShares(under, a, b, 3)).toEqual([0, 0]);
    expect(
      await solvedOnShares(
        under,
        [
          [0.001, 0],
          [0, 4],
        ],
        [[15], [1]],
        3,
      ),
    ).not.toEqual([0, 0]);
  });
});

test("thirty-two equations at once, nearly as singular as promised", async () => {
  const [, replicated] = protocolsUnderTest;
  const scaleBits = 10;
  const eigenvalues = Array.from({ length: 32 }, (_, at) => 2 ** (scaleBits - (12 * at) / 31));
  const a = withEigenvalues(
    eigenvalues,
    Array.from({ length: 32 }, (_, at) => 1 + (at % 5)),
  );
  const b = Array.from({ length: 32 }, (_, at) => [((at * 7) % 11) - 5]);
  const found = await solvedOnShares(replicated!, a, b, scaleBits);
  expect(greatestMiss(found, solvedPlainly(a, b))).toBeLessThanOrEqual(3 * step);
});
