import { Secret } from "@unseen/base";
import { WholeNumbers } from "@unseen/compute";
import { expect, test } from "vitest";
import { rationalToNumber } from "../budget/rational.ts";
import { fitsReference, momentsFit } from "../testing/noise-fit.ts";
import { referenceGaussians } from "../testing/reference-noise.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import { gaussianVector } from "./gaussian-vector.ts";

test("the noise has the variance of what is accounted for, and sixteen more", () => {
  const measurement = gaussianVector({ l2Sensitivity: 1000n, noiseMultiplier: 1.3, dimension: 3 });
  expect(measurement.event).toEqual({ kind: "gaussian", noiseMultiplier: 1.3 });
  expect(rationalToNumber(measurement.sigmaSquared)).toBeCloseTo(1300 ** 2 + 16, 3);
  // Exactly, and not a rounded double: 1.3 is a little above thirteen tenths.
  expect(measurement.sigmaSquared.num * 1n > 1690016n * measurement.sigmaSquared.den).toBe(true);
});

test("what is released is the sums and noise of that distribution", async () => {
  const reference = referenceGaussians.find(
    ({ parameter }) => parameter.num === 100n && parameter.den === 1n,
  )!;
  const dimension = 100_000;
  // 84 and sixteen are one hundred.
  const measurement = gaussianVector({ l2Sensitivity: 1n, noiseMultiplier: Math.sqrt(84), dimension });
  const sums = Float64Array.from({ length: dimension }, (_, at) => at - 50_000);
  const { value } = measurement.release(Secret.of(await wholeNumbers(sums)), seededEntropy(3));
  const noise = value.map((noised, at) => noised - sums[at]!);
  expect(fitsReference(noise, reference)).toMatchObject({ fits: true });
  expect(momentsFit(noise, reference)).toBe(true);
  expect(
    fitsReference(
      noise.map((x) => x * 1.05),
      reference,
    ),
  ).toMatchObject({ fits: false });
});

test("sums that are no whole numbers, or not as many as were priced, are never noised", async () => {
  const measurement = gaussianVector({ l2Sensitivity: 10n, noiseMultiplier: 1, dimension: 2 });
  for (const sums of [[1, 0.5], [1], [1, 2 ** 53], [1, Number.NaN]])
    await expect(async () =>
      measurement.release(Secret.of(await wholeNumbers(sums)), seededEntropy(1)),
    ).rejects.toThrow();
});

test("what was exact is nowhere any more: the noise took its place", async () => {
  const sums = await wholeNumbers(new Array<number>(2_000).fill(3));
  const measurement = gaussianVector({ l2Sensitivity: 1000n, noiseMultiplier: 1, dimension: 2_000 });
  const { value } = measurement.release(Secret.of(sums), seededEntropy(5));
  expect(value).toBe(sums.numbers);
  expect(value.filter((each) => each === 3).length).toBeLessThan(20);
});

async function wholeNumbers(sums: ArrayLike<number>): Promise<WholeNumbers> {
  const made = await WholeNumbers.zeros(sums.length);
  made.numbers.set(sums);
  return made;
}
