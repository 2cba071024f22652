import fc from "fast-check";
import { expect, test } from "vitest";
import { fromDoubleRoundedDown, type Rational, rational, rationalToNumber } from "../../budget/rational.ts";
import { fixedBits, logOf, logOfScaled } from "./enclosed-log.ts";
import {
  exponentialOf,
  lessOne,
  power,
  product,
  type RoundedUp,
  roundedUp,
  scaled,
  total,
} from "./rounded-up.ts";

const many = { numRuns: 300 };
const positive = fc.double({ min: Number.MIN_VALUE, max: 1e300, noNaN: true });

/** mpmath 1.4.1 at 70 digits, cut to 60. */
const logarithms: readonly [Rational, string][] = [
  [rational(1n, 10n ** 30n), "-69.0775527898213705205397436405309262280330446588631892809998"],
  [rational(3n, 10n), "-1.20397280432593599262274621776183850295361093080602352429863"],
  [rational(3n, 2n), "0.405465108108164381978013115464349136571990423462494197614014"],
  [rational(2n), "0.69314718055994530941723212145817656807550013436025525412068"],
  [rational(10n ** 9n), "20.7232658369464111561619230921592778684099133976589567843"],
  [rational(1n, 10n ** 300n), "-690.775527898213705205397436405309262280330446588631892809998"],
];

test("the bounds of a logarithm hold mpmath's value, and lie within 2^-190 of each other", () => {
  for (const [of, printed] of logarithms) {
    const { low, high } = logOf(of);
    const digits = printed.split(".")[1]?.length ?? 0;
    const exact = rational(BigInt(printed.replace(".", "")), 10n ** BigInt(digits));
    const scaledValue = (exact.num << fixedBits) / exact.den;
    // The printed value itself is good to its last digit.
    const room = (1n << fixedBits) / 10n ** BigInt(digits - 1);
    expect(low - room <= scaledValue && scaledValue <= high + room).toBe(true);
    expect(high - low <= 4n).toBe(true);
  }
});

test("a logarithm of a product is the sum of the logarithms, within the bounds", () => {
  fc.assert(
    fc.property(positive, positive, (x, y) => {
      const [a, b] = [fromDoubleRoundedDown(x), fromDoubleRoundedDown(y)];
      const [of, and, both] = [logOf(a), logOf(b), logOf({ num: a.num * b.num, den: a.den * b.den })];
      expect(both.low <= of.high + and.high && both.high >= of.low + and.low).toBe(true);
      expect(both.high - both.low <= 4n).toBe(true);
      expect(Number(of.low) / 2 ** 192).toBeCloseTo(Math.log(x), 9);
    }),
    many,
  );
});

test("an enormous exponent loses no bound", () => {
  const { low, high } = logOfScaled(1n, 2 ** 31);
  const two = logOf(rational(2n));
  expect(low <= two.high * 2n ** 31n && high >= two.low * 2n ** 31n && high - low < 2n ** 10n).toBe(true);
});

function exactly({ mantissa, exponent }: RoundedUp): Rational {
  return exponent >= 0 ? rational(mantissa << BigInt(exponent)) : rational(mantissa, 1n << BigInt(-exponent));
}

/** At least `of`, and by no more than a part in 2^`bits`. */
function isJustAbove(upper: RoundedUp, of: Rational, bits: bigint): boolean {
  const { num, den } = exactly(upper);
  const [left, right] = [num * of.den, of.num * den];
  return left >= right && (left - right) << bits <= right;
}

test("sums, products, powers and quotients are never below the exact fraction, and hardly above", () => {
  const fraction = fc.double({ min: 1e-200, max: 1e200, noNaN: true }).map((x) => fromDoubleRoundedDown(x));
  fc.assert(
    fc.property(
      fraction,
      fraction,
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 1_024 }),
      (a, b, n, k) => {
        const [x, y] = [roundedUp(a), roundedUp(b)];
        expect(isJustAbove(x, a, 222n)).toBe(true);
        expect(isJustAbove(product(x, y), rational(a.num * b.num, a.den * b.den), 220n)).toBe(true);
        const sum = rational(a.num * b.den + b.num * a.den, a.den * b.den);
        expect(isJustAbove(total(x, y), sum, 220n)).toBe(true);
        expect(isJustAbove(scaled(x, n, k), rational(a.num * BigInt(n), a.den * BigInt(k)), 220n)).toBe(true);
        expect(isJustAbove(power(x, n), rational(a.num ** BigInt(n), a.den ** BigInt(n)), 210n)).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
});

test("what is far too small to be seen still raises a sum", () => {
  const sum = total(roundedUp(rational(1n)), { mantissa: 1n, exponent: -100_000 });
  expect(isJustAbove(sum, rational((1n << 1_000n) + 1n, 1n << 1_000n), 200n)).toBe(true);
});

test("an exponential is just above the true one, and loses its one exactly", () => {
  for (const x of [0, 1e-12, 0.3, 1, 50, 4096]) {
    const upper = exponentialOf(fromDoubleRoundedDown(x));
    const back = logOfScaled(upper.mantissa, upper.exponent);
    const wanted = fromDoubleRoundedDown(x);
    const units = (wanted.num << fixedBits) / wanted.den;
    expect(back.high >= units && back.low - units < 1n << 8n).toBe(true);
  }
  const less = rationalToNumber(exactly(lessOne(exponentialOf(fromDoubleRoundedDown(1e-12)))));
  expect(Math.abs(less / Math.expm1(1e-12) - 1)).toBeLessThan(1e-15);
});
