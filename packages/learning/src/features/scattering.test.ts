import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FourierGrid } from "./fourier-grid.ts";
import { complexGrid } from "./fourier-lines.ts";
import { groupNormalised } from "./group-normalised.ts";
import { Scattering, type ScatteringOptions } from "./scattering.ts";

type Case = {
  readonly shape: readonly [number, number, number];
  readonly scales: number;
  readonly angles: number;
  readonly features: readonly number[];
  readonly every: number;
  readonly values: readonly number[];
};
const fixture = new URL("../../fixtures/scattering.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, "utf8")) as { readonly cases: readonly Case[] };

function scattering(options: ScatteringOptions): Scattering {
  const made = Scattering.of(options);
  if (!made.ok) throw new Error(made.problem.message);
  return made.value;
}

function features(of: Scattering, images: ArrayLike<number>): Float32Array {
  const made = of.transform(images);
  if (!made.ok) throw new Error(made.problem.message);
  return made.value;
}

/** As fixtures/scattering.py draws it. */
function image(size: number): Float64Array {
  return Float64Array.from(
    { length: size },
    (_, at) => Math.sin(at * 0.37) * Math.cos(at * at * 0.011) + (at % 7) / 7,
  );
}

describe("scattering", () => {
  test.each(cases)(
    "features of %j are Kymatio's",
    ({ shape, scales, angles, features: sides, every, values }) => {
      const made = scattering({ shape, scales, angles });
      expect(made.shape).toEqual(sides);
      const own = features(made, image(shape[1] * shape[2])).filter((_, at) => at % every === 0);
      expect(own.length).toBe(values.length);
      // Kymatio rounds its filters to float32.
      for (const [at, value] of own.entries()) expect(Math.abs(value - values[at]!)).toBeLessThan(2e-6);
    },
  );

  test("each image's features come from that image alone, each channel's from that channel", () => {
    const size = 9 * 8;
    const pictures = image(4 * size);
    const alone = scattering({ shape: [1, 9, 8], angles: 3 });
    const together = features(scattering({ shape: [2, 9, 8], angles: 3 }), pictures);
    const apart = [0, 1, 2, 3].flatMap((at) => [
      ...features(alone, pictures.subarray(at * size, (at + 1) * size)),
    ]);
    expect([...together]).toEqual(apart);
    const poisoned = pictures.slice();
    poisoned[size] = Number.NaN;
    const half = together.length / 2;
    const after = features(scattering({ shape: [2, 9, 8], angles: 3 }), poisoned);
    expect(after.subarray(half)).toEqual(together.subarray(half));
    expect(after.subarray(half / 2, half).every(Number.isNaN)).toBe(true);
  });

  test("an image as bright everywhere has features of the first order zero alone", () => {
    const made = scattering({ shape: [1, 12, 12], angles: 4 });
    const own = features(made, new Float32Array(144).fill(3));
    expect(own.subarray(0, 9).every((each) => Math.abs(each - 3) < 1e-3)).toBe(true);
    expect(own.subarray(9).every((each) => Math.abs(each) < 1e-9)).toBe(true);
  });

  test("images of other sizes and settings out of range are refused", () => {
    for (const options of [
      { shape: [28, 28] },
      { shape: [1, 3, 28] },
      { shape: [1, 28, 257] },
      { shape: [1, 28, 28], scales: 0 },
      { shape: [1, 28, 28], scales: 1.5 },
      { shape: [1, 28, 28], angles: 33 },
      { shape: [1, Number.NaN, 28] },
    ]) {
      const made = Scattering.of(options);
      expect(made.ok ? "" : made.problem.code).toBe("training-invalid");
    }
    const made = scattering({ shape: [1, 8, 8] }).transform(new Float32Array(65));
    expect(made.ok ? "" : made.problem.code).toBe("training-invalid");
  });
});

test("transforms of any size are the sums that define them, and the inverse undoes them", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 14 }),
      fc.integer({ min: 1, max: 14 }),
      fc.integer(),
      (rows, columns, seed) => {
        const fourier = new FourierGrid(rows, columns);
        const [from, to, back] = [
          complexGrid(rows * columns),
          complexGrid(rows * columns),
          complexGrid(rows * columns),
        ];
        from.re.forEach((_, at) => {
          [from.re[at], from.im[at]] = [Math.sin(at + (seed % 1000)), Math.cos(3 * at * at + (seed % 77))];
        });
        fourier.forward(from, to);
        fourier.inverse(to, back);
        for (let at = 0; at < from.re.length; at++) {
          expect(back.re[at]! / from.re.length).toBeCloseTo(from.re[at]!, 10);
          expect(back.im[at]! / from.re.length).toBeCloseTo(from.im[at]!, 10);
          const [column, row] = [Math.floor(at / rows), at % rows];
          let [re, im] = [0, 0];
          for (let other = 0; other < from.re.length; other++) {
            const turns = (Math.floor(other / columns) * row) / rows + ((other % columns) * column) / columns;
            const [cos, sin] = [Math.cos(2 * Math.PI * turns), Math.sin(2 * Math.PI * turns)];
            re += from.re[other]! * cos + from.im[other]! * sin;
            im += from.im[other]! * cos - from.re[other]! * sin;
          }
          expect(to.re[at]).toBeCloseTo(re, 9);
          expect(to.im[at]).toBeCloseTo(im, 9);
        }
      },
    ),
    { numRuns: 40 },
  );
});

describe("groups of channels", () => {
  test("each group of each row has mean 0 and variance 1, and an even one is all zeros", () => {
    const made = groupNormalised(Float32Array.of(1, 2, 3, 4, 5, 5, 5, 5, 0, 0, 0, 8, 1, 1, 1, 9), [4, 2], 2);
    if (!made.ok) throw new Error(made.problem.message);
    const group = (at: number) => [...made.value.subarray(4 * at, 4 * at + 4)];
    const root = Math.sqrt(1.25 + 1e-5);
    for (const [at, value] of [-1.5, -0.5, 0.5, 1.5].entries())
      expect(group(0)[at]).toBeCloseTo(value / root, 6);
    expect(group(1)).toEqual([0, 0, 0, 0]);
    expect(group(2)[3]).toBeCloseTo(6 / Math.sqrt(12 + 1e-5), 6);
    expect(group(3)[0]).toBeCloseTo(group(2)[0]!, 5);
  });

  test("groups that do not divide the channels are refused", () => {
    for (const groups of [0, 3, 1.5, Number.NaN])
      expect(groupNormalised(new Float32Array(16), [4, 2], groups).ok).toBe(false);
    expect(groupNormalised(new Float32Array(15), [4, 2], 2).ok).toBe(false);
  });
});
