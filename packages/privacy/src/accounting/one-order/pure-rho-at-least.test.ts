import fc from "fast-check";
import { expect, test } from "vitest";
import {
  compareRationals,
  fromDoubleRoundedDown,
  type Rational,
  rational,
  rationalToNumber,
} from "../../budget/rational.ts";
import { pureRhoAtLeast } from "./pure-rho-at-least.ts";

/**
 * mpmath 1.4.1, 80 digits, of the order as the double that it is:
 * ln((e^(a epsilon) + e^((1-a) epsilon)) / (1 + e^epsilon)) / (a - 1).
 */
const divergences: readonly (readonly [epsilon: string, order: number, divergence: string])[] = [
  ["0.01", 1360.2, "0.009493702412811717030964026"],
  ["0.5", 1.135, "0.138137672866434946382516"],
  ["0.5", 9.3564, "0.4432848442745438718671776"],
  ["3", 3.9798, "2.983694425559505931686797"],
  ["3", 1360.2, "2.999964252978536093248136"],
  ["40", 1.135, "39.99999999999999996853135"],
];

test("randomized response's own divergence, to the last digit that was printed", () => {
  for (const [epsilon, order, printed] of divergences) {
    const ours = rationalToNumber(pureRhoAtLeast(fraction(epsilon), fromDoubleRoundedDown(order))) * order;
    expect(Math.abs(ours / Number(printed) - 1)).toBeLessThan(2e-15);
  }
});

test("up to an eighth of what the order divides it is rho, at most a part in 300 too much", () => {
  for (const [epsilon, order, printed] of [
    ["0.000001", 1.135, 5.674999999999382e-13],
    ["0.000001", 23.25, 1.1624999998996738e-11],
    ["0.01", 3.9798, 0.000198949024586014],
    ["0.0133", 9.3564, 0.0008258634],
  ] as const) {
    const ours = rationalToNumber(pureRhoAtLeast(fraction(epsilon), fromDoubleRoundedDown(order))) * order;
    expect(ours).toBeCloseTo((Number(epsilon) ** 2 * order) / 2, 15);
    expect(ours / printed).toBeGreaterThanOrEqual(1 - 1e-15);
    expect(ours / printed).toBeLessThan(1 + 1 / 300);
  }
});

test("never more than rho, never more than epsilon, and growing with epsilon", () => {
  const nanos = fc.oneof(fc.bigInt(0n, 10n ** 6n), fc.bigInt(0n, 10n ** 13n), fc.bigInt(0n, 2n ** 62n));
  const orders = fc.double({ min: 1.0001, max: 1e7, noNaN: true });
  fc.assert(
    fc.property(nanos, orders, (nano, at) => {
      const [epsilon, order] = [rational(nano, 10n ** 9n), fromDoubleRoundedDown(at)];
      const bound = pureRhoAtLeast(epsilon, order);
      const concentrated = rational(epsilon.num * epsilon.num, 2n * epsilon.den * epsilon.den);
      expect(compareRationals(bound, concentrated)).toBeLessThanOrEqual(0);
      const divergence = rational(bound.num * order.num, bound.den * order.den);
      expect(compareRationals(divergence, epsilon)).toBeLessThanOrEqual(0);
      const more = pureRhoAtLeast(rational(nano + 1n, 10n ** 9n), order);
      expect(compareRationals(more, bound)).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 200 },
  );
});

test("no mechanism that keeps epsilon loses more: two answers, whatever their chances", () => {
  const chance = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
  fc.assert(
    fc.property(chance, chance, fc.double({ min: 1.05, max: 50, noNaN: true }), (p, q, order) => {
      const ratios = [p / q, q / p, (1 - p) / (1 - q), (1 - q) / (1 - p)];
      const epsilon = Math.log(Math.max(...ratios)) * (1 + 1e-12);
      const moment = q * (p / q) ** order + (1 - q) * ((1 - p) / (1 - q)) ** order;
      const bound = pureRhoAtLeast(fromDoubleRoundedDown(epsilon), fromDoubleRoundedDown(order));
      const lost = Math.log(moment) / (order - 1);
      expect(rationalToNumber(bound) * order).toBeGreaterThanOrEqual(lost * (1 - 1e-9) - 1e-12);
    }),
    { numRuns: 300 },
  );
});

function fraction(decimal: string): Rational {
  const [whole = "", part = ""] = decimal.split(".");
  return rational(BigInt(whole + part), 10n ** BigInt(part.length));
}
