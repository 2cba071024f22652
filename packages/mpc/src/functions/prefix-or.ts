import { inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { SharedBits } from "../protocol/shared.ts";

/** Plane i: whether any of the planes 0 to i is 1. Sklansky's tree (1960) of ANDs of what is not. */
export async function prefixOr(protocol: Protocol, bits: SharedBits): Promise<SharedBits> {
  let none = protocol.not(bits);
  for (let reach = 1; reach < bits.width; reach *= 2) {
    const targets = targetsOf(bits.width, reach);
    const sources = targets.map((place) => (place | (reach - 1)) - reach);
    using high = protocol.choosePlanes(none, targets);
    using low = protocol.choosePlanes(none, sources);
    using both = await protocol.and(high, low);
    using old = none;
    using all = protocol.concatPlanes([old, both]);
    const places = Array.from({ length: bits.width }, (_, place) => {
      const at = targets.indexOf(place);
      return at < 0 ? place : bits.width + at;
    });
    none = protocol.choosePlanes(all, places);
  }
  using nothingYet = none;
  return protocol.not(nothingYet);
}

export function prefixOrPrice(prices: ProtocolPrices, length: number, width: number): Price {
  const levels: Price[] = [];
  for (let reach = 1; reach < width; reach *= 2)
    levels.push(prices.and(length, targetsOf(width, reach).length));
  return inTurn(...levels);
}

function targetsOf(width: number, reach: number): readonly number[] {
  return Array.from({ length: width }, (_, place) => place).filter((place) => (place & reach) !== 0);
}
