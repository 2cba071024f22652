import { platformEntropy, Secret } from "@unseen/base";
import { expect, test } from "vitest";
import { rational } from "../budget/rational.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import { gaussianMeasurement, laplaceMeasurement } from "./measurement.ts";
import { noiseOfAll, releasedTotal } from "./noise-of-all.ts";

const measurements = [
  laplaceMeasurement({ l1Sensitivity: 2n ** 20n, epsilon: rational(1n, 2n), dimension: 1 }),
  gaussianMeasurement({ l2SensitivitySquared: 2n ** 40n, rho: rational(1n, 8n), dimension: 1 }),
];

test("the noise of three owners has three times the variance of one, and the price of one", () => {
  for (const one of measurements) {
    const all = noiseOfAll(one, 3);
    expect(all.event).toEqual(one.event);
    const variance = (noise: readonly bigint[]) =>
      noise.reduce((sum, x) => sum + Number(x) ** 2, 0) / noise.length;
    const ratio =
      variance(all.noise(20_000, seededEntropy(1))) / variance(one.noise(20_000, seededEntropy(2)));
    expect(ratio).toBeGreaterThan(2.7);
    expect(ratio).toBeLessThan(3.3);
  }
});

test("the half-width of a total holds at least as often as it says, and is not twice too wide", () => {
  for (const one of measurements) {
    for (const owners of [1, 2, 5]) {
      const all = noiseOfAll(one, owners);
      const width = all.halfWidthAtLeast(0.95);
      const noise = all.noise(20_000, seededEntropy(owners));
      const inside = noise.filter((x) => x <= width && x >= -width).length / noise.length;
      expect(inside).toBeGreaterThan(0.94);
      const spread = [...noise].map((x) => Number(x < 0n ? -x : x)).sort((a, b) => a - b);
      expect(Number(width)).toBeLessThan(2 * spread[Math.floor(0.95 * spread.length)]!);
    }
  }
});

test("a total is released once one's own noised sums are in it, and a description of all noises releases nothing", () => {
  const [laplace] = measurements;
  const mine = laplace!.release(Secret.of(BigInt64Array.of(7n)), platformEntropy(globalThis.crypto));
  expect(releasedTotal(mine, [100n]).value).toEqual([mine.value[0]! + 100n]);
  expect(() => releasedTotal(mine, [])).toThrow("one length");
  expect(() => noiseOfAll(laplace!, 2).release(Secret.of(BigInt64Array.of(7n)), seededEntropy(1))).toThrow(
    "its own sums",
  );
});
