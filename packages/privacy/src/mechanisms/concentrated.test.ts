import fc from "fast-check";
import { expect, test } from "vitest";
import { type AttoDelta, attoDeltaOf, parseDelta } from "../budget/atto-delta.ts";
import { type NanoEpsilon, nanoEpsilonOf, parseEpsilon } from "../budget/nano-epsilon.ts";
import { fromDoubleRoundedDown, rationalToNumber } from "../budget/rational.ts";
import { readFixture } from "../testing/reference-noise.ts";
import { epsilonAtLeast, rhoAtMost } from "./concentrated.ts";

const reference = readFixture("zcdp-conversion-reference.json") as {
  readonly cdp_eps: { readonly rho: number; readonly delta: number; readonly eps: number }[];
  readonly cdp_rho: { readonly rho: number; readonly delta: number; readonly eps: number }[];
};

function epsilonOf(value: number): NanoEpsilon {
  const parsed = parseEpsilon(value);
  return parsed.ok ? parsed.value : expect.fail("an epsilon of the fixture does not parse");
}

/** The fixture has deltas of exactly 1e-3, which no asker may offer. */
function deltaOf(value: number): AttoDelta {
  const parsed = parseDelta(value);
  return parsed.ok ? parsed.value : attoDeltaOf(BigInt(Math.round(value * 1e18)));
}

test("rho for an offer is that of the reference to a millionth, and never more", () => {
  expect(reference.cdp_rho.length).toBe(18);
  for (const { eps, delta, rho } of reference.cdp_rho) {
    const ours = rationalToNumber(rhoAtMost(epsilonOf(eps), deltaOf(delta)));
    expect(ours / rho).toBeGreaterThan(1 - 1e-6);
    // The reference itself rounds in its last few digits.
    expect(ours / rho).toBeLessThan(1 + 1e-12);
  }
});

test("epsilon for rho is that of the reference to a millionth, and never less", () => {
  expect(reference.cdp_eps.length).toBeGreaterThan(40);
  for (const { eps, delta, rho } of reference.cdp_eps) {
    const ours = Number(epsilonAtLeast(fromDoubleRoundedDown(rho), deltaOf(delta))) / 1e9;
    expect(ours / eps).toBeLessThan(1 + 1e-6);
    expect(ours / eps).toBeGreaterThan(1 - 1e-12);
  }
});

test("what rho guarantees stays within the offer that bought it, for every offer that parses", () => {
  const offers = fc.tuple(
    fc.double({ min: 3, max: 12, noNaN: true }),
    fc.double({ min: 0, max: 14.99, noNaN: true }),
  );
  fc.assert(
    fc.property(offers, ([logNanos, logAttos]) => {
      const epsilon = nanoEpsilonOf(BigInt(Math.round(10 ** logNanos)));
      const delta = attoDeltaOf(BigInt(Math.round(10 ** logAttos)));
      const rho = rhoAtMost(epsilon, delta);
      const back = epsilonAtLeast(rho, delta);
      // Both round against the asker, so the way back may be one billionth up, and no more than that.
      expect(back <= epsilon + 1n + epsilon / 10n ** 10n).toBe(true);
      expect(Number(back) / Number(epsilon)).toBeGreaterThan(1 - 1e-6);
      // The definition at a few alphas of its own: delta at this rho is never above the offer at the best of them,
      // to the ten-thousandth that the grid is off its own best.
      expect(bestLogDelta(rationalToNumber(rho), Number(epsilon) / 1e9)).toBeLessThanOrEqual(
        Math.log(Number(delta) / 1e18) + 1e-4,
      );
    }),
    { numRuns: 500 },
  );
});

test("rho needs a delta, and an epsilon", () => {
  expect(() => rhoAtMost(nanoEpsilonOf(1_000_000_000n), attoDeltaOf(0n))).toThrow("above zero");
  expect(() => rhoAtMost(nanoEpsilonOf(0n), attoDeltaOf(1n))).toThrow("above zero");
  expect(epsilonAtLeast({ num: 0n, den: 1n }, attoDeltaOf(1n))).toBe(0n);
});

/** ln of the bound of Proposition 12, minimised over alpha on a fine grid. */
function bestLogDelta(rho: number, epsilon: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let x = -12; x < 40; x += 0.001) {
    const less = Math.exp(x);
    const alpha = 1 + less;
    const rest = Math.log(less) - Math.log1p(less);
    const last = alpha > 2 ? alpha * Math.log1p(-1 / alpha) : alpha * rest;
    best = Math.min(best, less * (alpha * rho - epsilon) - x + last);
  }
  return best;
}
