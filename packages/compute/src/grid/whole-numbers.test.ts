import fc from "fast-check";
import { expect, test } from "vitest";
import { type DrawTable, WholeNumbers } from "./whole-numbers.ts";

const lengths = fc.integer({ min: 0, max: 9 });
const terms = lengths.chain((length) =>
  fc.array(fc.float({ min: -1e6, max: 1e6, noNaN: true }), { minLength: length, maxLength: length }),
);

test("terms are rounded to the nearest step, and added up exactly", async () => {
  await fc.assert(
    fc.asyncProperty(terms, fc.double({ min: 1e-3, max: 1e6, noNaN: true }), async (list, perStep) => {
      const sums = await WholeNumbers.zeros(list.length + 2);
      sums.numbers.fill(5);
      sums.addRounded(1, Float32Array.from(list), perStep);
      sums.addRounded(1, Float64Array.from(list), perStep);
      expect([sums.numbers[0], sums.numbers.at(-1)]).toEqual([5, 5]);
      for (const [at, term] of list.entries()) {
        const twice = sums.numbers[1 + at]! - 5;
        expect(Number.isInteger(twice)).toBe(true);
        expect(Math.abs(twice / 2 - term * perStep)).toBeLessThanOrEqual(0.5 + 1e-4);
      }
    }),
  );
});

test("they come back as floats, each once, times a factor", async () => {
  await fc.assert(
    fc.asyncProperty(terms, async (list) => {
      const sums = await WholeNumbers.zeros(list.length + 1);
      sums.numbers.set(list.map(Math.round));
      const out = new Float32Array(list.length);
      sums.scaledTo(out, 0.1);
      expect(out).toEqual(Float32Array.from(list, (each) => Math.round(each) * 0.1));
    }),
  );
});

test("one number that is not whole, not finite or too large is found wherever it stands", async () => {
  for (const length of [1, 2, 5, 8])
    for (let at = 0; at < length; at++)
      for (const wrong of [0.5, Number.NaN, Number.POSITIVE_INFINITY, -17]) {
        const sums = await WholeNumbers.zeros(length);
        sums.numbers.fill(-16);
        expect(sums.areWithin(16)).toBe(true);
        sums.numbers[at] = wrong;
        expect(sums.areWithin(16)).toBe(false);
      }
});

test("draws take two words each in their order, and those that words do not settle are asked for", async () => {
  // One outcome a column of four; outcome 3 is never settled. Places are of three digits.
  const columns = Int32Array.of(2 ** 30, 0, 2 ** 30, 0, 2 ** 30, 0, 2 ** 30, 0);
  const table: DrawTable = {
    shift: 30,
    columns,
    sure: Int32Array.of(2 ** 28, 2 ** 28, 2 ** 27, 0),
    widthBits: 3,
  };
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5_000 }), fc.nat(), async (length, seed) => {
      const numbers = await WholeNumbers.zeros(length);
      const words: number[] = [];
      let state = seed >>> 0;
      const asked: [number, number][] = [];
      const fill = (pool: Uint32Array) => {
        for (let at = 0; at < pool.length; at++) {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
          pool[at] = state ^ (state >>> 13);
          words.push(pool[at]!);
        }
      };
      numbers.addDraws(table, fill, (first, second) => {
        asked.push([first, second]);
        return 0.5;
      });
      expect(words.length).toBe(2 * length);
      const expected = Float64Array.from({ length }, (_, at) => {
        const [first, second] = [words[2 * at]!, words[2 * at + 1]!];
        const outcome = Math.floor(first / 2 ** 30);
        const magnitude = 8 * outcome + (second % 8);
        const digits = Math.floor((second % 2 ** 31) / 8);
        if (digits >= table.sure[outcome]! || magnitude === 0) {
          expect(asked.shift()).toEqual([first, second]);
          return 0.5;
        }
        return second >= 2 ** 31 ? -magnitude : magnitude;
      });
      expect(numbers.numbers).toEqual(expected);
      expect(asked).toEqual([]);
    }),
    { numRuns: 20 },
  );
});
