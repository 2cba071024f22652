import fc from "fast-check";
import { expect, test } from "vitest";
import { FloatSums } from "./float-sums.ts";

test("terms are added each to its own sum, times a factor, in float32", async () => {
  const number = fc.float({ noNaN: false });
  await fc.assert(
    fc.asyncProperty(
      fc.array(number, { maxLength: 11 }),
      fc.float({ noNaN: true }),
      async (terms, factor) => {
        const sums = await FloatSums.zeros(terms.length + 2);
        sums.numbers.fill(0.3);
        sums.addScaled(1, terms, factor);
        const expected = [0.3, ...terms.map((term) => Math.fround(0.3) + Math.fround(term * factor)), 0.3];
        expect(sums.numbers).toEqual(Float32Array.from(expected));
      },
    ),
  );
});
