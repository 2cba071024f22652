// A number as a mantissa between 1/2 and 1 and a power of two, without anybody learning the power.
//
// The leading 1 is found by a prefix OR over the bits, from the top; its place becomes a few bits by XORs alone, and those
// become the power of two that lifts the number, by a product of as many factors. Catrina and Saxena 2010 (Secure
// computation with fixed-point numbers, FC), on division, with the place in binary rather than one-hot, which converts
// five bits to numbers rather than thirty-one.

import { inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared, SharedBits } from "../protocol/shared.ts";
import type { FixedPoint } from "./fixed-point.ts";
import { prefixOr, prefixOrPrice } from "./prefix-or.ts";
import { many, numbersOf, powerWhere, productOf, productOfPrice } from "./product.ts";

/** Bits of a mantissa: two multiply within the 62 that a truncation takes. */
export const mantissaBits = 31;

export class NormalForm implements Disposable {
  /** Between 2^30 and 2^31, both included; 0 of 0. */
  readonly mantissa: Shared;
  /** What the ring element was multiplied by: a power of two, with its sign; 0 of 0 if signs were looked at. */
  readonly lift: Shared;
  /** How many places it was lifted, in binary, least bit first, beyond those that its format leaves free. */
  readonly places: readonly Shared[];
  /** 1, or 0 of 0. */
  readonly isNotZero: Shared;

  constructor(mantissa: Shared, lift: Shared, places: readonly Shared[], isNotZero: Shared) {
    this.mantissa = mantissa;
    this.lift = lift;
    this.places = places;
    this.isNotZero = isNotZero;
  }

  [Symbol.dispose](): void {
    for (const held of [this.mantissa, this.lift, this.isNotZero, ...this.places]) held[Symbol.dispose]();
  }
}

/** Numbers of which no negative one is given need one plane and one factor less. */
export type Signs = "signed" | "notNegative";

export async function normalForm(
  protocol: Protocol,
  x: Shared,
  fixed: FixedPoint,
  signs: Signs,
): Promise<NormalForm> {
  const bits = magnitudeBits(fixed);
  using found = await leadingPlace(protocol, x, bits, signs);
  const numbers = await numbersOf(protocol, found);
  const count = placesBits(bits, signs);
  const [places, [isNotZero, isNegative]] = [numbers.slice(0, count), numbers.slice(count)];
  const factors = places.map((place, at) => powerWhere(protocol, place, 2 ** at));
  if (isNegative !== undefined) {
    using twice = protocol.scale(isNegative, 2n);
    factors.push(protocol.sub(isNotZero!, twice));
    isNegative[Symbol.dispose]();
  }
  using product = await productOf(protocol, factors);
  const lift = protocol.scale(product, 1n << BigInt(mantissaBits - bits));
  return new NormalForm(await protocol.multiply(x, lift), lift, places, isNotZero!);
}

export function normalFormPrice(
  prices: ProtocolPrices,
  length: number,
  fixed: FixedPoint,
  signs: Signs,
): Price {
  const bits = magnitudeBits(fixed);
  const isSigned = signs === "signed" ? 1 : 0;
  const count = placesBits(bits, signs);
  return inTurn(
    prices.toBits(length, bits + isSigned),
    prefixOrPrice(prices, length, bits + isSigned),
    many(prices.fromBit(length), count + 1 + isSigned),
    productOfPrice(prices, length, count + isSigned),
    prices.multiply(length),
  );
}

/** t = 4c - 3, from -1 to 1, of the mantissa c: in 29 bits of fraction the two differ by a public number alone. */
export function centred(protocol: Protocol, form: NormalForm): Shared {
  return protocol.addEach(form.mantissa, -3n << BigInt(mantissaBits - 2));
}

/** The most places that a number is lifted, all bits set: 2^bits - 1. */
export function mostPlaces(fixed: FixedPoint, signs: Signs): number {
  return 2 ** placesBits(magnitudeBits(fixed), signs) - 1;
}

function magnitudeBits({ fractionBits, wholeBits }: FixedPoint): number {
  return fractionBits + wholeBits;
}

/** Of places from 0 to bits - 1; a negative number may be lifted by one more. */
function placesBits(bits: number, signs: Signs): number {
  return Math.ceil(Math.log2(signs === "signed" ? bits + 1 : bits));
}

/**
 * Planes: how many places the leading 1 is below the top, in binary; whether there is one; and the sign.
 *
 * A negative number's bits are inverted, which is its size less one: the leading place is right but for powers of two,
 * which come out as the mantissa 1. Of -1 nothing is left; the sign stands below the last bit to be found then.
 */
async function leadingPlace(protocol: Protocol, x: Shared, bits: number, signs: Signs): Promise<SharedBits> {
  const isSigned = signs === "signed";
  using planes = await protocol.toBits(x, isSigned ? bits + 1 : bits);
  const downwards = Array.from({ length: bits }, (_, at) => bits - 1 - at);
  using magnitude = protocol.choosePlanes(planes, downwards);
  using sign = protocol.choosePlanes(planes, [isSigned ? bits : 0]);
  using all = isSigned
    ? sizeAndSign(protocol, magnitude, sign)
    : protocol.choosePlanes(magnitude, range(bits));
  using seen = await prefixOr(protocol, all);
  const last = seen.width - 1;
  using before = protocol.choosePlanes(seen, range(last));
  using after = protocol.choosePlanes(
    seen,
    range(last).map((at) => at + 1),
  );
  using isLeading = protocol.xor(after, before);
  // Plane at - 1 of `isLeading` stands for the place `at`; the place 0 has no bits to be set.
  const count = placesBits(bits, signs);
  const found = Array.from({ length: count }, (_, bit) => {
    const set = range(last).filter((at) => (((at + 1) >> bit) & 1) === 1);
    using chosen = protocol.choosePlanes(isLeading, set);
    return xorOfPlanes(protocol, chosen);
  });
  using isNotZero = protocol.choosePlanes(seen, [last]);
  const joined = protocol.concatPlanes([...found, isNotZero, ...(isSigned ? [sign] : [])]);
  for (const bit of found) bit[Symbol.dispose]();
  return joined;
}

function sizeAndSign(protocol: Protocol, magnitude: SharedBits, sign: SharedBits): SharedBits {
  using signEach = protocol.choosePlanes(sign, new Array<number>(magnitude.width).fill(0));
  using size = protocol.xor(magnitude, signEach);
  return protocol.concatPlanes([size, sign]);
}

function xorOfPlanes(protocol: Protocol, bits: SharedBits): SharedBits {
  if (bits.width === 1) return protocol.choosePlanes(bits, [0]);
  const half = bits.width >> 1;
  using low = protocol.choosePlanes(bits, range(half));
  using high = protocol.choosePlanes(
    bits,
    range(half).map((at) => at + half),
  );
  using sum = protocol.xor(low, high);
  using rest = protocol.choosePlanes(bits, range(bits.width).slice(2 * half));
  using left = protocol.concatPlanes([sum, rest]);
  return xorOfPlanes(protocol, left);
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at);
}
