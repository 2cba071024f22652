// A bit that decides whether a number stays, for protocols that have no shorter way: the bit as a number, and a product.

import { inTurn, type Price } from "./price.ts";
import type { Protocol, ProtocolPrices } from "./protocol.ts";
import type { Shared, SharedBits } from "./shared.ts";

export async function keepByNumber(p: Protocol, bit: SharedBits, x: Shared): Promise<Shared> {
  using ifSet = await p.fromBit(bit);
  return await p.multiply(ifSet, x);
}

export function keepByNumberPrice(
  prices: Pick<ProtocolPrices, "fromBit" | "multiply">,
  length: number,
): Price {
  return inTurn(prices.fromBit(length), prices.multiply(length));
}
