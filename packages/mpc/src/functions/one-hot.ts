import { inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { compare, comparePrice } from "./compare.ts";
import { wholeNumbers } from "./whole-numbers.ts";

/** For each number a run of `classes` zeros with a one at that place, for integers 0 <= x < classes. */
export async function oneHot(protocol: Protocol, x: Shared, classes: number): Promise<Shared> {
  const { memory } = protocol.session;
  const each = Uint32Array.from({ length: x.length * classes }, (_, at) => Math.floor(at / classes));
  using repeated = protocol.gather(x, each);
  const places = memory.columnOf(wholeNumbers(each.length, (at) => at % classes));
  using isHere = await compare(protocol, "equal", repeated, places, widthOfPlaces(classes));
  memory.free(places);
  return await protocol.fromBit(isHere);
}

export function oneHotPrice(prices: ProtocolPrices, length: number, classes: number): Price {
  const all = length * classes;
  return inTurn(comparePrice(prices, "equal", all, widthOfPlaces(classes)), prices.fromBit(all));
}

/** Two places differ by less than `classes`. */
function widthOfPlaces(classes: number): number {
  return Math.ceil(Math.log2(Math.max(classes, 1))) + 1;
}
