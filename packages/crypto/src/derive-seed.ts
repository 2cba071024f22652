import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { invariant, Secret } from "@unseen/base";

/** Bytes of every seed: what SHA-256 gives, and what the expanders and the ciphers take. */
export const seedBytes = 32;

/**
 * A whole seed of 32 bytes for one purpose, by HKDF-SHA-256 (RFC 5869). Different purposes, or different `context`s,
 * give seeds that tell nothing about each other or the secret.
 * @param purpose what the seed is for, in words: "unseen masks". No two uses share one.
 * @param context public bytes that the seed is bound to, such as the hash of a handshake.
 */
export function deriveSeed(
  secret: Secret<Uint8Array>,
  purpose: string,
  context: Uint8Array = new Uint8Array(),
): Secret<Uint8Array> {
  invariant(purpose !== "", "a seed is derived for a purpose");
  return Secret.of<Uint8Array>(hkdf(sha256, Secret.reveal(secret), context, utf8ToBytes(purpose), seedBytes));
}
