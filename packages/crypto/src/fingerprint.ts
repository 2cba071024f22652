// A party's name that nobody else can have: SHA-256 of its public key, written so that people can compare it.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Brand } from "@unseen/base";

/** Sixteen groups of four hexadecimal digits: "3f2a 09bc …". Two are equal exactly if the texts are. */
export type Fingerprint = Brand<string, "Fingerprint">;

/** The fingerprint of an Ed25519 public key of 32 bytes. Public. */
export function fingerprintOf(publicKey: Uint8Array): Fingerprint {
  return grouped(bytesToHex(sha256(publicKey)));
}

/** Reads a fingerprint as a person gives it: upper or lower case, in groups or not. Undefined if it is none. */
export function parseFingerprint(text: string): Fingerprint | undefined {
  const digits = text.trim().toLowerCase().replace(/[ :]/g, "");
  return /^[0-9a-f]{64}$/.test(digits) ? grouped(digits) : undefined;
}

function grouped(digits: string): Fingerprint {
  return (digits.match(/.{4}/g) ?? []).join(" ") as Fingerprint;
}
