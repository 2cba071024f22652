import { platformEntropy, Secret } from "@unseen/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { attoDeltaOf } from "../budget/atto-delta.ts";
import { epsilonAsRational, nanoEpsilonOf } from "../budget/nano-epsilon.ts";
import {
  addRationals,
  compareRationals,
  divideRationals,
  multiplyRationals,
  type Rational,
  rational,
} from "../budget/rational.ts";
import { gaussianProbability, laplaceProbability, readFixture } from "../testing/reference-noise.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import { rhoAtMost } from "./concentrated.ts";
import { erfc } from "./erfc.ts";
import { gaussianMeasurement, laplaceMeasurement } from "./measurement.ts";
import { lossOf } from "./mechanism-event.ts";
import { afterRelease, type Released, releasedTogether } from "./released.ts";

const half = rational(1n, 2n);
const opendp = readFixture("opendp-known-answers.json") as Record<string, number>;

test("a count of people is released with noise of scale 1/epsilon", () => {
  const count = laplaceMeasurement({ l1Sensitivity: 1n, epsilon: half, dimension: 1 });
  const released = count.release(Secret.of(BigInt64Array.of(442n)), platformEntropy(globalThis.crypto));
  expect(Math.abs(Number(released.value[0]) - 442)).toBeLessThan(200);
  expect(count.event).toEqual({
    mechanism: "discrete-laplace",
    scale: "2/1",
    l1Sensitivity: "1",
    dimension: 1,
  });
  expect(JSON.parse(JSON.stringify(count.event))).toEqual(count.event);
  expect(count.halfWidthAtLeast(0.95)).toBe(6n);
});

test("k cuts at a k-th of the offer cost the offer, exactly, for any k and any sensitivity", () => {
  const whole = fc.bigInt({ min: 1n, max: 2n ** 60n });
  fc.assert(
    fc.property(
      fc.bigInt({ min: 1_000n, max: 10n ** 12n }),
      fc.array(whole, { minLength: 1, maxLength: 12 }),
      (nanos, sensitivities) => {
        const epsilon = epsilonAsRational(nanoEpsilonOf(nanos));
        const each = divideRationals(epsilon, rational(BigInt(sensitivities.length)));
        const pure = sensitivities.map((l1Sensitivity) =>
          lossOf(laplaceMeasurement({ l1Sensitivity, epsilon: each, dimension: 3 }).event),
        );
        expect(
          pure.reduce<Rational>(
            (sum, loss) => addRationals(sum, loss.kind === "pure" ? loss.epsilon : rational(0n)),
            rational(0n),
          ),
        ).toEqual(epsilon);
        const rho = lossesOfGaussians(sensitivities, each);
        expect(rho).toEqual(epsilon);
      },
    ),
  );
});

function lossesOfGaussians(sensitivities: readonly bigint[], each: Rational): Rational {
  return sensitivities
    .map((squared) =>
      lossOf(gaussianMeasurement({ l2SensitivitySquared: squared, rho: each, dimension: 2 }).event),
    )
    .reduce<Rational>(
      (sum, loss) => addRationals(sum, loss.kind === "concentrated" ? loss.rho : rational(0n)),
      rational(0n),
    );
}

test("moving all elements together within the sensitivity moves the log-odds of any outcome by at most epsilon", () => {
  const moves = fc.array(fc.bigInt({ min: -1000n, max: 1000n }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(moves, fc.infiniteStream(fc.bigInt({ min: -5000n, max: 5000n })), (moved, outcomes) => {
      const magnitude = (x: bigint) => (x < 0n ? -x : x);
      const l1Sensitivity = moved.reduce((sum, move) => sum + magnitude(move), 0n);
      fc.pre(l1Sensitivity > 0n);
      const epsilon = rational(3n, 7n);
      const { event } = laplaceMeasurement({ l1Sensitivity, epsilon, dimension: moved.length });
      const [num, den] = event.mechanism === "discrete-laplace" ? event.scale.split("/").map(BigInt) : [];
      // ln p(x) = constant - |x| / scale, element by element; the constant cancels.
      const change = moved.reduce((sum, move) => {
        const x = outcomes.next().value;
        return sum + magnitude(x - move) - magnitude(x);
      }, 0n);
      const logOdds = multiplyRationals(rational(magnitude(change)), rational(den!, num!));
      expect(compareRationals(logOdds, epsilon)).toBeLessThanOrEqual(0);
    }),
  );
});

test("what no person can move is released as it is, at no loss", () => {
  for (const measurement of [
    laplaceMeasurement({ l1Sensitivity: 0n, epsilon: half, dimension: 2 }),
    gaussianMeasurement({ l2SensitivitySquared: 0n, rho: half, dimension: 2 }),
  ]) {
    expect(measurement.release(Secret.of(BigInt64Array.of(5n, -6n)), seededEntropy(1)).value).toEqual([
      5n,
      -6n,
    ]);
    expect(measurement.halfWidthAtLeast(0.99)).toBe(0n);
    const loss = lossOf(measurement.event);
    expect(loss.kind === "pure" ? loss.epsilon : loss.rho).toEqual(rational(0n));
  }
});

test("noise is added element by element to the exact sums, and past 64 bits without wrapping", () => {
  const measurement = laplaceMeasurement({
    l1Sensitivity: 1n,
    epsilon: rational(1n, 10n ** 6n),
    dimension: 4,
  });
  const top = 2n ** 63n - 1n;
  const noised = measurement.release(Secret.of(BigInt64Array.of(top, -top, top, 0n)), seededEntropy(5)).value;
  const noise = measurement.noise(4, seededEntropy(5));
  expect(noised).toEqual([top + noise[0]!, -top + noise[1]!, top + noise[2]!, noise[3]!]);
  expect(new Set(noise).size).toBe(4);
});

test("a measurement that was priced for another number of sums does not noise these", () => {
  const measurement = laplaceMeasurement({ l1Sensitivity: 1n, epsilon: half, dimension: 2 });
  expect(() => measurement.release(Secret.of(new BigInt64Array(3)), seededEntropy(1))).toThrow(
    "as many sums",
  );
});

test("unsound parameters never make a measurement", () => {
  expect(() => laplaceMeasurement({ l1Sensitivity: -1n, epsilon: half, dimension: 1 })).toThrow(
    "not negative",
  );
  expect(() => laplaceMeasurement({ l1Sensitivity: 1n, epsilon: rational(0n), dimension: 1 })).toThrow(
    "positive price",
  );
  expect(() => gaussianMeasurement({ l2SensitivitySquared: 1n, rho: rational(-1n), dimension: 1 })).toThrow(
    "positive price",
  );
  expect(() => gaussianMeasurement({ l2SensitivitySquared: 1n, rho: half, dimension: 0 })).toThrow(
    "at least one",
  );
  const fair = laplaceMeasurement({ l1Sensitivity: 1n, epsilon: half, dimension: 1 });
  for (const confidence of [0, 1, Number.NaN, -1])
    expect(() => fair.halfWidthAtLeast(confidence)).toThrow("strictly between");
});

test("unit noise loses what OpenDP says it loses, and is as wide", () => {
  const laplace = laplaceMeasurement({ l1Sensitivity: 1n, epsilon: rational(1n), dimension: 1 });
  expect(lossOf(laplace.event)).toEqual({
    kind: "pure",
    epsilon: rational(BigInt(opendp["discrete_laplace_1d_scale1_eps(d_in=1)"]!)),
  });
  const gaussian = gaussianMeasurement({ l2SensitivitySquared: 1n, rho: half, dimension: 1 });
  expect(lossOf(gaussian.event)).toEqual({ kind: "concentrated", rho: half });
  expect(opendp["discrete_gaussian_scale1_rho(d_in=1)"]).toBe(0.5);
  // OpenDP's accuracy a has P(|noise| >= a) <= alpha, so a = h + 1.
  expect(Number(gaussian.halfWidthAtLeast(0.5)) + 1).toBe(
    opendp["discrete_gaussian_scale_to_accuracy(scale=1,alpha=0.5)"],
  );
});

test("a scale just inside OpenDP's for accuracy 1 is accurate to 1, and one just outside is not", () => {
  const thousand = 1_000_000n;
  const laplaceScale = opendp["accuracy_to_discrete_laplacian_scale(accuracy=1,alpha=0.5)"]!;
  const laplaceAt = (scale: number) =>
    laplaceMeasurement({
      l1Sensitivity: BigInt(Math.round(scale * 1e6)),
      epsilon: rational(thousand),
      dimension: 1,
    });
  expect(laplaceAt(laplaceScale - 1e-6).halfWidthAtLeast(0.5)).toBe(0n);
  expect(laplaceAt(laplaceScale + 1e-6).halfWidthAtLeast(0.5)).toBe(1n);
  const gaussianScale = opendp["accuracy_to_discrete_gaussian_scale(accuracy=1,alpha=0.5)"]!;
  const gaussianAt = (sigma: number) =>
    gaussianMeasurement({
      l2SensitivitySquared: BigInt(Math.round(sigma * sigma * 1e9)),
      rho: rational(10n ** 9n, 2n),
      dimension: 1,
    });
  expect(gaussianAt(gaussianScale - 1e-6).halfWidthAtLeast(0.5)).toBe(0n);
  expect(gaussianAt(gaussianScale + 1e-6).halfWidthAtLeast(0.5)).toBe(1n);
});

test("the error bar is the smallest that holds the confidence, by the definition", () => {
  const smallest = (probability: (x: number) => number, confidence: number) => {
    let h = 0;
    for (let held = probability(0); held < confidence; held += 2 * probability(h)) h++;
    return BigInt(h);
  };
  for (const confidence of [0.01, 0.5, 0.9, 0.95, 0.999]) {
    for (const scale of [1n, 3n, 20n]) {
      const measurement = laplaceMeasurement({ l1Sensitivity: scale, epsilon: rational(1n), dimension: 1 });
      expect(measurement.halfWidthAtLeast(confidence)).toBe(
        smallest((x) => laplaceProbability(Number(scale), x), confidence),
      );
    }
    for (const variance of [1n, 10n, 400n]) {
      const measurement = gaussianMeasurement({ l2SensitivitySquared: variance, rho: half, dimension: 1 });
      const normalised = gaussianProbability(Number(variance), 0);
      const probability = (x: number) => normalised * Math.exp((-x * x) / (2 * Number(variance)));
      expect(measurement.halfWidthAtLeast(confidence)).toBe(smallest(probability, confidence));
    }
  }
});

test("in the large the error bar is the continuous quantile, to a grid unit and a part in a thousand million", () => {
  const sigma = 2n ** 26n;
  const gaussian = gaussianMeasurement({ l2SensitivitySquared: sigma * sigma, rho: half, dimension: 1 });
  expect(Number(gaussian.halfWidthAtLeast(0.95)) / Number(sigma)).toBeCloseTo(1.959963984540054, 7);
  expect(Number(gaussian.halfWidthAtLeast(0.999999)) / Number(sigma)).toBeCloseTo(4.891638475698, 7);
  const laplace = laplaceMeasurement({ l1Sensitivity: sigma, epsilon: rational(1n), dimension: 1 });
  expect(Number(laplace.halfWidthAtLeast(0.95)) / Number(sigma)).toBeCloseTo(Math.log(20), 7);
});

test("the share of noise inside the error bar is what the bar says", () => {
  const rho = rhoAtMost(nanoEpsilonOf(500_000_000n), attoDeltaOf(10n ** 9n));
  for (const measurement of [
    laplaceMeasurement({ l1Sensitivity: 2n ** 24n, epsilon: half, dimension: 1 }),
    gaussianMeasurement({ l2SensitivitySquared: 2n ** 48n, rho, dimension: 1 }),
  ]) {
    const h = measurement.halfWidthAtLeast(0.95);
    const noise = measurement.noise(100_000, seededEntropy(77));
    const inside = noise.filter((x) => x <= h && x >= -h).length / noise.length;
    expect(Math.abs(inside - 0.95)).toBeLessThan(6 * Math.sqrt((0.95 * 0.05) / noise.length));
  }
});

test("erfc agrees with sixteen digits of the C library on both sides of its crossover", () => {
  for (const [x, value] of [
    [0, 1],
    [0.1, 0.887537083981715],
    [0.5, 0.4795001221869535],
    [1, 0.15729920705028513],
    [2, 0.004677734981047266],
    [2.4999, 0.0004071699003334514],
    [2.5, 0.0004069520174449589],
    [3, 2.2090496998585441e-5],
    [5, 1.5374597944280349e-12],
  ] as const) {
    expect(Math.abs(erfc(x) / value - 1)).toBeLessThan(1e-11);
  }
});

test("what is computed from released answers alone is released; nothing else is", () => {
  const measurement = laplaceMeasurement({ l1Sensitivity: 1n, epsilon: half, dimension: 2 });
  const first = measurement.release(Secret.of(BigInt64Array.of(10n, 4n)), seededEntropy(3));
  const mean: Released<number> = afterRelease(first, ([sum, count]) => Number(sum) / Number(count));
  expect(Number.isFinite(mean.value)).toBe(true);
  const both: Released<readonly [number, readonly bigint[]]> = releasedTogether<
    readonly [number, readonly bigint[]]
  >([mean, first]);
  expect(both.value).toEqual([mean.value, first.value]);
  // @ts-expect-error a bare value is not released
  const leaked: Released<number> = { value: 5 };
  expect(leaked.value).toBe(5);
  expect(() => Object.assign(first, { value: [0n] })).toThrow();
});
