import fc from "fast-check";
import { expect, test } from "vitest";
import { addMatmul } from "./add-matmul.ts";
import { RingMemory } from "./ring-memory.ts";

const word = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const words = (length: number) => fc.array(word, { minLength: length, maxLength: length });
const cases = fc
  .record({
    m: fc.integer({ min: 1, max: 9 }),
    k: fc.integer({ min: 0, max: 11 }),
    n: fc.integer({ min: 1, max: 11 }),
  })
  .chain((sizes) =>
    fc.record({
      sizes: fc.constant(sizes),
      a: words(sizes.m * sizes.k),
      b: words(sizes.k * sizes.n),
      out: words(sizes.m * sizes.n),
    }),
  );

test("a product of matrices of any sizes is added to what was there, modulo 2^64", async () => {
  const memory = await RingMemory.open(4);
  fc.assert(
    fc.property(cases, ({ sizes, a, b, out }) => {
      const { k, n } = sizes;
      const [left, right, sum] = [a, b, out].map((each) => memory.columnOf(BigUint64Array.from(each)));
      addMatmul(memory, left!, right!, sum!, sizes);
      const expected = out.map((before, at) => {
        const [row, column] = [Math.floor(at / n), at % n];
        let total = before;
        for (let i = 0; i < k; i++) total += a[row * k + i]! * b[i * n + column]!;
        return BigInt.asUintN(64, total);
      });
      expect([...memory.words(sum!)]).toEqual(expected);
      memory.free(left!, right!, sum!);
    }),
  );
});
