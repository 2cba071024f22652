import type { Entropy } from "./ports.ts";

/** Bytes that `getRandomValues` hands out in one call (W3C Web Cryptography API, section 10.1.1). */
const bytesACall = 65_536;

type Csprng = { getRandomValues(bytes: Uint8Array<ArrayBuffer>): unknown };

/**
 * Makes the production `Entropy` from the platform's `crypto`, which `main.ts` passes in
 * (`platformEntropy(globalThis.crypto)`). A failure of the platform throws: there is no fallback.
 */
export function platformEntropy(crypto: Csprng): Entropy {
  return {
    fill(bytes) {
      for (let at = 0; at < bytes.length; at += bytesACall) {
        crypto.getRandomValues(bytes.subarray(at, Math.min(at + bytesACall, bytes.length)));
      }
      return bytes;
    },
  };
}
