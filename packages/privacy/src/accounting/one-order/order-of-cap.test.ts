import fc from "fast-check";
import { expect, test } from "vitest";
import { attoDeltaOf } from "../../budget/atto-delta.ts";
import { nanoEpsilonOf } from "../../budget/nano-epsilon.ts";
import { compareRationals, rational, rationalToNumber } from "../../budget/rational.ts";
import { rhoAtMost } from "../../mechanisms/concentrated.ts";
import { epsilonFromRdp } from "../rdp/conversions.ts";
import { orderOfCap } from "./order-of-cap.ts";

/** All that a line may be guarded in rho for: epsilon from 1e-6 to 1000, delta from 1e-18 to 1e-3, and the ends. */
const epsilons = fc.oneof(
  fc.bigInt(1_000n, 10n ** 8n),
  fc.bigInt(10n ** 8n, 10n ** 12n),
  fc.constantFrom(1_000n, 10n ** 7n, 10n ** 12n),
);
const deltas = fc.oneof(
  fc.bigInt(1n, 10n ** 15n),
  fc.integer({ min: 0, max: 15 }).map((power) => 10n ** BigInt(power)),
);
const orderFor = (epsilon: bigint, delta: bigint) => orderOfCap(nanoEpsilonOf(epsilon), attoDeltaOf(delta));

test("the order of a cap is where rho is best, about 1 + sqrt(ln(1/delta) / rho)", () => {
  const { order, budget } = orderFor(3n * 10n ** 9n, 5n * 10n ** 11n);
  expect(rationalToNumber(order)).toBeCloseTo(9.3564, 4);
  expect(rationalToNumber(budget)).toBeCloseTo(0.17575, 5);
  expect(1 + Math.sqrt(Math.log(2e6) / rationalToNumber(budget))).toBeCloseTo(10.1, 1);
});

test("no cap buys less at its order than in rho", () => {
  fc.assert(
    fc.property(epsilons, deltas, (epsilon, delta) => {
      const rho = rhoAtMost(nanoEpsilonOf(epsilon), attoDeltaOf(delta));
      const { budget } = orderFor(epsilon, delta);
      expect(compareRationals(budget, rho)).toBeGreaterThanOrEqual(0);
      // And hardly more: rho's conversion keeps a part in 10^12 for rounding.
      expect(rationalToNumber(budget)).toBeLessThan(rationalToNumber(rho) * (1 + 1e-11));
    }),
    { numRuns: 150 },
  );
});

test("what a budget allows is the cap's epsilon by the conversion of another file, and no more", () => {
  fc.assert(
    fc.property(fc.bigInt(10n ** 7n, 10n ** 11n), fc.bigInt(10n ** 3n, 10n ** 15n), (epsilon, delta) => {
      const { order, budget } = orderFor(epsilon, delta);
      const at = rationalToNumber(order);
      const rdp = Float64Array.of(rationalToNumber(budget) * at);
      const back = epsilonFromRdp(Float64Array.of(at), rdp, Number(delta) / 1e18, "canonneKamathSteinke2020");
      const cap = Number(epsilon) / 1e9;
      expect(back.value).toBeLessThan(cap * (1 + 1e-9) + 1e-9);
      expect(back.value).toBeGreaterThan(cap * (1 - 1e-9) - 1e-9);
    }),
    { numRuns: 100 },
  );
});

test("an epsilon that is told for what was spent is rounded up, and at the whole budget is the cap", () => {
  fc.assert(
    fc.property(epsilons, deltas, (epsilon, delta) => {
      const of = orderFor(epsilon, delta);
      const all = of.epsilonAtLeast(of.budget);
      expect(all <= epsilon && all >= epsilon - 1n - epsilon / 10n ** 15n).toBe(true);
      const more = rational(of.budget.num * 11n, of.budget.den * 10n);
      expect(of.epsilonAtLeast(more) > epsilon || epsilon < 10_000n).toBe(true);
      expect(of.epsilonAtLeast(rational(0n)) <= all).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test("a larger cap has an order that is no higher, and more divergence to lose there", () => {
  const raised = fc.oneof(fc.bigInt(0n, 10n ** 7n), fc.bigInt(0n, 10n ** 11n));
  const moreDelta = fc.oneof(fc.constant(0n), fc.bigInt(0n, 10n ** 14n));
  fc.assert(
    fc.property(epsilons, deltas, raised, moreDelta, (epsilon, delta, more, further) => {
      const before = orderFor(epsilon, delta);
      const after = orderFor(epsilon + more, delta + further > 10n ** 15n ? delta : delta + further);
      // The search finds an order to 32 digits.
      const ratio = rationalToNumber(after.order) / rationalToNumber(before.order);
      expect(ratio).toBeLessThan(1 + 1e-8);
      const divergence = ({ order, budget }: ReturnType<typeof orderFor>) =>
        rationalToNumber(order) * rationalToNumber(budget);
      expect(divergence(after)).toBeGreaterThanOrEqual(divergence(before) * (1 - 1e-8));
    }),
    { numRuns: 150 },
  );
});

test("the same cap has the same order, digit for digit, wherever it is looked for", () => {
  const { order, budget } = orderFor(10n ** 9n, 10n ** 12n);
  expect([order, budget.num]).toMatchInlineSnapshot(`
    [
      {
        "den": 134217728n,
        "num": 2950714651n,
      },
      3361103874381659532004746836203432693897405864260176275431n,
    ]
  `);
});
