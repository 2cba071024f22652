// Who a party is: an Ed25519 key pair (RFC 8032). Whoever has the secret key is the party.

import { ed25519 } from "@noble/curves/ed25519.js";
import { type Entropy, invariant, Secret } from "@unseen/base";
import { type Fingerprint, fingerprintOf } from "./fingerprint.ts";

export type Identity = {
  /** 32 bytes of a CSPRNG. Never leaves the party. */
  readonly secretKey: Secret<Uint8Array>;
  /** 32 bytes. Public. */
  readonly publicKey: Uint8Array;
  readonly fingerprint: Fingerprint;
};

/** Bytes of a secret key, of a public key, and of a signature (RFC 8032, section 5.1). */
export const keyBytes = 32;
export const signatureBytes = 64;

/** A new identity that nobody had before. */
export function freshIdentity(entropy: Entropy): Identity {
  return identityFrom(Secret.of<Uint8Array>(entropy.fill(new Uint8Array(keyBytes))));
}

/** The identity of a secret key of 32 bytes that was kept. */
export function identityFrom(secretKey: Secret<Uint8Array>): Identity {
  const bytes = Secret.reveal(secretKey);
  invariant(bytes.length === keyBytes, "a secret key has 32 bytes");
  const publicKey = ed25519.getPublicKey(bytes);
  return { secretKey, publicKey, fingerprint: fingerprintOf(publicKey) };
}

/** Signs a message of any length: 64 bytes. Deterministic: the same message gets the same signature. */
export function sign(identity: Identity, message: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(ed25519.sign(message, Secret.reveal(identity.secretKey)));
}

/** Whether `signature` is one of `message` by the holder of `publicKey`. Bytes that are no key or no signature: no. */
export function isSignedBy(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== keyBytes || signature.length !== signatureBytes) return false;
  try {
    // The strict reading of RFC 8032: a key of small order, which "signs" every message, is refused.
    return ed25519.verify(signature, message, publicKey, { zip215: false }) && !hasSmallOrder(publicKey);
  } catch {
    return false;
  }
}

function hasSmallOrder(publicKey: Uint8Array): boolean {
  return ed25519.Point.fromBytes(publicKey).isSmallOrder();
}
