export { type Aead, nonceOf, portableAead, tagBytes } from "./aead.ts";
export { deriveSeed, seedBytes } from "./derive-seed.ts";
export { digestOf } from "./digest-of.ts";
export { equalConstantTime } from "./equal-constant-time.ts";
export { type Fingerprint, fingerprintOf, parseFingerprint } from "./fingerprint.ts";
export {
  freshIdentity,
  type Identity,
  identityFrom,
  isSignedBy,
  keyBytes,
  sign,
  signatureBytes,
} from "./identity.ts";
export { agree, freshKeyExchange, type KeyExchange } from "./key-exchange.ts";
