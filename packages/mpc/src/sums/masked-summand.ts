// A sum that nobody sees the summands of: each party masks its own with what it draws together with each other party, and
// the masks vanish in the sum over all. Bonawitz et al. 2017 (CCS), section 4, without dropouts: all take part or nobody.

import { invariant } from "@unseen/base";
import type { RingMemory } from "@unseen/compute";
import type { PartyIndex } from "../session/channel.ts";
import type { SeedStream } from "../session/seed-stream.ts";

/** Sums are read modulo 2^64 or 2^128. */
export type SumBits = 64 | 128;

/** What each other party of the sum draws alike. All draw the same lengths in the same order. */
export type PairStreams = ReadonlyMap<PartyIndex, SeedStream>;

/**
 * This party's numbers, masked: uniform to everybody as long as one other party keeps its stream to itself, and the same sum
 * over all parties. No message. A second masking draws fresh masks.
 */
export function maskedSummand(
  values: readonly bigint[],
  bits: SumBits,
  me: PartyIndex,
  streams: PairStreams,
  memory: RingMemory,
): bigint[] {
  const words = bits / 64;
  const masked = values.map((value) => BigInt.asUintN(bits, value));
  for (const [other, stream] of streams) {
    invariant(other !== me, "a party masks with others");
    const place = memory.column(Math.max(1, values.length * words));
    stream.next(place);
    const drawn = memory.words(place);
    for (let at = 0; at < masked.length; at += 1) {
      const low = drawn[at * words]!;
      const mask = words === 1 ? low : low | (drawn[at * words + 1]! << 64n);
      masked[at] = BigInt.asUintN(bits, other > me ? masked[at]! + mask : masked[at]! - mask);
    }
    memory.bytes(place).fill(0);
    memory.free(place);
  }
  return masked;
}

/** The sum of what all parties masked, as a signed number. */
export function sumOfMasked(summands: readonly (readonly bigint[])[], bits: SumBits): bigint[] {
  const [first] = summands;
  invariant(
    first !== undefined && summands.every(({ length }) => length === first.length),
    "summands are of one length",
  );
  return first.map((_, at) =>
    BigInt.asIntN(
      bits,
      summands.reduce((total, one) => total + one[at]!, 0n),
    ),
  );
}
