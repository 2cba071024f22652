import { invariant } from "@unseen/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { NeighbouringRelation, PrivacyEvent } from "../event.ts";
import { PldAccountant } from "./pld-accountant.ts";
import { binomialAtLeast } from "./truncation.ts";

function spent(
  events: readonly (readonly [PrivacyEvent, number])[],
  relation: NeighbouringRelation = "add-or-remove-one",
) {
  let made = new PldAccountant({ relation });
  for (const [event, count] of events) {
    const next = made.compose(event, count);
    invariant(next.ok, `a ${event.kind} is supported`);
    made = next.value;
  }
  return made;
}

const sampled = (probability: number, noiseMultiplier: number): PrivacyEvent => ({
  kind: "poisson-sampled",
  probability,
  event: { kind: "gaussian", noiseMultiplier },
});

const anyEvent = fc.oneof(
  fc
    .double({ min: 0.5, max: 8, noNaN: true })
    .map((noiseMultiplier): PrivacyEvent => ({ kind: "gaussian", noiseMultiplier })),
  fc
    .double({ min: 0.5, max: 8, noNaN: true })
    .map((noiseMultiplier): PrivacyEvent => ({ kind: "laplace", noiseMultiplier })),
  fc
    .record({
      rate: fc.double({ min: 0.05, max: 1.5, noNaN: true }),
      sensitivity: fc.integer({ min: 1, max: 3 }),
    })
    .map((event): PrivacyEvent => ({ kind: "discrete-laplace", ...event })),
  fc
    .record({
      sigma: fc.double({ min: 0.7, max: 8, noNaN: true }),
      sensitivity: fc.integer({ min: 1, max: 2 }),
    })
    .map((event): PrivacyEvent => ({ kind: "discrete-gaussian", ...event })),
  fc
    .record({
      q: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
      noise: fc.double({ min: 0.6, max: 4, noNaN: true }),
    })
    .map(({ q, noise }) => sampled(q, noise)),
  fc
    .record({ epsilon: fc.double({ min: 0.05, max: 2, noNaN: true }), delta: fc.constantFrom(0, 1e-9) })
    .map((event): PrivacyEvent => ({ kind: "epsilon-delta", ...event })),
);

test("a training run's price, as a reader would ask for it", () => {
  const run = new PldAccountant({ relation: "add-or-remove-one" }).compose(
    sampled(256 / 60_000, 1.1),
    10_000,
  );
  if (!run.ok) throw new Error(run.problem.because);
  const { lower, upper } = run.value.epsilon(1e-5);
  expect(run.value.epsilonAtLeast(1e-5)).toBe(upper);
  expect(lower).toBeGreaterThan(1.977);
  expect(upper).toBeLessThan(1.979);
});

test("one Gaussian release has the delta of its closed form, far into the tail", () => {
  const one = spent([[{ kind: "gaussian", noiseMultiplier: 1 }, 1]]);
  // Phi(1/2 - eps) - e^eps Phi(-1/2 - eps), computed to forty digits.
  for (const [epsilon, delta] of [
    [1, 0.1269367375066439],
    [4, 4.712241200793119e-5],
    [7, 5.167629703917552e-12],
    [12, 5.20844206895046e-32],
  ] as const) {
    const { lower, upper } = one.delta(epsilon);
    expect(lower).toBeLessThanOrEqual(delta);
    expect(upper).toBeGreaterThanOrEqual(delta);
    expect(upper / lower).toBeLessThan(1.001);
  }
});

test("many Gaussian releases composed one by one on the lattice agree with the one that they are", () => {
  // Two mixtures of a single component each are Gaussians that the accountant does not recognise as such.
  const nearly = (sigma: number): PrivacyEvent => ({
    kind: "mixture-of-gaussians",
    sigma,
    sensitivities: [1, 1 + 1e-12],
    probabilities: [0.5, 0.5],
  });
  const slowly = spent([
    [nearly(20), 60],
    [nearly(30), 50],
  ]);
  const exactly = spent([[{ kind: "gaussian", noiseMultiplier: 1 / Math.sqrt(60 / 400 + 50 / 900) }, 1]]);
  for (const delta of [1e-3, 1e-6, 1e-10, 1e-15]) {
    const [a, b] = [slowly.epsilon(delta), exactly.epsilon(delta)];
    expect(a.lower).toBeLessThanOrEqual(b.upper);
    expect(a.upper).toBeGreaterThanOrEqual(b.lower);
    expect((a.upper - a.lower) / a.upper).toBeLessThan(0.005);
  }
});

test("the bounds never cross, and neither order of composing nor grouping matters beyond them", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyEvent, fc.integer({ min: 1, max: 6 })), { minLength: 1, maxLength: 3 }),
      fc.constantFrom(1e-3, 1e-6),
      (events, delta) => {
        const [forth, back] = [spent(events).epsilon(delta), spent(events.toReversed()).epsilon(delta)];
        const nested = spent([
          [
            {
              kind: "composed",
              events: events.map(([event, count]): PrivacyEvent => ({ kind: "self-composed", event, count })),
            },
            1,
          ],
        ]).epsilon(delta);
        for (const each of [forth, back, nested]) expect(each.lower).toBeLessThanOrEqual(each.upper);
        for (const each of [back, nested]) {
          expect(each.lower).toBeLessThanOrEqual(forth.upper);
          expect(each.upper).toBeGreaterThanOrEqual(forth.lower);
        }
      },
    ),
    { numRuns: 25, seed: 7 },
  );
});

test("epsilon and delta ask the same curve", () => {
  fc.assert(
    fc.property(anyEvent, fc.integer({ min: 1, max: 12 }), (event, count) => {
      const accountant = spent([[event, count]]);
      const { lower, upper } = accountant.epsilon(1e-5);
      if (!Number.isFinite(upper) || lower <= 0) return;
      expect(accountant.delta(upper * (1 + 1e-9)).lower).toBeLessThanOrEqual(1e-5 * (1 + 1e-6));
      expect(accountant.delta(lower * (1 - 1e-9)).upper).toBeGreaterThanOrEqual(1e-5 * (1 - 1e-6));
    }),
    { numRuns: 25, seed: 11 },
  );
});

test("more steps never cost less, and more noise never costs more", () => {
  let [before, beforeLower] = [0, 0];
  for (const steps of [1, 2, 5, 20, 100, 1000, 5000]) {
    const { lower, upper } = spent([[sampled(0.01, 1), steps]]).epsilon(1e-5);
    expect(upper).toBeGreaterThanOrEqual(beforeLower);
    expect(upper).toBeGreaterThanOrEqual(before * (1 - 2e-3));
    [before, beforeLower] = [upper, lower];
  }
  before = Number.POSITIVE_INFINITY;
  for (const noise of [0.5, 0.6, 0.8, 1, 1.5, 3, 10]) {
    const { lower, upper } = spent([[sampled(0.01, noise), 500]]).epsilon(1e-5);
    expect(lower).toBeLessThanOrEqual(before);
    before = upper;
  }
});

test("a bound by Renyi divergence is never below the lower one", () => {
  // k Gaussians of multiplier s are k/(2 s^2)-zCDP, and rho-zCDP is (rho + 2 sqrt(rho log(1/delta)), delta)-private.
  for (const [noise, count, delta] of [
    [2, 10, 1e-5],
    [10, 1000, 1e-8],
    [0.7, 3, 1e-3],
  ] as const) {
    const rho = count / (2 * noise * noise);
    const { lower, upper } = spent([[{ kind: "gaussian", noiseMultiplier: noise }, count]]).epsilon(delta);
    const renyi = rho + 2 * Math.sqrt(rho * Math.log(1 / delta));
    expect(lower).toBeLessThanOrEqual(renyi);
    expect(upper).toBeLessThanOrEqual(renyi);
  }
});

test("pure privacy never costs more than the sum of its epsilons, and exactly that at delta 0", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.5, max: 20, noNaN: true }),
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom(0, 1e-12, 1e-6, 1e-2),
      (noiseMultiplier, count, delta) => {
        const { lower, upper } = spent([[{ kind: "laplace", noiseMultiplier }, count]]).epsilon(delta);
        expect(upper).toBeLessThanOrEqual((count / noiseMultiplier) * (1 + 1e-15));
        expect(lower).toBeLessThanOrEqual(upper);
        if (delta === 0) expect(lower).toBe(upper);
      },
    ),
    { numRuns: 40, seed: 3 },
  );
});

test("two failures of the worst private mechanism add up as they must", () => {
  const both = spent([
    [{ kind: "epsilon-delta", epsilon: 1, delta: 0.1 }, 1],
    [{ kind: "epsilon-delta", epsilon: 2, delta: 0.2 }, 1],
  ]);
  expect(both.delta(3).upper).toBeCloseTo(0.28, 12);
  expect(both.delta(3).lower).toBeCloseTo(0.28, 9);
  expect(both.epsilon(0.27).upper).toBe(Number.POSITIVE_INFINITY);
});

test("composed mixtures and truncated samples cost what dp-accounting's own test says, to six digits", () => {
  const mixture = (
    sigma: number,
    sensitivities: readonly number[],
    probabilities: readonly number[],
  ): PrivacyEvent => ({ kind: "mixture-of-gaussians", sigma, sensitivities, probabilities });
  const cut = (datasetSize: number): PrivacyEvent => ({
    kind: "truncated-poisson-gaussian",
    datasetSize,
    probability: 0.5,
    batchSize: 2,
    noiseMultiplier: 1,
  });
  const runs = [
    [
      [
        [mixture(1, [0, 1, 2], [0.2, 0.6, 0.2]), 3],
        [mixture(2, [0, 2, 3], [0.33, 0.34, 0.33]), 2],
      ],
      1e-6,
      17.193115,
    ],
    [
      [
        [cut(4), 3],
        [cut(3), 2],
      ],
      1e-6,
      17.90433,
    ],
    [[[sampled(0.2, 0.5), 3]], 0.15594, 1],
  ] as const;
  for (const [events, delta, expected] of runs) {
    const { lower, upper } = spent(events).epsilon(delta);
    expect(lower).toBeLessThanOrEqual(expected + 1e-3);
    expect(upper).toBeGreaterThanOrEqual(expected - 1e-3);
    expect(upper).toBeLessThanOrEqual(expected * 1.001);
  }
  const gaussian = spent([[{ kind: "gaussian", noiseMultiplier: Math.sqrt(3) }, 3]]);
  expect(gaussian.truePositiveRateAt(0.1)).toBeCloseTo(0.38914, 3);
});

test("a sample that is everybody, or cut to everybody, costs what the Gaussian costs", () => {
  const plain = spent([[{ kind: "gaussian", noiseMultiplier: 2 }, 1]]).epsilon(1e-6);
  const all = spent([[sampled(1, 2), 1]]).epsilon(1e-6);
  expect(all).toEqual(plain);
  const never: PrivacyEvent = {
    kind: "truncated-poisson-gaussian",
    datasetSize: 1000,
    probability: 0.1,
    batchSize: 1000,
    noiseMultiplier: 1,
  };
  const [cut, whole] = [spent([[never, 1]]).epsilon(1e-5), spent([[sampled(0.1, 1), 1]]).epsilon(1e-5)];
  expect(cut.upper).toBeCloseTo(whole.upper, 3);
});

test("what has no known loss is refused with its name, and nothing is counted", () => {
  const refused: readonly (readonly [PrivacyEvent, NeighbouringRelation])[] = [
    [{ kind: "zcdp", rho: 1, xi: 0 }, "add-or-remove-one"],
    [{ kind: "exponential", epsilon: 1 }, "add-or-remove-one"],
    [{ kind: "randomized-response", noise: 0.1, buckets: 3 }, "add-or-remove-one"],
    [
      { kind: "mixture-of-gaussians", sigma: 1, sensitivities: [0, 1], probabilities: [0.5, 0.5] },
      "replace-one",
    ],
    [
      { kind: "poisson-sampled", probability: 0.1, event: { kind: "laplace", noiseMultiplier: 1 } },
      "replace-one",
    ],
    [
      {
        kind: "poisson-sampled",
        probability: 0.1,
        event: { kind: "self-composed", count: 2, event: { kind: "gaussian", noiseMultiplier: 1 } },
      },
      "add-or-remove-one",
    ],
    [
      {
        kind: "sampled-without-replacement",
        sourceSize: 10,
        sampleSize: 2,
        event: { kind: "gaussian", noiseMultiplier: 1 },
      },
      "replace-one",
    ],
  ];
  for (const [event, relation] of refused) {
    const accountant = new PldAccountant({ relation });
    const both: PrivacyEvent = {
      kind: "composed",
      events: [{ kind: "gaussian", noiseMultiplier: 1 }, event],
    };
    const result = accountant.compose(both);
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.problem.code).toBe("event-not-supported");
    expect(accountant.epsilon(1e-5)).toEqual({ lower: 0, upper: 0 });
  }
});

test("nothing released costs nothing, and something unprotected costs everything", () => {
  const nothing = spent([
    [{ kind: "none" }, 5],
    [sampled(0, 1), 3],
    [{ kind: "gaussian", noiseMultiplier: 1 }, 0],
  ]);
  expect(nothing.epsilon(1e-5)).toEqual({ lower: 0, upper: 0 });
  expect(nothing.delta(0)).toEqual({ lower: 0, upper: 0 });
  expect(nothing.truePositiveRateAt(0.05)).toBeCloseTo(0.05, 12);
  const everything = spent([
    [{ kind: "gaussian", noiseMultiplier: 5 }, 1],
    [{ kind: "non-private" }, 1],
  ]);
  expect(everything.epsilon(1e-5).lower).toBe(Number.POSITIVE_INFINITY);
  expect(everything.delta(100)).toEqual({ lower: 1, upper: 1 });
});

test("replacing somebody in a sample costs more than adding, and at most twice the distance without a sample", () => {
  const add = spent([[sampled(0.05, 1), 100]]).epsilon(1e-5);
  const replace = spent([[sampled(0.05, 1), 100]], "replace-one").epsilon(1e-5);
  const whole = spent([[{ kind: "gaussian", noiseMultiplier: 0.5 }, 100]], "replace-one").epsilon(1e-5);
  expect(replace.lower).toBeGreaterThan(add.upper);
  expect(replace.upper).toBeLessThan(whole.lower);
});

test("tails of the binomial are rounded up, by next to nothing", () => {
  expect(binomialAtLeast(2, 3, 0.5)).toBeGreaterThanOrEqual(0.5);
  expect(binomialAtLeast(2, 3, 0.5)).toBeLessThan(0.5 * (1 + 2e-9));
  expect(binomialAtLeast(0, 3, 0.5)).toBe(1);
  expect(binomialAtLeast(4, 3, 0.5)).toBe(0);
  expect(binomialAtLeast(10, 10, 0.1)).toBeCloseTo(1e-10, 18);
});
