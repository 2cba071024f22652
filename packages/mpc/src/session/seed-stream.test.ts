import { createCipheriv } from "node:crypto";
import { RingMemory } from "@unseen/compute";
import fc from "fast-check";
import { expect, test } from "vitest";
import { chachaStream } from "./seed-stream.ts";

/** OpenSSL takes the block counter, from 0 here, before the nonce. */
function keyStream(seed: Uint8Array, draw: number, bytes: number): Uint8Array {
  const start = Buffer.alloc(16);
  start.writeBigUInt64LE(BigInt(draw), 8);
  return Uint8Array.from(createCipheriv("chacha20", seed, start).update(Buffer.alloc(bytes)));
}

test("draw after draw is ChaCha20 under the seed, each under a nonce of its own, whatever their lengths", async () => {
  const memory = await RingMemory.open(1);
  const seeds = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .filter((seed) => seed.some((byte) => byte !== 0));
  const lengths = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(seeds, lengths, (seed, draws) => {
      const stream = chachaStream(memory, Uint8Array.from(seed));
      for (const [at, bytes] of draws.entries()) {
        const place = memory.allocate(bytes);
        stream.next(place);
        expect(Buffer.from(memory.bytes(place)).equals(keyStream(seed, at + 1, bytes))).toBe(true);
        memory.free(place);
      }
    }),
    { numRuns: 40 },
  );
});

test("a seed is expanded once: a second stream would repeat every mask of the first", async () => {
  const memory = await RingMemory.open(1);
  const seed = new Uint8Array(32).fill(9);
  chachaStream(memory, seed);
  expect(() => chachaStream(memory, seed)).toThrow("a seed is expanded once");
  expect(() => chachaStream(memory, new Uint8Array(31).fill(1))).toThrow("whole seed");
});
