// The proofs themselves, against numbers multiplied out one by one.

import { RingMemory } from "@unseen/compute";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BitProof } from "./bit-proof.ts";
import { readAll, WordProof } from "./word-proof.ts";

const memory = await RingMemory.open(64);
const { kernels } = memory;
const word = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const manyWords = (length: number) => fc.array(word, { minLength: length, maxLength: length });
const place = (words: readonly bigint[]) => memory.columnOf(BigUint64Array.from(words));
const wide = (value: bigint) => BigInt.asUintN(128, value);

/** The slow twin of the field: X^48 = X^5 + X^3 + X^2 + 1. */
function times(a: bigint, b: bigint): bigint {
  let product = 0n;
  for (let bit = 47n; bit >= 0n; bit--) {
    product <<= 1n;
    if (product >> 48n) product ^= (1n << 48n) | 0x2dn;
    if ((b >> bit) & 1n) product ^= a;
  }
  return product;
}

/** Bit `lane` of a block that begins at word 2 * block. */
const bitOf = (words: readonly bigint[], block: number, lane: number) =>
  (words[2 * block + (lane >> 6)]! >> BigInt(lane & 63)) & 1n;

test("sums of products of bits are what the field's slow twin says", async () => {
  const [rows, blocks] = [3, 8];
  const bits = manyWords(2 * rows * blocks);
  await fc.assert(
    fc.asyncProperty(bits, bits, bits, bits, manyWords(blocks + 128), async (x, y, v, u, coins) => {
      const proof = new BitProof(memory, {
        bits: { rows, blocks },
        words: { rows: 0, terms: 0, carries: 0 },
      });
      const seeds = proof.inField(place(coins), blocks + 128);
      const [phi, tau] = [memory.words(seeds).slice(0, blocks), memory.words(seeds).slice(blocks)];
      const places = { x: [place(x), place(u)], y: [place(y), place(v)] } as const;
      const mask = { x: memory.zeros(96 * blocks), y: memory.zeros(96 * blocks) };
      const nothing = place(x);
      const all = { ...places, f: { mine: nothing, next: nothing }, e: nothing };
      const weighed = (of: (l: number, lane: number) => bigint) => {
        let total = 0n;
        for (let l = 0; l < blocks; l++) {
          let sum = 0n;
          for (let lane = 0; lane < 128; lane++) if (of(l, lane) === 1n) sum ^= tau[lane]!;
          total ^= times(phi[l]!, sum);
        }
        return total;
      };
      const wanted = Array.from({ length: rows * rows }, (_, at) => {
        const [i, j] = [Math.floor(at / rows) * blocks, (at % rows) * blocks];
        return weighed(
          (l, lane) =>
            (bitOf(x, i + l, lane) & bitOf(v, j + l, lane)) ^ (bitOf(y, i + l, lane) & bitOf(u, j + l, lane)),
        );
      });
      const sums = proof.sums(all, mask, seeds);
      expect(sums.ofRows).toEqual(wanted);
      expect(sums.withMask).toEqual([0n, 0n, 0n]);
      // An answer: the rows, weighed with second coins, on top of a mask of zeros.
      const second = place([7n, 2n ** 47n, 123_456_789_012n]);
      proof.combine(all.x[0], all.y[0], mask, seeds, second);
      expect(proof.projected(mask, places.y[1], places.x[1], seeds)).toEqual(proof.expected(sums, second));
      const lines = proof.rowSums(all.x[0], seeds);
      expect(lines[1]).toBe(weighed((l, lane) => bitOf(x, blocks + l, lane)));
    }),
    { numRuns: 4 },
  );
});

test("sums of products of words are exact modulo 2^128", () => {
  const [rows, terms] = [3, 5];
  fc.assert(
    fc.property(manyWords(2 * rows * terms), manyWords(2 * rows * terms), manyWords(rows), (a, b, r) => {
      const proof = new WordProof(
        memory,
        { bits: { rows: 0, blocks: 0 }, words: { rows, terms, carries: 0 } },
        [],
      );
      const [left, right, mask] = [place(a), place(b), memory.zeros(2 * terms)];
      const numbers = (words: readonly bigint[]) =>
        Array.from({ length: words.length / 2 }, (_, at) => words[2 * at]! + (words[2 * at + 1]! << 64n));
      const [x, y] = [numbers(a), numbers(b)];
      const sums = proof.sums(mask, left, right);
      const wanted = Array.from({ length: rows * rows }, (_, at) => {
        const [i, j] = [Math.floor(at / rows) * terms, (at % rows) * terms];
        let total = 0n;
        for (let l = 0; l < terms; l++) total += x[i + l]! * y[j + l]!;
        return wide(total);
      });
      expect(sums.ofRows).toEqual(wanted);
      proof.combine(left, mask, place(r).at);
      expect(readAll(memory, mask.at, terms)).toEqual(
        Array.from({ length: terms }, (_, l) =>
          wide(r.reduce((total, weight, j) => total + weight * x[j * terms + l]!, 0n)),
        ),
      );
      expect(proof.projected(mask, right)).toEqual(proof.expected(sums, r));
    }),
    { numRuns: 20 },
  );
});

test("carries and forms, one for one and of matrices", () => {
  fc.assert(
    fc.property(manyWords(6), manyWords(6), manyWords(6), manyWords(6), manyWords(4), (x, v, u, y, f) => {
      const [m, k, n] = [2, 3, 2];
      const out = memory.column(4);
      const scratch = memory.allocate(16 * n);
      const at = [x, v, u, y, f].map((words) => place(words).at) as [number, number, number, number, number];
      kernels.wideCarryMatmul(...at, out.at, m, k, n, scratch.at);
      const carry = (total: bigint) => BigInt.asUintN(64, (total + (2n ** 64n - 1n)) >> 64n);
      expect([...memory.words(out)]).toEqual(
        f.map((more, place) => {
          const [row, column] = [Math.floor(place / n), place % n];
          let total = more;
          for (let i = 0; i < k; i++)
            total += x[row * k + i]! * v[i * n + column]! + u[row * k + i]! * y[i * n + column]!;
          return carry(wide(total));
        }),
      );
      kernels.wideCarry(at[0], at[1], at[2], at[3], at[4], out.at, 4);
      expect([...memory.words(out)]).toEqual(
        f.map((more, i) => carry(wide(more + x[i]! * v[i]! + u[i]! * y[i]!))),
      );
      kernels.wideForm(at[0], at[1], at[2], m, k, scratch.at);
      let form = 0n;
      for (let row = 0; row < m; row++)
        for (let column = 0; column < k; column++) form += x[row]! * v[row * k + column]! * u[column]!;
      expect(readAll(memory, scratch.at, 1)).toEqual([wide(form)]);
    }),
    { numRuns: 20 },
  );
});

test("sums that were bent until a false statement adds up do not pass the second coins", () => {
  const [rows, blocks] = [4, 4];
  const bits = manyWords(2 * rows * blocks);
  const seconds = manyWords(rows);
  const sizes = { bits: { rows, blocks }, words: { rows, terms: blocks, carries: 0 } };
  fc.assert(
    fc.property(bits, bits, manyWords(blocks + 128), seconds, fc.nat(rows - 1), (x, y, coins, r, row) => {
      const proof = new BitProof(memory, sizes);
      const seeds = proof.inField(place(coins), blocks + 128);
      const second = proof.inField(place(r), rows);
      const zero = place(x.map(() => 0n));
      const all = {
        x: [place(x), zero],
        y: [zero, place(y)],
        f: { mine: zero, next: zero },
        e: zero,
      } as const;
      const mask = { x: memory.zeros(96 * blocks), y: memory.zeros(96 * blocks) };
      const sums = proof.sums(all, mask, seeds);
      // What a lie about one bit of this row comes to, taken back where the row's own sum stands.
      const ofRows = sums.ofRows.map((sum, at) => (at === row * rows + row ? sum ^ 1n : sum));
      proof.combine(all.x[0], all.y[0], mask, seeds, second);
      const seen = proof.projected(mask, all.y[1], all.x[1], seeds);
      expect(proof.expected(sums, second)).toEqual(seen);
      expect(proof.expected({ ...sums, ofRows }, second)).not.toEqual(seen);

      const words = new WordProof(memory, sizes, []);
      const [left, right] = [place(x), place(y)];
      const answer = memory.zeros(2 * blocks);
      const wordSums = words.sums(answer, left, right);
      const bent = wordSums.ofRows.map((sum, at) =>
        at === row * rows + row ? wide(sum + (1n << 64n)) : sum,
      );
      words.combine(left, answer, place(r).at);
      const told = words.projected(answer, right);
      expect(words.expected(wordSums, r)).toEqual(told);
      expect(words.expected({ ...wordSums, ofRows: bent }, r)).not.toEqual(told);
    }),
    { numRuns: 20 },
  );
});
