// Adding two numbers that are shared bit by bit, written once upon the AND of any protocol.
//
// A carry into place w is the fold of (generate, propagate) pairs of all places below, and the fold is associative
// (Brent and Kung 1982; Kogge and Stone 1973). For the top bit alone one tree is enough, of ceil(log2(w - 1)) levels; for
// all bits every prefix is needed, by Sklansky's tree (1960) of the same depth and w/2 pairs a level.

import type { Protocol } from "./protocol.ts";
import type { SharedBits } from "./shared.ts";

/** Rounds of ANDs, and how many single ANDs an element takes in all. */
export type AdderCost = { readonly rounds: number; readonly ands: number };

/** The top bit of the sum of a and b, modulo 2^width. */
export async function topBitOfSum(protocol: Protocol, a: SharedBits, b: SharedBits): Promise<SharedBits> {
  const top = a.width - 1;
  using both = protocol.xor(a, b);
  if (top === 0) return protocol.choosePlanes(both, [0]);
  using carry = await carryOut(protocol, a, b, both, top);
  using last = protocol.choosePlanes(both, [top]);
  return protocol.xor(last, carry);
}

export function topBitCost(width: number): AdderCost {
  if (width === 1) return { rounds: 0, ands: 0 };
  const fold = foldCost(width - 1);
  return { rounds: 1 + fold.rounds, ands: width - 1 + fold.ands };
}

/** Of `foldCarries`. */
export function foldCost(places: number): AdderCost {
  let [rounds, ands] = [0, 0];
  for (let groups = places; groups > 1; groups -= groups >> 1) {
    const pairs = groups >> 1;
    // The lowest group's propagate is never asked for; an odd group is left over at the bottom.
    ands += groups % 2 === 1 ? 2 * pairs : 2 * pairs - 1;
    rounds += 1;
  }
  return { rounds, ands };
}

/** The carry out of the `places` lowest places. */
async function carryOut(
  protocol: Protocol,
  a: SharedBits,
  b: SharedBits,
  both: SharedBits,
  places: number,
): Promise<SharedBits> {
  const low = range(0, places);
  using lowA = protocol.choosePlanes(a, low);
  using lowB = protocol.choosePlanes(b, low);
  using generate = await protocol.and(lowA, lowB);
  using propagate = protocol.choosePlanes(both, low);
  return await foldCarries(protocol, generate, propagate);
}

/** The carry that leaves the places of which each generates or propagates one. */
export async function foldCarries(
  protocol: Protocol,
  generating: SharedBits,
  propagating: SharedBits,
): Promise<SharedBits> {
  const places = generating.width;
  let generate = protocol.choosePlanes(generating, range(0, places));
  let propagate = protocol.choosePlanes(propagating, range(0, places));
  for (let groups = places; groups > 1; ) {
    const pairs = groups >> 1;
    const isOdd = groups % 2 === 1;
    // Pairs are taken from the top, so that an odd one is left at the bottom, where no propagate is needed.
    const skip = isOdd ? 1 : 0;
    const lows = range(0, pairs).map((pair) => skip + 2 * pair);
    const highs = lows.map((place) => place + 1);
    const withPropagate = isOdd ? lows : lows.slice(1);
    const propagates = withPropagate.map((place) => place + 1);
    using highP = protocol.choosePlanes(propagate, [...highs, ...propagates]);
    using lowG = protocol.choosePlanes(generate, lows);
    using lowP = protocol.choosePlanes(propagate, withPropagate);
    using lowGP = protocol.concatPlanes([lowG, lowP]);
    using folded = await protocol.and(highP, lowGP);
    using highG = protocol.choosePlanes(generate, highs);
    using foldedG = protocol.choosePlanes(folded, range(0, pairs));
    using nextG = protocol.xor(highG, foldedG);
    using nextP = protocol.choosePlanes(folded, range(pairs, propagates.length));
    using restG = isOdd ? protocol.choosePlanes(generate, [0]) : undefined;
    using restP = protocol.choosePlanes(propagate, [0]);
    const [oldG, oldP] = [generate, propagate];
    generate =
      restG === undefined
        ? protocol.choosePlanes(nextG, range(0, pairs))
        : protocol.concatPlanes([restG, nextG]);
    // A place holder stands at the bottom; nothing reads it.
    propagate = protocol.concatPlanes([restP, nextP]);
    oldG[Symbol.dispose]();
    oldP[Symbol.dispose]();
    groups -= pairs;
  }
  propagate[Symbol.dispose]();
  return generate;
}

/** All bits of the sum of a and b, modulo 2^width. */
export async function sumOfBits(protocol: Protocol, a: SharedBits, b: SharedBits): Promise<SharedBits> {
  const width = a.width;
  using both = protocol.xor(a, b);
  if (width === 1) return protocol.choosePlanes(both, [0]);
  const low = range(0, width - 1);
  using lowA = protocol.choosePlanes(a, low);
  using lowB = protocol.choosePlanes(b, low);
  using generate = await protocol.and(lowA, lowB);
  return await sumByCarries(protocol, generate, both);
}

/** All bits of a sum of which each place but the top generates a carry or not, and propagates one or not. */
export async function sumByCarries(
  protocol: Protocol,
  generating: SharedBits,
  both: SharedBits,
): Promise<SharedBits> {
  const carries = generating.width;
  const low = range(0, carries);
  let generate = protocol.choosePlanes(generating, low);
  let propagate = protocol.choosePlanes(both, low);
  for (let reach = 1; reach < carries; reach *= 2) {
    const targets = low.filter((place) => (place & reach) !== 0);
    const sources = targets.map((place) => (place | (reach - 1)) - reach);
    const needy = targets.filter((place) => place >= 2 * reach);
    const needySources = needy.map((place) => (place | (reach - 1)) - reach);
    using high = protocol.choosePlanes(propagate, [...targets, ...needy]);
    using lowG = protocol.choosePlanes(generate, sources);
    using lowP = protocol.choosePlanes(propagate, needySources);
    using lower = protocol.concatPlanes([lowG, lowP]);
    using folded = await protocol.and(high, lower);
    using highG = protocol.choosePlanes(generate, targets);
    using foldedG = protocol.choosePlanes(folded, range(0, targets.length));
    using newG = protocol.xor(highG, foldedG);
    const [oldG, oldP] = [generate, propagate];
    using allG = protocol.concatPlanes([oldG, newG]);
    using allP = protocol.concatPlanes([oldP, folded]);
    generate = protocol.choosePlanes(allG, merged(low, targets, carries));
    propagate = protocol.choosePlanes(allP, merged(low, needy, carries + targets.length));
    oldG[Symbol.dispose]();
    oldP[Symbol.dispose]();
  }
  propagate[Symbol.dispose]();
  using first = protocol.choosePlanes(both, [0]);
  using rest = protocol.choosePlanes(both, range(1, carries));
  using carry = generate;
  using sums = protocol.xor(rest, carry);
  return protocol.concatPlanes([first, sums]);
}

export function sumOfBitsCost(width: number): AdderCost {
  if (width === 1) return { rounds: 0, ands: 0 };
  const prefixes = prefixCost(width - 1);
  return { rounds: 1 + prefixes.rounds, ands: width - 1 + prefixes.ands };
}

/** Of `sumByCarries`. */
export function prefixCost(carries: number): AdderCost {
  let [rounds, ands] = [0, 0];
  for (let reach = 1; reach < carries; reach *= 2) {
    const targets = range(0, carries).filter((place) => (place & reach) !== 0);
    ands += targets.length + targets.filter((place) => place >= 2 * reach).length;
    rounds += 1;
  }
  return { rounds, ands };
}

/** Where each plane is after the new ones were put behind the old: `from` on for the changed, its own place otherwise. */
function merged(places: readonly number[], changed: readonly number[], from: number): readonly number[] {
  const at = new Map(changed.map((place, index) => [place, from + index]));
  return places.map((place) => at.get(place) ?? place);
}

function range(from: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}
