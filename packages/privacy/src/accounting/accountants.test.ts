import fc from "fast-check";
import { expect, test } from "vitest";
import { readFixture } from "../testing/reference-noise.ts";
import type { Accountant } from "./accountant.ts";
import { dworkRothblumVadhan, optimalCompositionAtLeast } from "./advanced-composition.ts";
import { deltaOfGaussianAtLeast, epsilonOfGaussianAtLeast } from "./analytic-gaussian.ts";
import type { PrivacyEvent } from "./event.ts";
import { gdpAccountant } from "./gdp.ts";
import { pureAccountant } from "./pure.ts";
import { sampledGaussianRdp } from "./rdp/sampled-gaussian.ts";
import { rdpAccountant } from "./rdp.ts";
import { zcdpAccountant } from "./zcdp.ts";

const gaussian = (noiseMultiplier: number): PrivacyEvent => ({ kind: "gaussian", noiseMultiplier });

function epsilonOf(accountant: Accountant, event: PrivacyEvent, delta: number, count = 1): number {
  const composed = accountant.compose(event, count);
  return composed.ok ? composed.value.epsilonAtLeast(delta) : expect.fail(composed.problem.because);
}

test("each theory bounds the Gaussian from above, the exact one from nearest", () => {
  const runs = fc.tuple(
    fc.double({ min: 0.5, max: 50, noNaN: true }),
    fc.integer({ min: 1, max: 50 }),
    fc.double({ min: -12, max: -2, noNaN: true }),
  );
  fc.assert(
    fc.property(runs, ([noise, count, logDelta]) => {
      const delta = 10 ** logDelta;
      const truth = epsilonOf(gdpAccountant(), gaussian(noise), delta, count);
      expect(truth).toBeCloseTo(epsilonOfGaussianAtLeast(noise / Math.sqrt(count), delta), 9);
      const zcdp = epsilonOf(zcdpAccountant(), gaussian(noise), delta, count);
      const rdp = epsilonOf(rdpAccountant(), gaussian(noise), delta, count);
      const older = epsilonOf(rdpAccountant({ conversion: "mironov2017" }), gaussian(noise), delta, count);
      expect(zcdp).toBeGreaterThanOrEqual(truth);
      expect(rdp).toBeGreaterThanOrEqual(truth);
      expect(older).toBeGreaterThanOrEqual(rdp);
    }),
  );
});

test("no bound on a discrete Gaussian is below the exact delta of IBM's tool", () => {
  const { discrete_gaussian_delta: rows } = readFixture("zcdp-conversion-reference.json") as {
    readonly discrete_gaussian_delta: readonly {
      readonly sigma2: number;
      readonly eps: number;
      readonly delta: number;
    }[];
  };
  expect(rows).toHaveLength(12);
  for (const { sigma2, eps, delta } of rows) {
    const event: PrivacyEvent = { kind: "discrete-gaussian", sigma: Math.sqrt(sigma2), sensitivity: 1 };
    for (const accountant of [rdpAccountant(), zcdpAccountant()]) {
      const composed = accountant.compose(event);
      expect(composed.ok && composed.value.deltaAtLeast(eps)).toBeGreaterThanOrEqual(delta);
    }
  }
});

test("epsilon at a delta and delta at that epsilon agree, and both round up", () => {
  const accountants = [rdpAccountant(), zcdpAccountant(), gdpAccountant()];
  fc.assert(
    fc.property(
      fc.double({ min: 0.7, max: 30, noNaN: true }),
      fc.constantFrom(...accountants),
      (noise, accountant) => {
        const composed = accountant.compose(gaussian(noise));
        if (!composed.ok) expect.fail("Gaussians are supported everywhere here");
        const epsilon = composed.value.epsilonAtLeast(1e-6);
        if (epsilon === 0) return;
        expect(composed.value.deltaAtLeast(epsilon) / 1e-6).toBeCloseTo(1, 5);
        expect(composed.value.deltaAtLeast(epsilon)).toBeGreaterThanOrEqual(
          accountant.name === "gdp" ? 0 : deltaOfGaussianAtLeast(noise, epsilon) * (1 - 1e-9),
        );
      },
    ),
  );
});

test("more noise, or a smaller sample, never loses more", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.3, max: 10, noNaN: true }),
      fc.double({ min: 1e-5, max: 0.9, noNaN: true }),
      fc.constantFrom(1.1, 1.5, 2, 3.7, 8, 10.9, 32, 256),
      (noise, q, order) => {
        const here = sampledGaussianRdp(q, noise, order);
        expect(sampledGaussianRdp(q, noise * 1.1, order)).toBeLessThanOrEqual(here * (1 + 1e-11));
        expect(sampledGaussianRdp(q * 0.9, noise, order)).toBeLessThanOrEqual(here * (1 + 1e-11));
        expect(here).toBeLessThanOrEqual((order / (2 * noise ** 2)) * (1 + 1e-11));
        expect(here).toBeGreaterThan(0);
      },
    ),
  );
});

test("the order of events moves an epsilon by no more than rounding", () => {
  const events: PrivacyEvent[] = [
    gaussian(3),
    { kind: "laplace", noiseMultiplier: 7 },
    { kind: "poisson-sampled", probability: 0.01, event: gaussian(1) },
    { kind: "epsilon-delta", epsilon: 0.1, delta: 1e-9 },
  ];
  const there = epsilonOf(rdpAccountant(), { kind: "composed", events }, 1e-6);
  const back = epsilonOf(rdpAccountant(), { kind: "composed", events: events.toReversed() }, 1e-6);
  expect(there / back).toBeCloseTo(1, 13);
});

test("a Poisson sample of any mechanism costs no more than the mechanism, and of a Gaussian no less than its own rule", () => {
  const accountant = rdpAccountant();
  const laplace: PrivacyEvent = { kind: "laplace", noiseMultiplier: 1 };
  const sampled: PrivacyEvent = { kind: "poisson-sampled", probability: 0.01, event: laplace };
  const of = (event: PrivacyEvent) => {
    const composed = accountant.compose(event);
    return composed.ok ? composed.value.rdp : expect.fail("supported");
  };
  const [whole, part] = [of(laplace), of(sampled)];
  for (const [i, each] of part.entries()) expect(each).toBeLessThanOrEqual(whole[i]!);
  expect(epsilonOf(accountant, sampled, 1e-6, 100)).toBeLessThan(
    epsilonOf(accountant, laplace, 1e-6, 100) / 10,
  );
  // The discrete Gaussian has the Gaussian's curve, but only the general rule of amplification holds for it.
  const discrete = of({
    kind: "poisson-sampled",
    probability: 0.01,
    event: { kind: "discrete-gaussian", sigma: 2, sensitivity: 1 },
  });
  const continuous = of({ kind: "poisson-sampled", probability: 0.01, event: gaussian(2) });
  for (const [i, each] of discrete.entries())
    expect(each).toBeGreaterThanOrEqual(continuous[i]! * (1 - 1e-12));
});

test("what a theory does not cover is refused with its reason", () => {
  const sampled: PrivacyEvent = { kind: "poisson-sampled", probability: 0.1, event: gaussian(1) };
  const fixed: PrivacyEvent = {
    kind: "sampled-without-replacement",
    sourceSize: 100,
    sampleSize: 10,
    event: gaussian(1),
  };
  const again: PrivacyEvent = {
    kind: "sampled-with-replacement",
    sourceSize: 100,
    sampleSize: 10,
    event: gaussian(1),
  };
  const answers: PrivacyEvent = { kind: "randomized-response", noise: 0.5, buckets: 2 };
  const refused: [Accountant, PrivacyEvent][] = [
    [pureAccountant(), gaussian(1)],
    [pureAccountant(), answers],
    [pureAccountant(), { kind: "non-private" }],
    [zcdpAccountant(), sampled],
    [gdpAccountant(), sampled],
    [gdpAccountant(), { kind: "discrete-gaussian", sigma: 1, sensitivity: 1 }],
    [rdpAccountant(), fixed],
    [rdpAccountant(), again],
    [rdpAccountant(), answers],
    [rdpAccountant({ relation: "replace-one" }), sampled],
  ];
  for (const [accountant, event] of refused) {
    const composed = accountant.compose({ kind: "composed", events: [event] });
    expect(composed).toMatchObject({ ok: false, problem: { code: "event-not-supported" } });
  }
});

test("unprotected releases and noise of zero promise nothing, and nothing released costs nothing", () => {
  for (const event of [
    gaussian(0),
    { kind: "non-private" } as const,
    { kind: "laplace", noiseMultiplier: 0 } as const,
  ]) {
    expect(epsilonOf(rdpAccountant(), event, 1e-6)).toBe(Number.POSITIVE_INFINITY);
    expect(epsilonOf(rdpAccountant(), event, 1e-6, 0)).toBe(0);
  }
  expect(epsilonOf(gdpAccountant(), gaussian(0), 1e-6)).toBe(Number.POSITIVE_INFINITY);
  for (const accountant of [rdpAccountant(), zcdpAccountant(), gdpAccountant(), pureAccountant()]) {
    expect(epsilonOf(accountant, { kind: "none" }, 0)).toBe(0);
    expect(accountant.deltaAtLeast(0)).toBe(0);
  }
});

test("an (epsilon, delta) event sets its delta aside", () => {
  const event: PrivacyEvent = { kind: "epsilon-delta", epsilon: 0.5, delta: 1e-6 };
  expect(epsilonOf(rdpAccountant(), event, 1e-7)).toBe(Number.POSITIVE_INFINITY);
  // The largest order of the grid is 1024, which leaves ln(1e6) / 1024 above the pure epsilon.
  expect(epsilonOf(rdpAccountant(), event, 2e-6)).toBeLessThan(0.51);
  expect(epsilonOf(pureAccountant(), event, 1e-6)).toBe(0.5);
  expect(epsilonOf(pureAccountant(), event, 9e-7)).toBe(Number.POSITIVE_INFINITY);
});

test("pure sums are exact decimals", () => {
  const third = epsilonOf(pureAccountant(), { kind: "epsilon-delta", epsilon: 0.1, delta: 1e-9 }, 3e-9, 3);
  expect(third).toBe(0.3);
});

test("optimal composition is never worse than the older rules", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 200 }),
      (epsilon, count) => {
        const older = dworkRothblumVadhan({ epsilon, delta: 0, count }, 1e-6);
        const optimal = optimalCompositionAtLeast({ epsilon, delta: 0, count }, older.delta);
        expect(optimal).toBeLessThanOrEqual(
          Math.min(older.epsilon + 2 * epsilon, count * epsilon) * (1 + 1e-12),
        );
      },
    ),
  );
});

test("an event that nobody checked is never composed, and neither is half an event", () => {
  for (const accountant of [rdpAccountant(), zcdpAccountant(), gdpAccountant(), pureAccountant()]) {
    expect(() => accountant.compose({ kind: "zcdp", rho: -1, xi: 0 })).toThrow("checked");
    expect(() => accountant.compose(gaussian(Number.NaN))).toThrow("checked");
    expect(() => accountant.compose({ kind: "none" }, -1)).toThrow("whole number");
    expect(() => accountant.compose({ kind: "none" }, 0.5)).toThrow("whole number");
  }
});

test("a hundred thousand small events, added one by one, never drift below their sum", () => {
  let rdp: Accountant = rdpAccountant({ orders: [2, 8, 32] });
  let gdp: Accountant = gdpAccountant();
  for (let i = 0; i < 100_000; i++) {
    const [a, b] = [rdp.compose(gaussian(300)), gdp.compose(gaussian(300))];
    if (!a.ok || !b.ok) expect.fail("Gaussians are supported");
    [rdp, gdp] = [a.value, b.value];
  }
  const whole = epsilonOf(rdpAccountant({ orders: [2, 8, 32] }), gaussian(300), 1e-6, 100_000);
  expect(rdp.epsilonAtLeast(1e-6)).toBeGreaterThanOrEqual(whole * (1 - 1e-15));
  expect(rdp.epsilonAtLeast(1e-6) / whole).toBeCloseTo(1, 9);
  const truth = epsilonOfGaussianAtLeast(300 / Math.sqrt(100_000), 1e-6);
  expect(gdp.epsilonAtLeast(1e-6)).toBeGreaterThanOrEqual(truth);
  expect(gdp.epsilonAtLeast(1e-6) / truth).toBeCloseTo(1, 9);
});

test("orders without end and noise next to nothing end in time, on the safe side", () => {
  const event: PrivacyEvent = { kind: "poisson-sampled", probability: 0.1, event: gaussian(0.001) };
  const composed = rdpAccountant({ orders: [1.5, 2.5, 1e6, 1e300] }).compose(event);
  if (!composed.ok) expect.fail("supported");
  for (const [i, each] of composed.value.rdp.entries())
    expect(each).toBeLessThanOrEqual((composed.value.orders[i]! / (2 * 0.001 ** 2)) * (1 + 1e-9));
  const small: PrivacyEvent = { kind: "poisson-sampled", probability: 0.1, event: gaussian(0.04) };
  const [near, exact] = [small, { ...small, event: gaussian(0.0500001) }].map((each) => {
    const made = rdpAccountant({ orders: [2.5] }).compose(each);
    return made.ok ? made.value.rdp[0]! : Number.NaN;
  });
  expect(near).toBeGreaterThan(exact!);
});

test("the general rule for Poisson samples is Theorem 5 at order 3, and bounds sampled answers in both directions", () => {
  const q = 0.2;
  const answers: PrivacyEvent = { kind: "randomized-response", noise: 0.4, buckets: 2 };
  const made = rdpAccountant({ relation: "replace-special", orders: [2, 3, 8] });
  const [inner, sampled] = [
    answers,
    { kind: "poisson-sampled", probability: q, event: answers } as const,
  ].map((event) => {
    const composed = made.compose(event);
    return composed.ok ? composed.value.rdp : expect.fail("supported");
  });
  const [r2, r3] = [inner![0]!, inner![1]!];
  const theorem =
    (1 - q) ** 2 * (3 * q - q + 1) + 3 * q ** 2 * (1 - q) * Math.exp(r2) + 3 * q ** 3 * Math.exp(2 * r3);
  expect(sampled![1]!).toBeCloseTo(Math.min(r3, Math.log(theorem) / 2), 13);
  // One person answers 1 with probability 0.8; the special record answers uniformly.
  const [moved, still] = [
    [0.8 * q + 0.5 * (1 - q), 0.2 * q + 0.5 * (1 - q)],
    [0.5, 0.5],
  ];
  for (const [i, order] of [2, 3, 8].entries()) {
    for (const [p, r] of [
      [moved, still],
      [still, moved],
    ]) {
      const moment = p!.reduce((sum, each, k) => sum + each ** order * r![k]! ** (1 - order), 0);
      expect(sampled![i]!).toBeGreaterThanOrEqual(Math.log(moment) / (order - 1));
    }
  }
});

test("pure and concentrated losses of single mechanisms are those of their definitions", () => {
  const answers: PrivacyEvent = { kind: "randomized-response", noise: 0.5, buckets: 4 };
  // Truth with 1/2 + 1/8, any other option with 1/8; the special record answers each with 1/4.
  expect(epsilonOf(pureAccountant("replace-one"), answers, 0)).toBeCloseTo(Math.log(5), 10);
  expect(epsilonOf(pureAccountant("replace-special"), answers, 0)).toBeCloseTo(Math.log(2.5), 10);
  const batch: PrivacyEvent = {
    kind: "sampled-without-replacement",
    sourceSize: 100,
    sampleSize: 10,
    event: { kind: "laplace", noiseMultiplier: 1 },
  };
  expect(epsilonOf(pureAccountant("replace-one"), batch, 0)).toBeCloseTo(Math.log1p(0.1 * Math.expm1(1)), 10);
  const rho = (event: PrivacyEvent) => {
    const composed = zcdpAccountant().compose(event);
    return composed.ok ? composed.value.total.rho : expect.fail("supported");
  };
  expect(rho({ kind: "exponential", epsilon: 0.5 })).toEqual({ num: 1n, den: 32n });
  expect(rho({ kind: "permute-and-flip", epsilon: 0.5 })).toEqual({ num: 1n, den: 8n });
  expect(rho(gaussian(2))).toEqual({ num: 1n, den: 8n });
  expect(rho({ kind: "discrete-gaussian", sigma: 2, sensitivity: 3 })).toEqual({ num: 9n, den: 8n });
});
