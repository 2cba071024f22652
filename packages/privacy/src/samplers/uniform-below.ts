// A uniform whole number below a bound, exactly: what falls outside is drawn again, and nothing is taken modulo.

import { invariant } from "@unseen/base";
import { bitLength } from "../budget/rational.ts";
import type { Words } from "./uniform-words.ts";

/** Uniform on 0 .. bound-1 by rejection: fewer than two tries on average. `bound` is positive. */
export function uniformBelow(words: Words, bound: bigint): bigint {
  invariant(bound > 0n, "a uniform draw has at least one outcome");
  const bits = bitLength(bound - 1n);
  for (;;) {
    let drawn = 0n;
    let have = 0;
    for (; have < bits; have += words.bits) drawn = (drawn << BigInt(words.bits)) | BigInt(words.next());
    drawn >>= BigInt(have - bits);
    if (drawn < bound) return drawn;
  }
}

/** The same from one word, where the bound is not beyond it. */
function smallBelow(words: Words, bound: number): number {
  const bits = 32 - Math.clz32(bound - 1);
  if (bits > words.bits) return Number(uniformBelow(words, BigInt(bound)));
  for (;;) {
    const drawn = bits === 0 ? 0 : words.next() >>> (words.bits - bits);
    if (drawn < bound) return drawn;
  }
}

/** The numbers 0 .. count-1 in an order of which all are equally likely (Fisher and Yates; Knuth's Algorithm P). */
export function uniformOrder(words: Words, count: number): number[] {
  const order = Array.from({ length: count }, (_, at) => at);
  for (let last = count - 1; last > 0; last--) {
    const other = smallBelow(words, last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
