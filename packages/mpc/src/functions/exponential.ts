// Powers with a secret exponent: 2^y with y = n + u, n whole and u in [0, 1). The bits of n become a product of powers, u goes
// through a polynomial of degree 7, which is off by less than 2^-30 of 2^u.
//
// So that n is never negative, y is raised by as many bits as the result has of fraction: what is still negative then gives
// less than a step, and is made 0. With 29 bits of fraction y is off by a truncation and by |x| times the rate's rounding, which is
// 2^-29 at most; where the result is a step or more that is less than 2^-25 of it.

import { atOnce, inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { chebyshevPolynomial } from "./chebyshev.ts";
import { constant, type FixedPoint, greatestOf, stepOf } from "./fixed-point.ts";
import { assertApproximable, type Guarantee } from "./guarantee.ts";
import { polynomial, polynomialPrice } from "./polynomial.ts";
import { many, numbersOf, powerWhere, productOf, productOfPrice } from "./product.ts";
import { innerBits } from "./reciprocal.ts";

const degree = 7;
const coefficients = chebyshevPolynomial((t) => 2 ** ((1 + t) / 2), degree);
/** Bits of fraction of the rate, so that a number of 32 bits times a rate below 4 stays below 2^62. */
export const rateBits = 28;

/** How x enters, and how large and how fine 2^(rate x) is to be. */
export type Exponent = {
  /** x has so many bits of fraction and is below 2^wholeBits in size; at most 32 in all. */
  readonly fractionBits: number;
  readonly wholeBits: number;
  /** Positive, below 4. */
  readonly rate: number;
  /** The result is below 2^topBits, in steps of 2^-outBits; at most 31 in all. */
  readonly topBits: number;
  readonly outBits: number;
};

/** e^x, for a result within the format, off by a step more than 2^-24 of it. */
export async function exponential(protocol: Protocol, x: Shared, fixed: FixedPoint): Promise<Shared> {
  assertApproximable(fixed);
  return await powerOfTwo(protocol, x, natural(fixed));
}

export function exponentialPrice(prices: ProtocolPrices, length: number, fixed: FixedPoint): Price {
  return powerOfTwoPrice(prices, length, natural(fixed));
}

export function exponentialGuarantee(fixed: FixedPoint): Guarantee {
  const [step, greatest] = [stepOf(fixed), greatestOf(fixed)];
  const most = Math.min(greatest, fixed.wholeBits * Math.LN2 - 2 * step);
  return { least: -greatest, most, gap: 0, absolute: step, relative: 2 ** -24 };
}

function natural({ fractionBits, wholeBits }: FixedPoint): Exponent {
  return { fractionBits, wholeBits, rate: Math.LOG2E, topBits: wholeBits, outBits: fractionBits };
}

/** 2^(rate x). */
export async function powerOfTwo(protocol: Protocol, x: Shared, exponent: Exponent): Promise<Shared> {
  const { rate, fractionBits, outBits } = exponent;
  using product = protocol.scale(x, constant(rate, rateBits));
  using y = await protocol.truncate(product, rateBits + fractionBits - innerBits);
  using raised = protocol.addEach(y, BigInt(outBits) << BigInt(innerBits));
  const width = raisedWidth(exponent);
  using bits = await protocol.toBits(raised, width);
  const count = wholeCount(exponent);
  using isNegative = protocol.choosePlanes(bits, [width - 1]);
  using isLarge = protocol.not(isNegative);
  const wholePlanes = Array.from({ length: count }, (_, at) => innerBits + at);
  using planes = protocol.choosePlanes(bits, wholePlanes);
  using chosen = protocol.concatPlanes([planes, isLarge]);
  const numbers = await numbersOf(protocol, chosen);
  const [whole, large] = [numbers.slice(0, count), numbers[count]!];
  let fraction = protocol.copy(raised);
  for (const [at, bit] of whole.entries()) {
    using old = fraction;
    using part = protocol.scale(bit, -1n << BigInt(innerBits + at));
    fraction = protocol.add(old, part);
  }
  using u = fraction;
  const factors = whole.map((bit, at) => powerWhere(protocol, bit, 2 ** at));
  for (const bit of whole) bit[Symbol.dispose]();
  const [powers, sum] = await Promise.all([
    productOf(protocol, [...factors, large]),
    fractionOfPower(protocol, u),
  ]);
  using power = powers;
  using value = sum;
  return await protocol.multiplyTruncate(value, power, innerBits);
}

export function powerOfTwoPrice(prices: ProtocolPrices, length: number, exponent: Exponent): Price {
  const count = wholeCount(exponent) + 1;
  return inTurn(
    prices.truncate(length),
    prices.toBits(length, raisedWidth(exponent)),
    many(prices.fromBit(length), count),
    atOnce(productOfPrice(prices, length, count), fractionOfPowerPrice(prices, length)),
    prices.multiplyTruncate(length),
  );
}

/** 2^u of u in [0, 1], both in 29 bits of fraction. */
export async function fractionOfPower(protocol: Protocol, u: Shared): Promise<Shared> {
  using twice = protocol.scale(u, 2n);
  using t = protocol.addEach(twice, -1n << BigInt(innerBits));
  return await polynomial(protocol, t, coefficients, innerBits);
}

export function fractionOfPowerPrice(prices: ProtocolPrices, length: number): Price {
  return polynomialPrice(prices, length, degree);
}

/** Bits of what is raised: its size is below rate 2^wholeBits + outBits, and it has a sign. */
function raisedWidth({ rate, wholeBits, outBits }: Exponent): number {
  return innerBits + Math.ceil(Math.log2(rate * 2 ** wholeBits + outBits + 1)) + 1;
}

/** Of whole numbers below outBits + topBits. */
function wholeCount({ outBits, topBits }: Exponent): number {
  return Math.ceil(Math.log2(outBits + topBits));
}
