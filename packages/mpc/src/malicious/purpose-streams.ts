// What each two of three parties draw alike and the third never sees, one stream for each purpose.
//
// "mine" is shared with the party before, "next" with the party after, as summands are.

import type { Column, Place, RingMemory } from "@unseen/compute";
import type { ReplicatedSeeds } from "../replicated/replicated.ts";
import type { SeedStream, StreamMaker } from "../session/seed-stream.ts";

export type PairStream = { readonly mine: SeedStream; readonly next: SeedStream };

export type PurposeStreams = {
  /** What a prover and the verifier on its left draw. */
  readonly proofs: PairStream;
  /** What both verifiers of a prover draw, and the prover must not know before it has sent its proof. */
  readonly coins: PairStream;
  /** Keys of tags: of sender and receiver, unknown to the party whose message is compared. */
  readonly tags: PairStream;
};

const seedBytes = 32;

/** Each purpose has a seed of its own, drawn from the pair's; those of the summands' masks are handed out as seeds. */
export function purposeStreams(
  memory: RingMemory,
  seeds: ReplicatedSeeds,
  streamOf: StreamMaker,
): { readonly streams: PurposeStreams; readonly ofMasks: ReplicatedSeeds } {
  const before = streamOf(memory, seeds.withPrevious);
  const after = streamOf(memory, seeds.withNext);
  const ofMasks = { withPrevious: child(before), withNext: child(after) };
  const derived = (): PairStream => ({
    mine: streamOf(memory, child(before)),
    next: streamOf(memory, child(after)),
  });
  return { ofMasks, streams: { proofs: derived(), coins: derived(), tags: derived() } };

  function child(parent: SeedStream): Uint8Array {
    const place = memory.allocate(seedBytes);
    parent.next(place);
    const seed = Uint8Array.from(memory.bytes(place));
    memory.bytes(place).fill(0);
    memory.free(place);
    return seed;
  }
}

export function drawn(memory: RingMemory, stream: SeedStream, length: number): Column {
  const column = memory.column(length);
  stream.next(column);
  return column;
}

/** A seed for `coinsOf`. */
export function drawnSeed(memory: RingMemory, stream: SeedStream): Place {
  const place = memory.allocate(seedBytes);
  stream.next(place);
  return place;
}

/** Public coins: words expanded from a seed that served nothing else. ChaCha20 with nonce zero. */
export function coinsOf(memory: RingMemory, seed: Place, length: number): Column {
  const burst = 256;
  const bytes = Math.max(1, Math.ceil((8 * length) / burst)) * burst;
  const place = memory.allocate(bytes);
  const nonce = { at: memory.scratch, bytes: 12 };
  memory.bytes(nonce).fill(0);
  memory.kernels.stream(seed.at, nonce.at, 0, place.at, bytes);
  return { ...place, length };
}
