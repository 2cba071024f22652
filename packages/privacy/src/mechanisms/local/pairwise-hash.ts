// A hash that anybody can compute from a public seed: (a x + b mod P) mod buckets, with P = 2^61 - 1 (Carter, Wegman 1979).
// Two options share a bucket with probability at most 1 / buckets and a part in 2^40 more. Privacy does not rest on it.

import { invariant } from "@unseen/base";
import { uniformBelow } from "../../samplers/uniform-below.ts";
import type { Words } from "../../samplers/uniform-words.ts";

export type HashSeed = { readonly a: bigint; readonly b: bigint };

const prime = (1n << 61n) - 1n;

export function drawHashSeed(words: Words): HashSeed {
  return Object.freeze({ a: 1n + uniformBelow(words, prime - 1n), b: uniformBelow(words, prime) });
}

/** `value` and `buckets` are whole, the buckets below 2^20. A seed from elsewhere is checked. */
export function bucketOf({ a, b }: HashSeed, value: number, buckets: number): number {
  invariant(a > 0n && a < prime && b >= 0n && b < prime, "a seed lies below the hash's prime");
  return Number(((a * BigInt(value) + b) % prime) % BigInt(buckets));
}
