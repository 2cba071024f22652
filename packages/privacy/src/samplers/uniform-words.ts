// Uniform random words from the platform's CSPRNG, through a small pool, because one call for 64 KiB costs
// a hundredth of sixteen thousand calls for four bytes. A word is wiped as it is handed out, so that a later
// look at the memory does not give back the noise of an answer that was already released.

import type { Entropy } from "@unseen/base";

/** Where samplers take their randomness: independent uniform integers in [0, 2^bits). Tests pass tiny ones. */
export interface Words {
  readonly bits: number;
  next(): number;
}

const firstPoolBytes = 256;
/** What `getRandomValues` hands out in one call (W3C Web Cryptography API, section 10.1.1). */
const largestPoolBytes = 65_536;

/** Words of 32 bits. The pool starts small, so that one draw does not pay for thousands, and grows with use. */
export class UniformWords implements Words {
  readonly bits = 32;
  readonly #entropy: Entropy;
  #pool = new Uint32Array(0);
  #at = 0;

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
  }

  next(): number {
    if (this.#at === this.#pool.length) this.#refill();
    const word = this.#pool[this.#at]!;
    this.#pool[this.#at++] = 0;
    return word;
  }

  /** Fills a list that the caller owns, and wipes when its draws are made: for draws by the thousand. */
  fill(words: Uint32Array<ArrayBuffer>): void {
    this.#entropy.fill(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
  }

  /** Wipes what is left. Call it when the last draw of an answer is made. */
  discard(): void {
    this.#pool.fill(0);
    this.#at = this.#pool.length;
  }

  #refill(): void {
    const bytes = Math.min(largestPoolBytes, Math.max(firstPoolBytes, this.#pool.byteLength * 4));
    if (bytes !== this.#pool.byteLength) this.#pool = new Uint32Array(bytes / 4);
    this.#entropy.fill(new Uint8Array(this.#pool.buffer));
    this.#at = 0;
  }
}
