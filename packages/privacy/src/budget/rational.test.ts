import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addRationals,
  bitLength,
  compareRationals,
  divideRationals,
  floorSquareRoot,
  formatRational,
  fromDoubleRoundedDown,
  fromDoubleRoundedUp,
  multiplyRationals,
  rational,
  rationalFromStored,
  rationalToNumber,
} from "./rational.ts";

const anyInteger = fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n });
const positive = fc.bigInt({ min: 1n, max: 2n ** 80n });
const anyRational = fc.tuple(anyInteger, positive).map(([num, den]) => rational(num, den));

test("a third of three is one, exactly", () => {
  const third = divideRationals(rational(1n), rational(3n));
  expect(addRationals(third, addRationals(third, third))).toEqual(rational(1n));
});

test("fractions are reduced, and only the numerator has a sign", () => {
  expect(rational(6n, -4n)).toEqual({ num: -3n, den: 2n });
  expect(rational(0n, -7n)).toEqual({ num: 0n, den: 1n });
  expect(() => rational(1n, 0n)).toThrow("a denominator that is not zero");
});

test("sums, products and quotients obey the laws of a field", () => {
  fc.assert(
    fc.property(anyRational, anyRational, anyRational, (a, b, c) => {
      expect(multiplyRationals(a, addRationals(b, c))).toEqual(
        addRationals(multiplyRationals(a, b), multiplyRationals(a, c)),
      );
      if (b.num !== 0n) expect(multiplyRationals(divideRationals(a, b), b)).toEqual(a);
      expect(compareRationals(a, b)).toBe(-compareRationals(b, a) + 0);
      expect(compareRationals(addRationals(a, rational(1n)), a)).toBe(1);
      expect(rationalFromStored(formatRational(a))).toEqual(a);
    }),
  );
});

test("a double goes in and comes out unchanged; fewer digits round to the named side", () => {
  const double = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(double, fc.integer({ min: 1, max: 53 }), (value, bits) => {
      const exact = fromDoubleRoundedDown(value);
      expect(rationalToNumber(exact)).toBe(value === 0 ? 0 : value);
      expect(compareRationals(fromDoubleRoundedDown(value, bits), exact)).toBeLessThanOrEqual(0);
      expect(compareRationals(fromDoubleRoundedUp(value, bits), exact)).toBeGreaterThanOrEqual(0);
      expect(bitLength(fromDoubleRoundedDown(value, bits).num)).toBeLessThanOrEqual(1100);
    }),
  );
  expect(fromDoubleRoundedDown(0.1)).toEqual(rational(3602879701896397n, 2n ** 55n));
  expect(fromDoubleRoundedDown(7, 2)).toEqual(rational(6n));
  expect(fromDoubleRoundedUp(7, 2)).toEqual(rational(8n));
  expect(() => fromDoubleRoundedDown(Number.NaN)).toThrow("only a finite number");
});

test("an integer square root is the largest one that fits", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 200n }), (value) => {
      const root = floorSquareRoot(value);
      expect(root * root <= value && (root + 1n) * (root + 1n) > value).toBe(true);
    }),
  );
  expect(() => floorSquareRoot(-1n)).toThrow();
});

test("the bit length is that of the binary text", () => {
  expect([0n, 1n, -1n, 7n, 8n, 255n, 256n].map(bitLength)).toEqual([0, 1, 1, 3, 4, 8, 9]);
  fc.assert(
    fc.property(positive, (value) => {
      expect(bitLength(value)).toBe(value.toString(2).length);
    }),
  );
});
