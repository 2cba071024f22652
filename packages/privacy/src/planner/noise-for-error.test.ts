import { expect, test } from "vitest";
import { rational } from "../budget/rational.ts";
import { gaussianMeasurement, laplaceMeasurement } from "../mechanisms/measurement.ts";
import { noiseOfAll } from "../mechanisms/noise-of-all.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import { NoiseForError } from "./noise-for-error.ts";

test("noise for error bars has the mean square and the half-width of a total's exact noise, whole or in parts", () => {
  for (const parts of [1, 2, 3])
    for (const owners of [parts, parts + 1, 5])
      for (const one of [
        laplaceMeasurement({ l1Sensitivity: 1_000n, epsilon: rational(1n), dimension: 1, parts }),
        gaussianMeasurement({ l2SensitivitySquared: 10n ** 6n, rho: rational(1n, 2n), dimension: 1, parts }),
      ]) {
        const total = noiseOfAll(one, owners);
        const noise = new NoiseForError(total, seededEntropy(parts * 10 + owners));
        const draws = Array.from({ length: 20_000 }, () => noise.draw());
        const meanSquare = draws.reduce((sum, x) => sum + x * x, 0) / draws.length;
        const ofOne = one.mechanism === "discrete-laplace" ? 2e6 : 1e6;
        expect(meanSquare / ((ofOne * owners) / parts)).toBeGreaterThan(0.9);
        expect(meanSquare / ((ofOne * owners) / parts)).toBeLessThan(1.1);
        const width = Number(total.halfWidthAtLeast(0.95));
        const inside = draws.filter((x) => Math.abs(x) <= width).length / draws.length;
        expect(inside).toBeGreaterThan(0.94);
      }
});
