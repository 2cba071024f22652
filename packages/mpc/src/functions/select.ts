import type { Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared, SharedBits } from "../protocol/shared.ts";

/** x where the bit is 1, y where it is 0. Nobody learns the bit. Any ring elements. */
export async function select(protocol: Protocol, bit: SharedBits, x: Shared, y: Shared): Promise<Shared> {
  using difference = protocol.sub(x, y);
  using kept = await protocol.keepWhere(bit, difference);
  return protocol.add(y, kept);
}

export function selectPrice(prices: ProtocolPrices, length: number): Price {
  return prices.keepWhere(length);
}

/** As `select`, of a bit that is a number 0 or 1 already, so that several columns can share it. One product. */
export async function selectByNumber(protocol: Protocol, bit: Shared, x: Shared, y: Shared): Promise<Shared> {
  using difference = protocol.sub(x, y);
  using kept = await protocol.multiply(bit, difference);
  return protocol.add(y, kept);
}
