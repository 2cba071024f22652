// For tests alone: everybody can predict it. Nothing outside a test or a benchmark may import this folder.

import type { Entropy } from "@unseen/base";

/** The same bytes for the same seed on every machine: xoshiro128** of Blackman and Vigna, seeded by a 32-bit mix. */
export function seededEntropy(seed: number): Entropy {
  const next = xoshiro128(seed);
  return entropyOfWords(next);
}

/** An entropy whose words, read as UniformWords reads them, are what `next` gives. */
export function entropyOfWords(next: () => number): Entropy {
  return {
    fill(bytes) {
      const words = new Uint32Array(Math.ceil(bytes.length / 4)).map(next);
      bytes.set(new Uint8Array(words.buffer).subarray(0, bytes.length));
      return bytes;
    },
  };
}

/** A stream of 32-bit words. */
export function xoshiro128(seed: number): () => number {
  let mixed = seed >>> 0;
  const mix = () => {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    let z = mixed;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  let [a, b, c, d] = [mix(), mix(), mix(), mix()];
  return () => {
    const scrambled = Math.imul(b, 5);
    const word = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return word;
  };
}
