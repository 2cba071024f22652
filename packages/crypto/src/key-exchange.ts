// X25519 (RFC 7748): two parties that have each other's public half hold a secret that nobody else can compute.

import { x25519 } from "@noble/curves/ed25519.js";
import { type Entropy, Once, Secret } from "@unseen/base";
import { keyBytes } from "./identity.ts";

/** One side of one agreement. A second use would give two sessions the same secret, so there is none. */
export type KeyExchange = {
  /** 32 bytes, to be sent. Public. */
  readonly publicHalf: Uint8Array;
  readonly secretHalf: Once<Uint8Array>;
};

export function freshKeyExchange(entropy: Entropy): KeyExchange {
  const secret = entropy.fill(new Uint8Array(keyBytes));
  return { publicHalf: x25519.getPublicKey(secret), secretHalf: new Once<Uint8Array>(secret) };
}

/**
 * The shared secret, 32 bytes: not uniform, so seeds are derived from it and it is used for nothing else.
 * Undefined if `theirHalf` is no public half, or one of the few that would give everybody the same secret
 * (RFC 7748, section 6.1). Our half is used up either way.
 */
export function agree(ours: KeyExchange, theirHalf: Uint8Array): Secret<Uint8Array> | undefined {
  const secret = ours.secretHalf.take();
  try {
    return Secret.of<Uint8Array>(x25519.getSharedSecret(secret, theirHalf));
  } catch {
    return undefined;
  }
}
