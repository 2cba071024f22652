import fc from "fast-check";
import { expect, test } from "vitest";
import { floorSquareRoot, type Rational, rational } from "../budget/rational.ts";
import { erfc } from "../mechanisms/erfc.ts";
import { fitsInTheLarge, fitsReference, momentsFit } from "../testing/noise-fit.ts";
import { referenceGaussians } from "../testing/reference-noise.ts";
import { entropyOfWords, seededEntropy } from "../testing/seeded-entropy.ts";
import { expBounds, isBelowScaledExp } from "./exp-bounds.ts";
import { LazyUniform } from "./lazy-uniform.ts";
import { TableGaussian } from "./table-gaussian.ts";
import { UniformWords } from "./uniform-words.ts";

const variances = [
  rational(1n, 16n),
  rational(1n),
  rational(10n, 3n),
  rational(10n ** 6n),
  rational(2n ** 43n, 3n),
  rational(2n ** 77n),
];

function drawMany(variance: Rational, count: number, seed: number): Float64Array {
  const [table, words] = [new TableGaussian(variance), new UniformWords(seededEntropy(seed))];
  return Float64Array.from({ length: count }, () => table.draw(words));
}

test("bounds on exp hold the true value, however fine, and are a few units apart", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 9n }),
      fc.bigInt({ min: 1n, max: 10n ** 8n }),
      (num, den) => {
        if (num > 700n * den) return;
        const [coarse, fine] = [expBounds({ num, den }, 60), expBounds({ num, den }, 200)];
        expect(coarse.low <= fine.low >> 140n && coarse.high >= fine.high >> 140n).toBe(true);
        expect(coarse.high - coarse.low).toBeLessThanOrEqual(4n);
        const value = Math.exp(-Number(num) / Number(den)) * 2 ** 60;
        expect(Math.abs(Number(coarse.low) - value)).toBeLessThan(4 + value * 1e-12);
      },
    ),
  );
});

test("a uniform is below a scaled exp as often as that is large", () => {
  const words = new UniformWords(seededEntropy(2));
  let below = 0;
  for (let draw = 0; draw < 20_000; draw++)
    if (isBelowScaledExp(new LazyUniform(words), rational(3n, 4n), rational(1n, 2n))) below++;
  const p = 0.75 * Math.exp(-0.5);
  expect(Math.abs(below / 20_000 - p)).toBeLessThan(6 * Math.sqrt((p * (1 - p)) / 20_000));
});

test("every block has lots enough, and keeps for sure only what every magnitude of it would be kept by", () => {
  for (const variance of variances) {
    const { starts, sure, width, factor, tailWidth } = new TableGaussian(variance).table;
    const scaled = (magnitude: bigint) =>
      expBounds({ num: magnitude * magnitude * variance.den, den: 2n * variance.num }, 120);
    const unit = 1n << 120n;
    for (let block = 0; block < sure.length; block += block < 50 ? 1 : 23) {
      const lots = BigInt(starts[block + 1]! - starts[block]!);
      const first = BigInt(block) * BigInt(width);
      expect(factor * scaled(first).high <= lots * unit).toBe(true);
      const last = scaled(first + BigInt(width - 1));
      expect(BigInt(sure[block]!) * lots * unit <= (factor * last.low) << 32n).toBe(true);
    }
    // The tail's lot is enough for its blocks, chosen by coins.
    const begin = BigInt(sure.length) * BigInt(width);
    for (let block = 0n; block < 5n; block++)
      expect(factor * scaled(begin + block * tailWidth).high * (tailWidth << (block + 1n)) <= unit).toBe(
        true,
      );
    expect(starts.at(-1)).toBe(2 ** 32);
    expect(tailWidth * tailWidth * variance.den >= variance.num).toBe(true);
  }
});

test.each(referenceGaussians.filter(({ parameter }) => 16n * parameter.num >= parameter.den))(
  "$name: draws, mean, variance fit the thirty digits",
  (reference) => {
    const drawn = drawMany(reference.parameter, 60_000, 21);
    expect(fitsReference(drawn, reference)).toMatchObject({ fits: true });
    expect(momentsFit(drawn, reference)).toBe(true);
  },
);

test("at the scales of training the quantiles fit and the lowest digits are uniform", () => {
  for (const sigma of [2 ** 13 + 77, 2 ** 24 * 20]) {
    const drawn = drawMany(rational(BigInt(sigma) ** 2n), 200_000, 32);
    expect(fitsInTheLarge(drawn, (x) => 1 - erfc(x / sigma / Math.SQRT2))).toEqual([true, true]);
    expect(
      fitsInTheLarge(
        drawn.map((x) => x * 1.03),
        (x) => 1 - erfc(x / sigma / Math.SQRT2),
      )[0],
    ).toBe(false);
  }
});

test("planted tables that are a little wrong do not fit", () => {
  const reference = referenceGaussians.find(
    ({ parameter }) => parameter.num === 100n && parameter.den === 1n,
  )!;
  const drawn = drawMany(rational(95n * 95n, 100n), 200_000, 3);
  expect(fitsReference(drawn, reference).fits && momentsFit(drawn, reference)).toBe(false);
  const onlyNear = drawMany(reference.parameter, 200_000, 3).map((x) => (Math.abs(x) > 22 ? 0 : x));
  expect(fitsReference(onlyNear, reference).fits).toBe(false);
});

test("the tail is drawn where its lot comes up, and keeps what belongs there", () => {
  const variance = rational(10_000n);
  const table = new TableGaussian(variance);
  const { starts, sure, width } = table.table;
  const tailLot = starts[sure.length]!;
  // The tail's lot, a minus, no further block, the first place, and a uniform that is zero as far as anybody looks.
  const first = [tailLot, 2 ** 31, 0, 0, ...new Array<number>(60).fill(0)];
  const words = new UniformWords(entropyOfWords(() => first.shift() ?? 5));
  expect(table.draw(words)).toBe(-sure.length * width);
  expect(sure.length * width).toBeGreaterThanOrEqual(10 * Number(floorSquareRoot(10_000n)));
  // A uniform that is not next to nothing is refused, and the draw begins anew at lot 0, whose block is around zero.
  const second = [tailLot, 0, 0, 0, 2 ** 30, 0, 0, 1, 0, 0];
  const refused = table.draw(new UniformWords(entropyOfWords(() => second.shift() ?? 0)));
  expect(Math.abs(refused)).toBeLessThan(100);
});
