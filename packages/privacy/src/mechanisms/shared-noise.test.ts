// What t honest owners' noise promises together, held to exact laws: convolutions of what one owner draws.

import { expect, test } from "vitest";
import { type Rational, rational, rationalToNumber } from "../budget/rational.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import {
  gaussianLaw,
  greatestLoss,
  type Law,
  laplaceShareLaw,
  renyi,
  sumLaw,
} from "../testing/shared-noise-law.ts";
import { gaussianShareVariance } from "./gaussian-share.ts";
import { gaussianMeasurement, laplaceMeasurement } from "./measurement.ts";
import { noiseOfAll } from "./noise-of-all.ts";

const counted = [2, 3, 5] as const;
const orders = [1.01, 1.5, 2, 4, 8, 16] as const;

/** The most that any order of the divergence exceeds rho times the order by; not above zero where the promise holds. */
function beyondRho(law: Law, shift: number, rho: number): number {
  return Math.max(...orders.map((order) => renyi(law, shift, order) / order - rho));
}

test("pure noise: t owners' shares lose epsilon for a person, to the last digit, and with more owners less", () => {
  for (const epsilon of [0.5, 1, 2])
    for (const parts of counted) {
      const sensitivity = 2;
      const one = laplaceShareLaw(sensitivity / epsilon, parts);
      expect(greatestLoss(sumLaw(one, parts), sensitivity, 30 / epsilon)).toBeCloseTo(epsilon, 9);
      expect(greatestLoss(sumLaw(one, parts + 1), sensitivity, 30 / epsilon)).toBeLessThanOrEqual(
        epsilon + 1e-9,
      );
    }
});

test("pure noise: one honest owner fewer than was counted on loses more than epsilon", () => {
  for (const parts of counted)
    expect(greatestLoss(sumLaw(laplaceShareLaw(2, parts), parts - 1), 2, 60)).toBeGreaterThan(1.05);
});

test("Gaussian noise: t owners' shares keep rho-zCDP in every order, also where shares are as small as grid steps", () => {
  for (const [squared, rho] of [
    [1n, rational(1n, 100n)],
    [1n, rational(1n, 2n)],
    [1n, rational(2n)],
    [1n, rational(20n)],
    [25n, rational(1n)],
  ] as const)
    for (const parts of counted) {
      const one = gaussianLaw(shareOf(squared, rho, parts));
      const shift = Math.sqrt(Number(squared));
      for (const honest of [parts, parts + 1])
        expect(beyondRho(sumLaw(one, honest), shift, rationalToNumber(rho))).toBeLessThanOrEqual(1e-9);
    }
});

test("a person among the people of two owners loses twice epsilon, and four times rho: more than rho at each", () => {
  const pure = sumLaw(laplaceShareLaw(2, 2), 2);
  expect(greatestLoss(pure, 2 * 2, 60)).toBeCloseTo(2, 9);
  const rho = 1 / 8;
  const shared = sumLaw(gaussianLaw(shareOf(25n, rational(1n, 8n), 2)), 2);
  expect(beyondRho(shared, 2 * 5, 2 * rho)).toBeGreaterThan(1.9 * rho);
  expect(beyondRho(shared, 2 * 5, 4 * rho)).toBeLessThanOrEqual(1e-9);
  // Where each owner's noise is whole, two of them are on the total: rho at each.
  const whole = sumLaw(gaussianLaw(25 / (2 * rho)), 2);
  expect(beyondRho(whole, 2 * 5, 2 * rho)).toBeLessThanOrEqual(1e-9);
});

test("Gaussian noise: sums of shares without slack break rho, so the check can fail", () => {
  // A person moves a count by one at rho 2: even shares of variance 1/20 are no noise at all on whole numbers.
  const law = sumLaw(gaussianLaw(1 / 4 / 5), 5);
  expect(beyondRho(law, 1, 2)).toBeGreaterThan(0.5);
  const fewer = sumLaw(gaussianLaw(shareOf(4n, rational(1n, 2n), 3)), 2);
  expect(beyondRho(fewer, 2, 1 / 2)).toBeGreaterThan(0.05);
});

test("the bound of the paper on the ratio to a discrete Gaussian holds, and the proof's constant is not tight by much", () => {
  for (const variance of [0.25, 0.4, 0.7, 1.5])
    for (const parts of counted) {
      const sum = sumLaw(gaussianLaw(variance), parts);
      const whole = gaussianLaw(variance * parts);
      let tau = 0;
      for (let k = 1; k < parts; k += 1) tau += 10 * Math.exp((-2 * Math.PI ** 2 * variance * k) / (k + 1));
      let greatest = 0;
      for (let x = 0; x < 12 * Math.sqrt(variance * parts); x += 1)
        greatest = Math.max(greatest, Math.abs(Math.log(sum.at(x) / whole.at(x))));
      expect(greatest).toBeLessThanOrEqual(tau / 2 + 1e-9);
      if (parts === 2 && variance < 1) expect(greatest).toBeGreaterThan(tau / 10);
    }
});

test("at the scale of real sums a Gaussian share is its part of the variance, and a little more", () => {
  const variance = rational(2n ** 48n);
  for (const parts of counted) {
    const own = gaussianShareVariance({ variance, rho: rational(1n, 2n), dimension: 100, parts });
    const ratio = (rationalToNumber(own) * parts) / 2 ** 48;
    expect(ratio).toBeGreaterThan(1);
    expect(ratio).toBeLessThan(1 + 2 ** -17);
  }
});

test("a total of five owners of whom three are honest has five thirds of one noise, and says the price of one", () => {
  const of = { dimension: 1, parts: 3 };
  const shares = [
    laplaceMeasurement({ ...of, l1Sensitivity: 2n ** 20n, epsilon: rational(1n, 2n) }),
    gaussianMeasurement({ ...of, l2SensitivitySquared: 2n ** 40n, rho: rational(1n, 8n) }),
  ];
  const wholes = [
    laplaceMeasurement({ dimension: 1, l1Sensitivity: 2n ** 20n, epsilon: rational(1n, 2n) }),
    gaussianMeasurement({ dimension: 1, l2SensitivitySquared: 2n ** 40n, rho: rational(1n, 8n) }),
  ];
  const variance = (noise: readonly bigint[]) =>
    noise.reduce((sum, x) => sum + Number(x) ** 2, 0) / noise.length;
  for (const [at, share] of shares.entries()) {
    const total = noiseOfAll(share, 5);
    const whole = wholes[at]!;
    expect(total.event).toEqual(whole.event);
    expect(total.noises).toBeCloseTo(5 / 3, 4);
    const noise = total.noise(3_000, seededEntropy(3));
    expect(variance(noise) / variance(whole.noise(3_000, seededEntropy(4)))).toBeCloseTo(5 / 3, 0);
    const width = total.halfWidthAtLeast(0.95);
    const inside = noise.filter((x) => x <= width && x >= -width).length / noise.length;
    expect(inside).toBeGreaterThan(0.94);
    expect(() => noiseOfAll(share, 2)).toThrow("at least as many owners");
  }
});

function shareOf(squared: bigint, rho: Rational, parts: number): number {
  const variance = rational(squared * rho.den, 2n * rho.num);
  return rationalToNumber(gaussianShareVariance({ variance, rho, dimension: 1, parts }));
}
