// Division by Goldschmidt's iteration (1964) on a mantissa c in [1/2, 1].
//
// It begins with r = A - 2c and A = sqrt(48) - 4, which makes e = 1 - c r = 2 (c - A/4)^2 + 1 - A^2/8 the smallest possible:
// |e| <= 0.0718. Then 1/c = r / (1 - e) = r (1 + e)(1 + e^2)(1 + e^4) / (1 - e^8), and e^8 < 2^-30 is left out. With 29 bits of
// fraction a truncation is off by 2^-29; e is by 1.5 of those and the rest add five, so the inverse, between 1 and 2, is off
// by less than 8 * 2^-29 = 2^-26 in all.

import { atOnce, inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { constant, type FixedPoint, greatestOf, stepOf } from "./fixed-point.ts";
import { assertApproximable, type Guarantee } from "./guarantee.ts";
import { mantissaBits, normalForm, normalFormPrice, type Signs } from "./normal-form.ts";

/** Bits of fraction of numbers between 1/2 and 2 while they are worked with: a product of two stays below 2^60. */
export const innerBits = 29;
/** As bits of A, a multiple of four so that A/4 is exact. */
const startBits = 4n * constant((Math.sqrt(48) - 4) / 4, mantissaBits);
const relativeError = 2 ** -26;

/**
 * 1/x; of 0 it is 0. Off by a step more than 2^-26 of it. The result fits while |x| >= 2^(1 - wholeBits).
 * Costs a normal form and five truncated products one after the other.
 */
export async function reciprocal(protocol: Protocol, x: Shared, fixed: FixedPoint): Promise<Shared> {
  return await reciprocalTo(protocol, x, fixed, "signed", fixed.fractionBits);
}

export function reciprocalPrice(prices: ProtocolPrices, length: number, fixed: FixedPoint): Price {
  return reciprocalToPrice(prices, length, fixed, "signed");
}

export function reciprocalGuarantee(fixed: FixedPoint): Guarantee {
  const most = greatestOf(fixed);
  const gap = Math.max(2 ** (1 - fixed.wholeBits), stepOf(fixed));
  return { least: -most, most, gap, absolute: stepOf(fixed), relative: relativeError };
}

/** The same in steps of 2^-outBits, for what is worked with further. */
export async function reciprocalTo(
  protocol: Protocol,
  x: Shared,
  fixed: FixedPoint,
  signs: Signs,
  outBits: number,
): Promise<Shared> {
  assertApproximable(fixed);
  using form = await normalForm(protocol, x, fixed, signs);
  using inverse = await inverseOfMantissa(protocol, form.mantissa);
  // X lift = c 2^31, so 2^outBits / x = 2^(outBits + f) / X = lift r 2^(outBits + f - 31), and r has 29 bits of fraction.
  const surplus = innerBits + mantissaBits - fixed.fractionBits - outBits;
  return await protocol.multiplyTruncate(inverse, form.lift, surplus);
}

export function reciprocalToPrice(
  prices: ProtocolPrices,
  length: number,
  fixed: FixedPoint,
  signs: Signs,
): Price {
  return inTurn(
    normalFormPrice(prices, length, fixed, signs),
    inverseOfMantissaPrice(prices, length),
    prices.multiplyTruncate(length),
  );
}

/**
 * x / y, for a result within the format; of y = 0 it is 0. Off by three steps more than 2^-26 of it: the product with y's inverse
 * keeps as many bits as fit, and y's own power of two comes last. Costs one truncated product more than a reciprocal.
 */
export async function divide(protocol: Protocol, x: Shared, y: Shared, fixed: FixedPoint): Promise<Shared> {
  assertApproximable(fixed);
  using form = await normalForm(protocol, y, fixed, "signed");
  using inverse = await inverseOfMantissa(protocol, form.mantissa);
  const kept = keptBits(fixed);
  using scaled = await protocol.multiplyTruncate(x, inverse, innerBits - kept);
  return await protocol.multiplyTruncate(scaled, form.lift, mantissaBits + kept - fixed.fractionBits);
}

export function dividePrice(prices: ProtocolPrices, length: number, fixed: FixedPoint): Price {
  return inTurn(reciprocalPrice(prices, length, fixed), prices.multiplyTruncate(length));
}

/** Of the quotient: x and y are any numbers of the format with |x / y| < 2^wholeBits. */
export function divideGuarantee(fixed: FixedPoint): Guarantee {
  const most = greatestOf(fixed);
  return { least: -most, most, gap: stepOf(fixed), absolute: 3 * stepOf(fixed), relative: relativeError };
}

/** A quotient below 2^(wholeBits + fractionBits) times 2^(31 + kept - fractionBits) stays below 2^61. */
function keptBits({ wholeBits }: FixedPoint): number {
  return Math.min(innerBits - 1, 30 - wholeBits);
}

/** 1/c in 29 bits of fraction, for a mantissa from 1/2 to 1 in 31. Four truncated products one after the other. */
export async function inverseOfMantissa(protocol: Protocol, c: Shared): Promise<Shared> {
  const one = 1n << BigInt(innerBits);
  using twice = protocol.scale(c, -2n);
  using start = protocol.addEach(twice, startBits);
  using offset = protocol.addEach(c, -startBits / 4n);
  // The square has 62 bits of fraction, its double 61.
  using square = await protocol.multiplyTruncate(offset, offset, 2 * mantissaBits - 1 - innerBits);
  const a = Number(startBits) / 2 ** mantissaBits;
  using error = protocol.addEach(square, constant(1 - (a * a) / 8, innerBits));
  using first = protocol.addEach(error, one);
  const [start1, error2] = await Promise.all([
    protocol.multiplyTruncate(start, first, mantissaBits),
    protocol.multiplyTruncate(error, error, innerBits),
  ]);
  using inverse1 = start1;
  using squared = error2;
  using second = protocol.addEach(squared, one);
  const [start2, error4] = await Promise.all([
    protocol.multiplyTruncate(inverse1, second, innerBits),
    protocol.multiplyTruncate(squared, squared, innerBits),
  ]);
  using inverse2 = start2;
  using fourth = error4;
  using third = protocol.addEach(fourth, one);
  return await protocol.multiplyTruncate(inverse2, third, innerBits);
}

export function inverseOfMantissaPrice(prices: ProtocolPrices, length: number): Price {
  const one = prices.multiplyTruncate(length);
  return inTurn(one, atOnce(one, one), atOnce(one, one), one);
}
