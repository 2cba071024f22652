import { Secret } from "@unseen/base";
import { expect, test } from "vitest";
import { rational } from "../budget/rational.ts";
import { enumerateOutcomes, impossibleOutcomes } from "../testing/enumerated-outcomes.ts";
import { chiSquare, meanFits } from "../testing/goodness-of-fit.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import { costOf } from "./choice-event.ts";
import { forAccounting } from "./for-accounting.ts";
import { drawStaircase, staircase } from "./staircase.ts";

/** The law of the definition, normalised over a range that holds all but 1e-15. */
function lawOf(sensitivity: number, firstStep: number, epsilon: number): (x: number) => number {
  const weight = (x: number) => {
    const [flight, place] = [Math.floor(Math.abs(x) / sensitivity), Math.abs(x) % sensitivity];
    return Math.exp(-epsilon * (flight + (place < firstStep ? 0 : 1)));
  };
  const farthest = Math.ceil((40 * sensitivity) / epsilon) + sensitivity;
  let whole = 0;
  for (let x = -farthest; x <= farthest; x++) whole += weight(x);
  return (x) => weight(x) / whole;
}

test("a sum with noise costs epsilon, and errs less than Laplace noise where epsilon is large", () => {
  const noise = staircase({ sensitivity: 100n, epsilon: rational(4n) });
  const entropy = seededEntropy(2);
  const errors = Array.from({ length: 4_000 }, () =>
    Number(noise.release(Secret.of(1_000n), entropy).value - 1_000n),
  );
  const mean = errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length;
  const variance = errors.reduce((sum, error) => sum + (Math.abs(error) - mean) ** 2, 0) / errors.length;
  expect(meanFits(mean, noise.meanError, variance, errors.length)).toBe(true);
  // Discrete Laplace noise of scale 25 errs by about its scale.
  expect(noise.meanError).toBeLessThan(0.6 * 25);
  expect(costOf(noise.event)).toEqual(noise.cost);
  expect(forAccounting(noise.event)).toMatchObject({ kind: "epsilon-delta", delta: 0 });
});

test("draws have the law of the definition on every stream of random bits", () => {
  for (const [sensitivity, firstStep, epsilon] of [
    [3, 1, rational(1n)],
    [3, 2, rational(1n, 2n)],
    [1, 1, rational(2n)],
  ] as const) {
    const law = lawOf(sensitivity, firstStep, Number(epsilon.num) / Number(epsilon.den));
    const found = enumerateOutcomes(
      (words) => drawStaircase(words, BigInt(sensitivity), BigInt(firstStep), epsilon),
      { bits: 1, depth: 16 },
    );
    expect(impossibleOutcomes(found, (x) => law(Number(x)))).toEqual([]);
    expect(Number(found.undecided) / Number(found.whole)).toBeLessThan(0.7);
  }
});

test("no outcome's odds change by more than e^epsilon between neighbours, and some do by all of it", () => {
  for (const [sensitivity, epsilon] of [
    [1, 1],
    [4, 0.5],
    [7, 3],
    [10, 8],
  ] as const)
    for (let firstStep = 1; firstStep <= sensitivity; firstStep++) {
      const law = lawOf(sensitivity, firstStep, epsilon);
      let most = 0;
      for (let moved = -sensitivity; moved <= sensitivity; moved++)
        for (let x = -5 * sensitivity; x <= 5 * sensitivity; x++)
          most = Math.max(most, Math.abs(Math.log(law(x) / law(x + moved))));
      expect(most).toBeLessThanOrEqual(epsilon * (1 + 1e-12));
      expect(most).toBeGreaterThan(epsilon * (1 - 1e-12));
    }
});

test("forty thousand draws fit the law, at a false-alarm rate of 1e-9", () => {
  const noise = staircase({ sensitivity: 5n, epsilon: rational(3n, 2n) });
  const law = lawOf(5, Number(noise.firstStep), 1.5);
  const counts = new Map<number, number>();
  const entropy = seededEntropy(6);
  for (let run = 0; run < 40_000; run++) {
    const drawn = Number(noise.release(Secret.of(0n), entropy).value);
    counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
  }
  const cells = Array.from({ length: 301 }, (_, at) => ({
    drawn: counts.get(at - 150) ?? 0,
    probability: law(at - 150),
  }));
  expect(chiSquare(cells).fits).toBe(true);
});

test("the first step is the best of all, and the mean error is the sum of the definition", () => {
  for (const [sensitivity, epsilon] of [
    [1, 1n],
    [6, 1n],
    [20, 4n],
    [50, 8n],
  ] as const) {
    const noise = staircase({ sensitivity: BigInt(sensitivity), epsilon: rational(epsilon) });
    const errorAt = (firstStep: number) => {
      const law = lawOf(sensitivity, firstStep, Number(epsilon));
      let sum = 0;
      for (let x = 1; x <= 45 * sensitivity; x++) sum += 2 * x * law(x);
      return sum;
    };
    expect(noise.meanError / errorAt(Number(noise.firstStep))).toBeCloseTo(1, 9);
    const least = Math.min(...Array.from({ length: sensitivity }, (_, step) => errorAt(step + 1)));
    expect(noise.meanError).toBeLessThanOrEqual(least * 1.01);
  }
});

test("unsound parameters are refused, and huge sensitivities are drawn", () => {
  expect(() => staircase({ sensitivity: 0n, epsilon: rational(1n) })).toThrow("somebody moves");
  for (const epsilon of [rational(0n), rational(-1n), rational(11n)])
    expect(() => staircase({ sensitivity: 1n, epsilon })).toThrow("price");
  const huge = staircase({ sensitivity: 1n << 100n, epsilon: rational(1n) });
  const noised = huge.release(Secret.of(0n), seededEntropy(1)).value;
  expect(noised).not.toBe(0n);
});
