import fc from "fast-check";
import { expect, test } from "vitest";
import { fromDoubleRoundedDown, rational, rationalToNumber } from "../../budget/rational.ts";
import { rdpCurveOf } from "../rdp.ts";
import { largestWholeOrder, sampledRhoAtLeast } from "./sampled-gaussian-at-least.ts";

/** The Rényi divergence that the bound speaks of. */
function divergence(q: number, sigma: number, relation: "add-or-remove-one" | "replace-one", order: number) {
  const bound = sampledRhoAtLeast(q, sigma, relation, fromDoubleRoundedDown(order));
  if (bound === undefined) throw new Error("not bounded");
  return rationalToNumber(bound) * order;
}

/**
 * dp-accounting 0.6.0: RdpAccountant([order]), composed with a PoissonSampledDpEvent of this probability around a
 * GaussianDpEvent of this noise; the one number of its curve.
 */
const published: readonly (readonly [q: number, sigma: number, order: number, rdp: number])[] = [
  [0.0001, 0.5, 2, 5.359813566934072e-7],
  [0.0001, 0.5, 9, 7.638367081669252],
  [0.0001, 1, 3, 2.5781192108099185e-8],
  [0.0001, 2, 40, 5.6872302857328644e-8],
  [0.0001, 8, 9, 7.086547383046203e-10],
  [0.01, 0.5, 2, 0.005345502314345263],
  [0.01, 0.5, 40, 75.2767485271917],
  [0.01, 1, 2, 0.00017181342207455162],
  [0.01, 1, 9, 0.0017816620433830027],
  [0.01, 1, 40, 15.276748527191703],
  [0.01, 2, 9, 0.00013064131023932587],
  [0.01, 2, 40, 0.2828520904969108],
  [0.01, 8, 40, 3.168443475123093e-5],
  [0.2, 0.5, 3, 3.5881944456524573],
  [0.2, 1, 9, 2.690905173466035],
  [0.2, 2, 40, 3.349533888073102],
  [0.2, 8, 3, 0.0009469567268089963],
  [0.9, 0.5, 9, 17.881469419884944],
  [0.9, 1, 2, 0.8720496828142521],
  [0.9, 2, 3, 0.316515749015624],
  [0.9, 8, 40, 0.26565422144571765],
];

test("whole orders are those of another accountant", () => {
  for (const [q, sigma, order, rdp] of published) {
    const ours = divergence(q, sigma, "add-or-remove-one", order);
    // Theirs loses digits where the moment is near one.
    expect(Math.abs(ours - rdp)).toBeLessThanOrEqual(1e-9 * rdp + 1e-14);
  }
});

/**
 * mpmath 1.4.1, 40 digits, quadrature of Q (P/Q)^order over x from -60 to 60. N is a standard normal, P = (1-q) N + q N(x - 1/sigma): its
 * divergence from N, that of N from it, and its divergence from its mirror image, where one person is replaced.
 */
const integrated = [
  [0.01, 1.5, 9.356427192687988, 0.000275375480889584, 0.000245739035548929, 0.000857023064099871],
  [0.01, 2.0, 3.979803619906306, 5.68636592528376e-5, 5.567264985926116e-5, 0.000200458565392827],
  [0.3, 1.0, 2.5, 0.211478097244254, 0.0881603579614119, 0.438006265066912],
  [0.5, 4.0, 23.25, 0.273471534267476, 0.134658517526611, 0.717619131066917],
  [0.001, 0.8, 1.25, 2.34231332270551e-6, 2.3149330287060325e-6, 5.64341603966565e-6],
] as const;

test("between whole orders the bound is above the integral, in both directions, and by little", () => {
  for (const [q, sigma, order, joining, leaving] of integrated) {
    const ours = divergence(q, sigma, "add-or-remove-one", order);
    expect(ours).toBeGreaterThanOrEqual(Math.max(joining, leaving) * (1 - 1e-14));
    expect(ours).toBeLessThan(joining * (order < 3 ? 1.7 : 1.05));
  }
});

test("one person replaced by another loses no more than the bound, which is above that of one who joins", () => {
  for (const [q, sigma, order, joining, , replacing] of integrated) {
    const ours = divergence(q, sigma, "replace-one", order);
    expect(ours).toBeGreaterThanOrEqual(replacing);
    expect(ours).toBeGreaterThan(joining);
  }
});

/** Simpson's rule over the outcomes, in doubles: the slow twin. The means are in standard deviations. */
function integral(order: number, p: (x: number) => number, q: (x: number) => number): number {
  const [from, to, steps] = [-40, 60, 20_000];
  const h = (to - from) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const x = from + i * h;
    const log = order * p(x) + (1 - order) * q(x) - 0.5 * x * x - 0.5 * Math.log(2 * Math.PI);
    sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * Math.exp(log);
  }
  return Math.log((sum * h) / 3) / (order - 1);
}

test("whoever is replaced by whomever, however far each moves the sum, the integral stays below the bound", () => {
  const setting = fc.record({
    q: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
    sigma: fc.double({ min: 0.8, max: 8, noNaN: true }),
    order: fc.double({ min: 1.1, max: 20, noNaN: true }),
    one: fc.double({ min: -1, max: 1, noNaN: true }),
    other: fc.double({ min: -1, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(setting, ({ q, sigma, order, one, other }) => {
      // ln of the mixture over the standard normal density.
      const ratio = (shift: number) => (x: number) =>
        Math.log1p(q * Math.expm1((shift / sigma) * x - (0.5 * shift * shift) / (sigma * sigma)));
      const seen = integral(order, ratio(one), ratio(other));
      expect(seen).toBeLessThanOrEqual(divergence(q, sigma, "replace-one", order) * (1 + 1e-9) + 1e-10);
      const alone = Math.max(
        integral(order, ratio(one), () => 0),
        integral(order, () => 0, ratio(one)),
      );
      expect(alone).toBeLessThanOrEqual(
        divergence(q, sigma, "add-or-remove-one", order) * (1 + 1e-9) + 1e-10,
      );
    }),
    { numRuns: 60 },
  );
});

test("it is never below the curve in doubles, and nowhere far above between whole orders", () => {
  const setting = fc.record({
    q: fc.double({ min: 1e-6, max: 0.5, noNaN: true }),
    sigma: fc.double({ min: 0.5, max: 50, noNaN: true }),
    order: fc.double({ min: 1.05, max: 60, noNaN: true }),
  });
  fc.assert(
    fc.property(setting, ({ q, sigma, order }) => {
      const event = {
        kind: "poisson-sampled",
        probability: q,
        event: { kind: "gaussian", noiseMultiplier: sigma },
      } as const;
      const curve = rdpCurveOf(event, Float64Array.of(order), "add-or-remove-one");
      if (!curve.ok) throw new Error(curve.problem.because);
      const ours = divergence(q, sigma, "add-or-remove-one", order);
      expect(ours).toBeGreaterThanOrEqual((curve.value.rdp[0] ?? Number.NaN) * (1 - 1e-10));
    }),
    { numRuns: 100 },
  );
});

test("nobody is sampled, everybody is, or hardly any noise: each as it must be", () => {
  const order = rational(19n, 2n);
  for (const relation of ["add-or-remove-one", "replace-one"] as const) {
    expect(sampledRhoAtLeast(0, 1, relation, order)).toEqual(rational(0n));
    const whole = sampledRhoAtLeast(1, 2, relation, order);
    expect(whole).toEqual(relation === "replace-one" ? rational(1n, 2n) : rational(1n, 8n));
    for (const noise of [0, 1e-300, 0.01, Number.MIN_VALUE])
      expect(sampledRhoAtLeast(0.5, noise, relation, order)).toBeUndefined();
    expect(sampledRhoAtLeast(0.5, 1, relation, rational(BigInt(largestWholeOrder)))).toBeUndefined();
    // The longest exponentials that are made, the rarest samples, and nearly everybody.
    for (const q of [Number.MIN_VALUE, 1e-300, 0.5, 1 - 2 ** -53])
      for (const sigma of [1 / 16, 1, 1e150, 1e300]) {
        const bound = sampledRhoAtLeast(q, sigma, relation, rational(255n));
        if (bound === undefined) throw new Error("not bounded");
        expect(bound.num >= 0n).toBe(true);
        expect(rationalToNumber(bound)).toBeLessThanOrEqual(
          (relation === "replace-one" ? 2 : 0.5) / sigma ** 2 + 1e-50,
        );
        if (sigma <= 1) expect(bound.num > 0n).toBe(true);
      }
  }
  expect(sampledRhoAtLeast(0.5, 1, "replace-special", order)).toBeUndefined();
});

test("more noise, rarer samples and lower orders never cost more", () => {
  const setting = fc.record({
    q: fc.double({ min: 1e-4, max: 0.9, noNaN: true }),
    sigma: fc.double({ min: 0.5, max: 10, noNaN: true }),
    order: fc.double({ min: 1.2, max: 40, noNaN: true }),
    less: fc.double({ min: 0.5, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(setting, fc.constantFrom("add-or-remove-one", "replace-one"), (given, relation) => {
      const { q, sigma, order, less } = given;
      const at = (a: number, b: number, c: number) => divergence(a, b, relation, c);
      const held = at(q, sigma, order);
      expect(at(q * less, sigma, order)).toBeLessThanOrEqual(held * (1 + 1e-12));
      expect(at(q, sigma / less, order)).toBeLessThanOrEqual(held * (1 + 1e-12));
      // The weak triangle inequality itself grows again towards order 1.
      if (relation === "add-or-remove-one")
        expect(at(q, sigma, 1 + (order - 1) * less)).toBeLessThanOrEqual(held * (1 + 1e-12));
    }),
    { numRuns: 60 },
  );
});
