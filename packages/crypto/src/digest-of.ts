import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

/**
 * SHA-256 of the parts for one purpose, 32 bytes. Each part goes in behind its length, so two lists of parts, or two
 * purposes, have the same digest only if they are the same.
 */
export function digestOf(purpose: string, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const hash = sha256.create();
  const length = new DataView(new ArrayBuffer(8));
  for (const part of [utf8ToBytes(purpose), ...parts]) {
    length.setBigUint64(0, BigInt(part.length));
    hash.update(new Uint8Array(length.buffer)).update(part);
  }
  return new Uint8Array(hash.digest());
}
