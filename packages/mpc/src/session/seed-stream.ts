// Random bytes that two parties draw alike without a word: a stream expanded from a seed that only they know.

import { invariant } from "@unseen/base";
import type { Place, RingMemory } from "@unseen/compute";

/** The parties of a stream draw the same numbers of bytes in the same order, and nobody draws a byte twice. */
export interface SeedStream {
  /** Overwrites the place with the next bytes. */
  next(place: Place): void;
}

/** All parties of a computation use the same: it is part of what they agree on before it begins. Takes the seed: `takeSeed`. */
export type StreamMaker = (memory: RingMemory, seed: Uint8Array) => SeedStream;

const seedBytes = 32;
/** What the kernel writes at once: four blocks. */
const burst = 256;
/** One nonce's key stream: 2^32 blocks of 64 bytes. */
const mostBytes = 2 ** 38;

/**
 * The seed, of which nothing is left where it was: two streams of one seed would mask two numbers alike, and their difference
 * would show. Every maker of streams begins with it, and throws where a seed is handed to a second one.
 */
export function takeSeed(seed: Uint8Array): Uint8Array {
  invariant(seed.length === seedBytes, "a stream has a whole seed of 32 bytes");
  invariant(
    seed.some((byte) => byte !== 0),
    "a seed is expanded once",
  );
  const taken = seed.slice();
  seed.fill(0);
  return taken;
}

/**
 * ChaCha20 (RFC 8439) with the seed as the key. Each draw has the next number as its nonce, from 1 on, so no two draws
 * overlap. One seed serves one purpose of one computation: derive another seed for another purpose.
 */
export const chachaStream: StreamMaker = (memory, seed) => {
  const key = memory.allocate(seedBytes);
  memory.bytes(key).set(takeSeed(seed));
  const nonce = memory.allocate(12);
  let draws = 0n;
  const kernels = memory.kernels;
  return {
    next(place) {
      invariant(place.bytes <= mostBytes, "a draw stays within one nonce");
      draws += 1n;
      const view = new DataView(memory.bytes(nonce).buffer, nonce.at, nonce.bytes);
      view.setUint32(0, 0);
      view.setBigUint64(4, draws, true);
      const whole = place.bytes - (place.bytes % burst);
      if (whole > 0) kernels.stream(key.at, nonce.at, 0, place.at, whole);
      const rest = place.bytes - whole;
      if (rest === 0) return;
      const scratch = { at: memory.scratch, bytes: burst };
      kernels.stream(key.at, nonce.at, whole / 64, scratch.at, burst);
      memory.bytes({ at: place.at + whole, bytes: rest }).set(memory.bytes({ ...scratch, bytes: rest }));
      memory.bytes(scratch).fill(0);
    },
  };
};
