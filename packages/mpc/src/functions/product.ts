import { atOnce, inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";

/** The product of ring elements by a tree. Takes the factors over; there is at least one. */
export async function productOf(protocol: Protocol, factors: readonly Shared[]): Promise<Shared> {
  let level = factors;
  while (level.length > 1) {
    const pairs = level.length >> 1;
    const products = Array.from({ length: pairs }, (_, pair) =>
      protocol.multiply(level[2 * pair]!, level[2 * pair + 1]!),
    );
    const made = await Promise.all(products);
    for (const factor of level.slice(0, 2 * pairs)) factor[Symbol.dispose]();
    level = [...made, ...level.slice(2 * pairs)];
  }
  return level[0]!;
}

export function productOfPrice(prices: ProtocolPrices, length: number, count: number): Price {
  const levels: Price[] = [];
  for (let left = count; left > 1; left -= left >> 1) levels.push(many(prices.multiply(length), left >> 1));
  return inTurn(...levels);
}

/** 2^weight where the bit, a number 0 or 1, is 1; 1 elsewhere. */
export function powerWhere(protocol: Protocol, bit: Shared, weight: number): Shared {
  using scaled = protocol.scale(bit, (1n << BigInt(weight)) - 1n);
  return protocol.addEach(scaled, 1n);
}

/** Planes as numbers 0 and 1, each a column of its own. */
export async function numbersOf(
  protocol: Protocol,
  bits: Parameters<Protocol["choosePlanes"]>[0],
): Promise<readonly Shared[]> {
  const planes = Array.from({ length: bits.width }, (_, plane) => protocol.choosePlanes(bits, [plane]));
  const numbers = await Promise.all(planes.map((plane) => protocol.fromBit(plane)));
  for (const plane of planes) plane[Symbol.dispose]();
  return numbers;
}

/** As many of one step at the same time. */
export function many(price: Price, count: number): Price {
  return atOnce(...Array.from({ length: count }, () => price));
}
