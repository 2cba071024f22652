// What this room gives is what the documents say: their own vectors, and Node's OpenSSL as a second implementation.

import { createCipheriv, hkdfSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { Secret } from "@unseen/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  agree,
  deriveSeed,
  freshKeyExchange,
  identityFrom,
  isSignedBy,
  portableAead,
  sign,
  tagBytes,
} from "./index.ts";

const vectors = JSON.parse(readFileSync(new URL("../fixtures/rfc-vectors.json", import.meta.url), "utf8"));
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
const hex = (given: Uint8Array) => Buffer.from(given).toString("hex");
/** Hands out the given bytes, once. */
const told = (secret: string) => ({
  fill(into: Uint8Array<ArrayBuffer>) {
    into.set(bytes(secret));
    return into;
  },
});

test("Ed25519 keys and signatures are those of RFC 8032, and one flipped bit is no signature", () => {
  for (const vector of vectors.ed25519) {
    const identity = identityFrom(Secret.of<Uint8Array>(bytes(vector.secret)));
    const message = bytes(vector.message);
    expect(hex(identity.publicKey)).toBe(vector.public);
    const signature = sign(identity, message);
    expect(hex(signature)).toBe(vector.signature);
    expect(isSignedBy(identity.publicKey, message, signature)).toBe(true);
    for (let bit = 0; bit < signature.length * 8; bit += 37) {
      const flipped = signature.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(isSignedBy(identity.publicKey, message, flipped)).toBe(false);
    }
    expect(isSignedBy(identity.publicKey, Uint8Array.of(...message, 0), signature)).toBe(false);
  }
});

test("bytes that are no key or no signature are told so, whatever they are", () => {
  const some = fc.uint8Array({ maxLength: 70 });
  fc.assert(
    fc.property(some, some, some, (key, message, signature) => {
      expect(isSignedBy(key, message, signature)).toBe(false);
    }),
  );
});

test("a key of small order, under which one signature fits every message, is refused", () => {
  const neutral = new Uint8Array(32);
  neutral[0] = 1;
  const signature = new Uint8Array(64);
  signature[0] = 1;
  expect(isSignedBy(neutral, Uint8Array.of(1, 2, 3), signature)).toBe(false);
});

test("X25519 gives the shared secret of RFC 7748, and none for halves that give everybody the same", () => {
  const { alice, bob, shared } = vectors.x25519;
  const hers = freshKeyExchange(told(alice.secret));
  const his = freshKeyExchange(told(bob.secret));
  expect([hex(hers.publicHalf), hex(his.publicHalf)]).toEqual([alice.public, bob.public]);
  expect(hex(Secret.reveal(agree(hers, his.publicHalf)!))).toBe(shared);
  expect(hex(Secret.reveal(agree(his, hers.publicHalf)!))).toBe(shared);
  expect(() => agree(hers, his.publicHalf)).toThrow();
  for (const half of [
    new Uint8Array(32),
    new Uint8Array(32).fill(0, 1),
    new Uint8Array(31),
    new Uint8Array(0),
  ])
    expect(agree(freshKeyExchange(told(alice.secret)), half)).toBeUndefined();
});

test("HKDF is that of RFC 5869, and a seed is its first 32 bytes under the purpose", () => {
  for (const { secret, salt, info, output } of vectors.hkdf)
    expect(hex(hkdf(sha256, bytes(secret), bytes(salt), bytes(info), output.length / 2))).toBe(output);
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1 }),
      fc.string({ minLength: 1, unit: "grapheme" }),
      fc.uint8Array(),
      (secret, purpose, context) => {
        const seed = Secret.reveal(deriveSeed(Secret.of<Uint8Array>(secret), purpose, context));
        expect(hex(seed)).toBe(hex(new Uint8Array(hkdfSync("sha256", secret, context, purpose, 32))));
      },
    ),
  );
});

test("two purposes, or two contexts, never share a seed, and a seed without a purpose is not made", () => {
  const secret = Secret.of<Uint8Array>(bytes(vectors.x25519.shared));
  const seed = (purpose: string, context?: Uint8Array) =>
    hex(Secret.reveal(deriveSeed(secret, purpose, context)));
  expect(new Set([seed("masks"), seed("traffic"), seed("masks", Uint8Array.of(1)), seed("mask")]).size).toBe(
    4,
  );
  expect(() => deriveSeed(secret, "")).toThrow();
  expect(`${deriveSeed(secret, "masks")}`).toBe("[secret]");
});

test("ChaCha20-Poly1305 is that of RFC 8439", () => {
  for (const { key, nonce, beside, plain, sealed } of vectors.chacha20poly1305)
    expect(hex(chacha20poly1305(bytes(key), bytes(nonce), bytes(beside)).encrypt(bytes(plain)))).toBe(sealed);
});

test("what is sealed is what OpenSSL seals under the counter as nonce; it opens, and not with a bit changed anywhere", () => {
  const counters = fc.oneof(fc.nat(), fc.constantFrom(0, 2 ** 32, 2 ** 47, Number.MAX_SAFE_INTEGER));
  const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(
      keys,
      counters,
      fc.uint8Array(),
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(),
      (key, counter, beside, plain, at) => {
        const sealed = portableAead.seal(key, counter, beside, plain);
        expect(hex(sealed)).toBe(hex(openSslSeal(key, counter, beside, plain)));
        expect(portableAead.open(key, counter, beside, sealed)).toEqual(plain);
        const flipped = sealed.slice();
        flipped[(at >> 3) % sealed.length]! ^= 1 << (at & 7);
        expect(portableAead.open(key, counter, beside, flipped)).toBeUndefined();
        expect(portableAead.open(key, counter, Uint8Array.of(...beside, 0), sealed)).toBeUndefined();
        if (counter > 0) expect(portableAead.open(key, counter - 1, beside, sealed)).toBeUndefined();
        expect(portableAead.open(key, counter, beside, sealed.subarray(0, at % tagBytes))).toBeUndefined();
      },
    ),
  );
});

function openSslSeal(key: Uint8Array, counter: number, beside: Uint8Array, plain: Uint8Array): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(counter), 4);
  const cipher = createCipheriv("chacha20-poly1305", key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(beside, { plaintextLength: plain.length });
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}
