// Whole numbers over a public whole number: an approximate quotient, then at most one up or down.
//
// With m = floor(2^32 / d) and |x| < 2^31, x m / 2^32 is off x / d by less than a half. Less a half, it is below x / d by less
// than one, so its truncation is the quotient, one less or one more, and what is left tells which.

import { invariant } from "@unseen/base";
import { atOnce, free, inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { compare, comparePrice } from "./compare.ts";

const factorBits = 32;

/** floor(x / by) and what is left, from 0 to by - 1, for whole |x| < 2^31 and a public whole 1 <= by < 2^31. Both exact. */
export async function floorDivide(
  protocol: Protocol,
  x: Shared,
  by: number,
): Promise<{ readonly quotient: Shared; readonly remainder: Shared }> {
  assertDivisor(by);
  const divisor = BigInt(by);
  if (by === 1) return { quotient: protocol.copy(x), remainder: protocol.sub(x, x) };
  using scaled = protocol.scale(x, (1n << BigInt(factorBits)) / divisor);
  using lower = protocol.addEach(scaled, -1n << BigInt(factorBits - 1));
  using near = await protocol.truncate(lower, factorBits);
  using product = protocol.scale(near, divisor);
  using left = protocol.sub(x, product);
  const width = widthOfLeft(by);
  const asNumber = async (relation: "less" | "greaterOrEqual", than: bigint) => {
    using bit = await compare(protocol, relation, left, than, width);
    return await protocol.fromBit(bit);
  };
  const [below, beyond] = await Promise.all([asNumber("less", 0n), asNumber("greaterOrEqual", divisor)]);
  using isBelow = below;
  using isBeyond = beyond;
  using change = protocol.sub(isBeyond, isBelow);
  using back = protocol.scale(change, divisor);
  return { quotient: protocol.add(near, change), remainder: protocol.sub(left, back) };
}

export function floorDividePrice(prices: ProtocolPrices, length: number, by: number): Price {
  assertDivisor(by);
  if (by === 1) return free;
  const one = inTurn(comparePrice(prices, "less", length, widthOfLeft(by)), prices.fromBit(length));
  return inTurn(prices.truncate(length), atOnce(one, one));
}

/** What is left lies between -by and 2 by, and is compared with 0 and by. */
function widthOfLeft(by: number): number {
  return Math.ceil(Math.log2(2 * by)) + 1;
}

function assertDivisor(by: number): void {
  invariant(Number.isInteger(by) && by >= 1 && by < 2 ** 31, "a divisor is whole, at least 1, below 2^31");
}
