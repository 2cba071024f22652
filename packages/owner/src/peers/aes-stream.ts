// The stream of masks on servers: AES-256 in counter mode by the platform's OpenSSL, 3.0 GB/s where ChaCha20 in WebAssembly
// makes 1.2 (2026-11, one core). Parties agree on one of the two; a browser can only do the other.

import { createCipheriv } from "node:crypto";
import { type StreamMaker, takeSeed } from "@unseen/mpc";

/** OpenSSL was fastest in pieces of this size. */
const pieceBytes = 65_536;
const zeros = new Uint8Array(pieceBytes);

/** The key stream of AES-256-CTR under the seed, from counter 0 on, one byte after the other: NIST SP 800-38A, section 6.5. */
export const aesStream: StreamMaker = (memory, seed) => {
  const cipher = createCipheriv("aes-256-ctr", takeSeed(seed), new Uint8Array(16));
  return {
    next(place) {
      const bytes = memory.bytes(place);
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        bytes.set(cipher.update(zeros.subarray(0, Math.min(pieceBytes, bytes.length - at))), at);
      }
    },
  };
};
