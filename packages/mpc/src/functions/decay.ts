// 2^(-rate |x|), at most 1, and the sign of x on the way.
//
// The size needs no comparison of its own: of y = rate x, in bits, a number that is not negative is inverted, which is -y less
// a last place of 2^-29. So z = -|y|, and the low five bits of its whole part are that part plus 32: the power comes
// out 2^32 too large, or is made 0 where a bit above is not set and the result would be below 2^-32.

import { atOnce, inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared, SharedBits } from "../protocol/shared.ts";
import { fractionOfPower, fractionOfPowerPrice, rateBits } from "./exponential.ts";
import { constant, type FixedPoint } from "./fixed-point.ts";
import { many, numbersOf, powerWhere, productOf, productOfPrice } from "./product.ts";
import { innerBits } from "./reciprocal.ts";

/** Bits of fraction of the result. */
export const decayBits = 28;
const wholeBits = 5;
const firstAbove = innerBits + wholeBits;

export type Decay = {
  readonly power: Shared;
  /** 1 where x is negative, 0 elsewhere. */
  readonly isNegative: Shared;
};

/** For every x of the format and a positive rate below 4. Off by less than 2^-25. */
export async function decay(protocol: Protocol, x: Shared, fixed: FixedPoint, rate: number): Promise<Decay> {
  using scaled = protocol.scale(x, constant(rate, rateBits));
  using y = await protocol.truncate(scaled, rateBits + fixed.fractionBits - innerBits);
  const width = widthOfDecay(fixed, rate);
  using bits = await protocol.toBits(y, width);
  using sign = protocol.choosePlanes(bits, [width - 1]);
  using isInverted = protocol.not(sign);
  const places = Array.from({ length: width - 1 - innerBits }, (_, at) => innerBits + at);
  using upper = protocol.choosePlanes(bits, places);
  using inverted = protocol.choosePlanes(isInverted, new Array<number>(places.length).fill(0));
  using size = protocol.xor(upper, inverted);
  using low = protocol.choosePlanes(size, places.map((_, at) => at).slice(0, wholeBits));
  using above = protocol.choosePlanes(size, places.map((_, at) => at).slice(wholeBits));
  using chosen = protocol.concatPlanes([low, sign]);
  const alive = aliveOf(protocol, above);
  const numbers = await numbersOf(protocol, chosen);
  const [whole, isNegative] = [numbers.slice(0, wholeBits), numbers[wholeBits]!];
  const [powers, value] = await Promise.all([
    powerOf(protocol, whole, alive),
    fractionOf(protocol, y, whole, isNegative),
  ]);
  for (const bit of whole) bit[Symbol.dispose]();
  using power = powers;
  using fraction = value;
  const surplus = innerBits + 2 ** wholeBits - decayBits;
  return { power: await protocol.multiplyTruncate(fraction, power, surplus), isNegative };
}

/** Rounds go by the fraction's way, which is the longest of three. */
export function decayPrice(prices: ProtocolPrices, length: number, fixed: FixedPoint, rate: number): Price {
  const width = widthOfDecay(fixed, rate);
  return inTurn(
    prices.truncate(length),
    prices.toBits(length, width),
    atOnce(
      inTurn(
        many(prices.fromBit(length), wholeBits + 1),
        prices.multiply(length),
        fractionOfPowerPrice(prices, length),
      ),
      productOfPrice(prices, length, wholeBits),
      inTurn(
        allSetPrice(prices, length, width - 1 - firstAbove),
        prices.fromBit(length),
        prices.multiply(length),
      ),
    ),
    prices.multiplyTruncate(length),
  );
}

/** At least one bit above, besides the sign. */
function widthOfDecay(fixed: FixedPoint, rate: number): number {
  const whole = Math.ceil(Math.log2(rate * 2 ** fixed.wholeBits + 2));
  return Math.max(innerBits + whole, firstAbove + 1) + 1;
}

async function aliveOf(protocol: Protocol, above: SharedBits): Promise<Shared> {
  using alive = await allSet(protocol, above);
  return await protocol.fromBit(alive);
}

async function powerOf(
  protocol: Protocol,
  whole: readonly Shared[],
  alive: Promise<Shared>,
): Promise<Shared> {
  const factors = whole.map((bit, at) => powerWhere(protocol, bit, 2 ** at));
  using product = await productOf(protocol, factors);
  using isAlive = await alive;
  return await protocol.multiply(product, isAlive);
}

/** 2^u of u = z less its whole part. */
async function fractionOf(
  protocol: Protocol,
  y: Shared,
  whole: readonly Shared[],
  isNegative: Shared,
): Promise<Shared> {
  using twice = protocol.scale(isNegative, 2n);
  using minusSign = protocol.addEach(twice, -1n);
  using mirrored = await protocol.multiply(minusSign, y);
  // Inverting took one more off what was not negative.
  using less = protocol.addEach(isNegative, -1n);
  let rest = protocol.add(mirrored, less);
  for (const [at, bit] of whole.entries()) {
    using old = rest;
    using part = protocol.scale(bit, -1n << BigInt(innerBits + at));
    rest = protocol.add(old, part);
  }
  using left = rest;
  using u = protocol.addEach(left, 1n << BigInt(firstAbove));
  return await fractionOfPower(protocol, u);
}

/** Whether all planes are 1, by a tree. */
async function allSet(protocol: Protocol, bits: SharedBits): Promise<SharedBits> {
  let level = protocol.choosePlanes(bits, [...Array(bits.width).keys()]);
  while (level.width > 1) {
    using old = level;
    const planes = [...Array(old.width).keys()];
    const half = old.width >> 1;
    using low = protocol.choosePlanes(old, planes.slice(0, half));
    using high = protocol.choosePlanes(old, planes.slice(half, 2 * half));
    using rest = protocol.choosePlanes(old, planes.slice(2 * half));
    using both = await protocol.and(low, high);
    level = protocol.concatPlanes([both, rest]);
  }
  return level;
}

function allSetPrice(prices: ProtocolPrices, length: number, width: number): Price {
  const levels: Price[] = [];
  for (let left = width; left > 1; left -= left >> 1) levels.push(prices.and(length, left >> 1));
  return inTurn(...levels);
}
