import fc from "fast-check";
import { expect, test } from "vitest";
import { Fourier, mirrored, unitRoundoff } from "./fft.ts";

const signal = (size: number) =>
  fc
    .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2 * size, maxLength: 2 * size })
    .map((all) => ({ re: Float64Array.from(all.slice(0, size)), im: Float64Array.from(all.slice(size)) }));

function backwards(i: number, size: number): number {
  let result = 0;
  for (let bit = 1; bit < size; bit *= 2) result = result * 2 + (i & bit ? 1 : 0);
  return result;
}

const length = (re: Float64Array, im: Float64Array) => Math.hypot(...re, ...im);

for (const size of [2, 4, 8, 64, 256]) {
  test(`the transform of ${size} points is the sum that defines it, within the stated error`, () => {
    const fourier = new Fourier(size);
    fc.assert(
      fc.property(signal(size), ({ re, im }) => {
        const [gotRe, gotIm] = [re.slice(), im.slice()];
        fourier.forward(gotRe, gotIm);
        const [offRe, offIm] = [new Float64Array(size), new Float64Array(size)];
        for (let f = 0; f < size; f++) {
          let [sumRe, sumIm] = [0, 0];
          for (let t = 0; t < size; t++) {
            const angle = (-2 * Math.PI * ((f * t) % size)) / size;
            sumRe += re[t]! * Math.cos(angle) - im[t]! * Math.sin(angle);
            sumIm += re[t]! * Math.sin(angle) + im[t]! * Math.cos(angle);
          }
          offRe[f] = gotRe[backwards(f, size)]! - sumRe;
          offIm[f] = gotIm[backwards(f, size)]! - sumIm;
        }
        // The plain sum errs too, by more than the fast one: size roundings of each of its terms.
        const plain = 4 * size * unitRoundoff;
        expect(length(offRe, offIm)).toBeLessThanOrEqual(
          (fourier.relativeError() + plain) * Math.sqrt(size) * length(re, im) + 1e-300,
        );
      }),
      { numRuns: 40 },
    );
  });
}

test("there and back moves nothing by more than twice the stated error", () => {
  const fourier = new Fourier(4096);
  fc.assert(
    fc.property(signal(4096), ({ re, im }) => {
      const [gotRe, gotIm] = [re.slice(), im.slice()];
      fourier.forward(gotRe, gotIm);
      fourier.inverse(gotRe, gotIm);
      const off = length(
        gotRe.map((x, i) => x - re[i]!),
        gotIm.map((x, i) => x - im[i]!),
      );
      expect(off).toBeLessThanOrEqual(2.01 * fourier.relativeError() * length(re, im));
    }),
    { numRuns: 10 },
  );
});

test("the mirrored place holds the opposite frequency", () => {
  for (const size of [2, 8, 64]) {
    for (let f = 0; f < size; f++) {
      expect(mirrored(backwards(f, size))).toBe(backwards((size - f) % size, size));
    }
  }
});
