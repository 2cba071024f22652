import { largestDeviation } from "@unseen/privacy";
import { expect, test } from "vitest";
import { planSteps } from "../fit/plan-training.ts";
import { dense } from "../layers/dense.ts";
import { planNetwork } from "../model/network.ts";
import { sgd } from "../optimise/sgd.ts";
import { PoissonSampler } from "../sampling/poisson-sampler.ts";
import { PrivateSums } from "./private-sums.ts";

test("noise that cannot be drawn is refused by its settings, and never made", () => {
  const settings = { unitsEachRun: 64, runsChanged: 2, normError: 1e-6, hasCount: false };
  for (const dimension of [10, 2 ** 20, 2 ** 24])
    for (const [noiseMultiplier, across] of [
      [1, undefined],
      [1e6, undefined],
      [1e6, { kind: "banded", bands: 1_024, stepsEach: 2_000 }],
    ] as const) {
      const options = { ...settings, dimension, noiseMultiplier, ...(across && { across }) };
      if (!PrivateSums.canBeNoised(options)) {
        expect(() => new PrivateSums(options)).toThrow("at most 2^38 steps");
        continue;
      }
      const { num, den } = new PrivateSums(options).measurement.sigmaSquared;
      expect(Math.sqrt(Number(num) / Number(den))).toBeLessThanOrEqual(largestDeviation * 1.001);
    }
});

test("a training with such noise has no plan", () => {
  const [network, sampler] = [
    planNetwork([dense(5_000)], [20]),
    PoissonSampler.of({ rate: 0.1, steps: 10, expects: 10 }),
  ];
  if (!network.ok || !sampler.ok) throw new Error("these fit");
  const planned = (noiseMultiplier: number) =>
    planSteps(
      network.value,
      { sampler: sampler.value, rowsEach: 1, unitInWords: "a row", reportEvery: 1 },
      { optimizer: sgd(1), privacy: { clip: 1, delta: 1e-5, noiseMultiplier } },
    );
  expect(planned(1).ok).toBe(true);
  expect(planned(1e6)).toMatchObject({ ok: false, problem: { code: "training-invalid" } });
});
