// ChaCha20-Poly1305 (RFC 8439): what is sealed can be read, and made, by those who have the key alone.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { invariant } from "@unseen/base";

/** Bytes that sealing adds (RFC 8439, section 2.8). */
export const tagBytes = 16;

/** Bytes of the nonce that a counter is written into (RFC 8439, section 2.3). */
const nonceBytes = 12;

/**
 * A cipher under keys of 32 bytes, with a counter as nonce. Two messages under one key and counter would tell their
 * difference and let others forge: whoever counts never repeats one, and sends the same bytes again if anything.
 */
export interface Aead {
  /** Gives `plain.length + tagBytes` bytes. `beside` is not hidden, and cannot be changed either. */
  seal(key: Uint8Array, counter: number, beside: Uint8Array, plain: Uint8Array): Uint8Array;
  /** What was sealed, or undefined if a bit of key, counter, `beside` or `sealed` differs. Never throws. */
  open(key: Uint8Array, counter: number, beside: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

/** Runs wherever JavaScript does. */
export const portableAead: Aead = {
  seal(key, counter, beside, plain) {
    return chacha20poly1305(key, nonceOf(counter), beside).encrypt(plain);
  },
  open(key, counter, beside, sealed) {
    if (sealed.length < tagBytes) return undefined;
    try {
      return chacha20poly1305(key, nonceOf(counter), beside).decrypt(sealed);
    } catch {
      return undefined;
    }
  },
};

/** The counter as a nonce: big-endian, in the last eight bytes. */
export function nonceOf(counter: number): Uint8Array<ArrayBuffer> {
  invariant(Number.isSafeInteger(counter) && counter >= 0, "a counter of messages is a whole number");
  const nonce = new Uint8Array(nonceBytes);
  new DataView(nonce.buffer).setBigUint64(4, BigInt(counter));
  return nonce;
}
