import { expect, test } from "vitest";
import type { Accountant } from "./accountant.ts";
import { deltaOfGaussianAtLeast, epsilonOfGaussianAtLeast } from "./analytic-gaussian.ts";
import { epsilonForAccuracy, noiseMultiplierFor } from "./calibration.ts";
import { describeRun } from "./describe-run.ts";
import type { PrivacyEvent } from "./event.ts";
import { gdpAccountant } from "./gdp.ts";
import { rdpAccountant } from "./rdp.ts";

const gaussian = (noiseMultiplier: number): PrivacyEvent => ({ kind: "gaussian", noiseMultiplier });

function epsilonOf(accountant: Accountant, event: PrivacyEvent, delta: number): number {
  const composed = accountant.compose(event);
  return composed.ok ? composed.value.epsilonAtLeast(delta) : expect.fail(composed.problem.because);
}

test("noise for a target keeps within it, and a little less noise would not", () => {
  const eventAt = (noise: number): PrivacyEvent => ({
    kind: "self-composed",
    event: { kind: "poisson-sampled", probability: 0.01, event: gaussian(noise) },
    count: 1000,
  });
  const found = noiseMultiplierFor({ epsilon: 1, delta: 1e-6, eventAt }, rdpAccountant());
  if (!found.ok) expect.fail("a sampled Gaussian is calibrated");
  expect(epsilonOf(rdpAccountant(), eventAt(found.value), 1e-6)).toBeLessThanOrEqual(1);
  expect(epsilonOf(rdpAccountant(), eventAt(found.value * (1 - 3e-6)), 1e-6)).toBeGreaterThan(1);
  expect(noiseMultiplierFor({ epsilon: 1, delta: 1e-6, eventAt }, gdpAccountant())).toMatchObject({
    ok: false,
  });
  expect(noiseMultiplierFor({ epsilon: 0.1, delta: 0, eventAt: gaussian }, rdpAccountant())).toEqual({
    ok: false,
    problem: { code: "target-out-of-reach" },
  });
});

test("an accuracy has its price in epsilon", () => {
  // P(|Laplace(b)| > t) = exp(-t / b).
  const laplace = epsilonForAccuracy({ noise: "laplace", accuracy: 10, confidence: 0.95, sensitivity: 1 });
  expect(laplace).toBeCloseTo(Math.log(20) / 10, 12);
  const normal = epsilonForAccuracy({
    noise: "gaussian",
    accuracy: 10,
    confidence: 0.95,
    sensitivity: 1,
    delta: 1e-6,
  });
  expect(deltaOfGaussianAtLeast(10 / 1.959963984540054, normal) / 1e-6).toBeCloseTo(1, 6);
  expect(
    epsilonForAccuracy({ noise: "gaussian", accuracy: 1e9, confidence: 0.95, sensitivity: 1, delta: 0.1 }),
  ).toBe(0);
});

test("a DP-SGD run in words becomes the events that its sampling earns", () => {
  const run = { kind: "dp-sgd", examples: 60_000, batch: 250, noise: 1.3, epochs: 15 } as const;
  const epsilonAs = (sampling: "poisson" | "fixed" | "none") => {
    const { events, relation } = describeRun({ ...run, sampling });
    return epsilonOf(rdpAccountant({ relation }), { kind: "composed", events }, 1e-5);
  };
  expect(describeRun({ ...run, sampling: "poisson" }).events).toMatchObject([{ count: 3600 }]);
  expect(epsilonAs("poisson")).toBeCloseTo(0.9422, 4);
  expect(epsilonAs("fixed")).toBeGreaterThan(epsilonAs("poisson"));
  expect(epsilonAs("none")).toBeGreaterThan(10 * epsilonAs("poisson"));
  const releases = describeRun({ kind: "gaussian-releases", noises: [3, 4] });
  expect(epsilonOf(gdpAccountant(), { kind: "composed", events: releases.events }, 1e-6)).toBeCloseTo(
    epsilonOfGaussianAtLeast(1 / Math.hypot(1 / 3, 1 / 4), 1e-6),
    9,
  );
});
