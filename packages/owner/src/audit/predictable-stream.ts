// Random bytes that anybody with the seed can predict, so that a test of the audit is the same every time.

import { createCipheriv, createHash } from "node:crypto";

/**
 * It is no `Entropy`: it has no `fill`, so nothing that serves askers compiles with it. `SimulatedNode`, which holds
 * synthetic people alone, is the one place that draws from it.
 */
export class PredictableStream {
  readonly #keystream;

  constructor(seed: number) {
    const key = createHash("sha256").update(`unseen audit ${seed}`).digest();
    this.#keystream = createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
  }

  fillPredictably(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    bytes.set(this.#keystream.update(Buffer.alloc(bytes.length)));
    return bytes;
  }
}
