// The sigmoid and the hyperbolic tangent, from e^-|x|, which is at most 1: then 1 + e^-|x| lies between 1 and 2 and is twice a
// mantissa without being lifted, and both functions are mirrored at zero.

import { inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { decay, decayBits, decayPrice } from "./decay.ts";
import { type FixedPoint, greatestOf, stepOf } from "./fixed-point.ts";
import { assertApproximable, type Guarantee } from "./guarantee.ts";
import { mantissaBits } from "./normal-form.ts";
import { innerBits, inverseOfMantissa, inverseOfMantissaPrice } from "./reciprocal.ts";

/** 1 / (1 + e^-x) for every x of the format. Off by a step and 2^-24. */
export async function sigmoid(protocol: Protocol, x: Shared, fixed: FixedPoint): Promise<Shared> {
  // 1/(1+e) - 1/2 = (r - 1)/2 with r the inverse of (1 + e)/2.
  using half = await mirrored(protocol, x, fixed, Math.LOG2E, 1);
  return protocol.addEach(half, 1n << BigInt(fixed.fractionBits - 1));
}

/** For every x of the format. Off by a step and 2^-24. */
export async function tanh(protocol: Protocol, x: Shared, fixed: FixedPoint): Promise<Shared> {
  return await mirrored(protocol, x, fixed, 2 * Math.LOG2E, 0);
}

/** Of `sigmoid`; of `tanh` with twice the rate. */
export function sigmoidPrice(prices: ProtocolPrices, length: number, fixed: FixedPoint): Price {
  return mirroredPrice(prices, length, fixed, Math.LOG2E);
}

export function tanhPrice(prices: ProtocolPrices, length: number, fixed: FixedPoint): Price {
  return mirroredPrice(prices, length, fixed, 2 * Math.LOG2E);
}

/** Of `sigmoid` and of `tanh`. */
export function sigmoidGuarantee(fixed: FixedPoint): Guarantee {
  const most = greatestOf(fixed);
  return { least: -most, most, gap: 0, absolute: stepOf(fixed) + 2 ** -24, relative: 0 };
}

/** The sign of x times (r - 1) / 2^halvings, with r the inverse of (1 + 2^(-rate |x|)) / 2. */
async function mirrored(
  protocol: Protocol,
  x: Shared,
  fixed: FixedPoint,
  rate: number,
  halvings: number,
): Promise<Shared> {
  assertApproximable(fixed);
  const { power, isNegative } = await decay(protocol, x, fixed, rate);
  using small = power;
  using negative = isNegative;
  using scaled = protocol.scale(small, 1n << BigInt(mantissaBits - 1 - decayBits));
  using mantissa = protocol.addEach(scaled, 1n << BigInt(mantissaBits - 1));
  using inverse = await inverseOfMantissa(protocol, mantissa);
  using above = protocol.addEach(inverse, -1n << BigInt(innerBits));
  using minusTwice = protocol.scale(negative, -2n);
  using sign = protocol.addEach(minusTwice, 1n);
  return await protocol.multiplyTruncate(sign, above, innerBits - fixed.fractionBits + halvings);
}

function mirroredPrice(prices: ProtocolPrices, length: number, fixed: FixedPoint, rate: number): Price {
  return inTurn(
    decayPrice(prices, length, fixed, rate),
    inverseOfMantissaPrice(prices, length),
    prices.multiplyTruncate(length),
  );
}
