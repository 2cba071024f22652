// Functions made of straight pieces: the size, the sign, and what cuts a number off at ends. All are exact, on ring elements
// as signed integers and so on fixed points of any format; `width` says how many bits the numbers that are compared need.

import { atOnce, inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { compare, comparePrice } from "./compare.ts";
import { select, selectPrice } from "./select.ts";

/** |x|, for |x| < 2^(width - 1). */
export async function abs(protocol: Protocol, x: Shared, width: number): Promise<Shared> {
  using isNegative = await protocol.sign(x, width);
  using negative = await protocol.keepWhere(isNegative, x);
  using twice = protocol.scale(negative, 2n);
  return protocol.sub(x, twice);
}

/** The greater of x and 0, for |x| < 2^(width - 1). */
export async function relu(protocol: Protocol, x: Shared, width: number): Promise<Shared> {
  using isNegative = await protocol.sign(x, width);
  using isKept = protocol.not(isNegative);
  return await protocol.keepWhere(isKept, x);
}

/** Of `abs` and of `relu`. */
export function reluPrice(prices: ProtocolPrices, length: number, width: number): Price {
  return inTurn(prices.sign(length, width), selectPrice(prices, length));
}

/** The integer -1, 0 or 1, for |x| < 2^(width - 1). */
export async function signOf(protocol: Protocol, x: Shared, width: number): Promise<Shared> {
  const asNumber = async (relation: "less" | "greater") => {
    using bit = await compare(protocol, relation, x, 0n, width);
    return await protocol.fromBit(bit);
  };
  const [negative, positive] = await Promise.all([asNumber("less"), asNumber("greater")]);
  using below = negative;
  using above = positive;
  return protocol.sub(above, below);
}

export function signOfPrice(prices: ProtocolPrices, length: number, width: number): Price {
  const one = inTurn(prices.sign(length, width), prices.fromBit(length));
  return atOnce(one, one);
}

/** x, or the public end that it lies beyond, for low <= high and distances from the ends below 2^(width - 1). */
export async function clip(
  protocol: Protocol,
  x: Shared,
  low: bigint,
  high: bigint,
  width: number,
): Promise<Shared> {
  const beyond = async (relation: "less" | "greater", end: bigint) => {
    using bit = await compare(protocol, relation, x, end, width);
    using negative = protocol.negate(x);
    using back = protocol.addEach(negative, end);
    return await protocol.keepWhere(bit, back);
  };
  const [up, down] = await Promise.all([beyond("less", low), beyond("greater", high)]);
  using raised = up;
  using lowered = down;
  using floored = protocol.add(x, raised);
  return protocol.add(floored, lowered);
}

export function clipPrice(prices: ProtocolPrices, length: number, width: number): Price {
  const one = reluPrice(prices, length, width);
  return atOnce(one, one);
}

/** The smaller of x and y, element by element, for |x - y| < 2^(width - 1). */
export async function minimum(protocol: Protocol, x: Shared, y: Shared, width: number): Promise<Shared> {
  using isLess = await compare(protocol, "less", x, y, width);
  return await select(protocol, isLess, x, y);
}

/** The greater of x and y. */
export async function maximum(protocol: Protocol, x: Shared, y: Shared, width: number): Promise<Shared> {
  using isLess = await compare(protocol, "less", x, y, width);
  return await select(protocol, isLess, y, x);
}

/** Of `minimum` and of `maximum`. */
export function extremePrice(prices: ProtocolPrices, length: number, width: number): Price {
  return inTurn(comparePrice(prices, "less", length, width), selectPrice(prices, length));
}
