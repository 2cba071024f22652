import type { Entropy } from "@unseen/base";

/** Uniform 32-bit words that nobody can predict, wiped as they are handed out. */
export function entropyWords(entropy: Entropy): () => number {
  const pool = new Uint32Array(4_096);
  let at = pool.length;
  return () => {
    if (at === pool.length) {
      entropy.fill(new Uint8Array(pool.buffer));
      at = 0;
    }
    const word = pool[at]!;
    pool[at++] = 0;
    return word;
  };
}
