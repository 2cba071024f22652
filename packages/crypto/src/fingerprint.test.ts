import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { digestOf, equalConstantTime, fingerprintOf, freshIdentity, parseFingerprint } from "./index.ts";

test("a fingerprint is SHA-256 in groups that people can read to each other, and is read back however it is typed", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
      const printed = fingerprintOf(key);
      expect(printed).toMatch(/^([0-9a-f]{4} ){15}[0-9a-f]{4}$/);
      expect(printed.replaceAll(" ", "")).toBe(createHash("sha256").update(key).digest("hex"));
      expect(parseFingerprint(` ${printed.toUpperCase().replaceAll(" ", ":")} `)).toBe(printed);
    }),
  );
  for (const text of ["", "ab", "g".repeat(64), "a".repeat(63), "a".repeat(65)])
    expect(parseFingerprint(text)).toBeUndefined();
});

test("a secret key prints a placeholder, and two identities differ", () => {
  const entropy = { fill: (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes) };
  const [one, other] = [freshIdentity(entropy), freshIdentity(entropy)];
  expect(String(one.secretKey)).toBe("[secret]");
  expect(() => JSON.stringify(one)).toThrow();
  expect(one.fingerprint).not.toBe(other.fingerprint);
});

test("bytes are equal exactly if each one is", () => {
  const some = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(some, some, (one, other) => {
      expect(equalConstantTime(one, other)).toBe(Buffer.compare(one, other) === 0);
      expect(equalConstantTime(one, one.slice())).toBe(true);
    }),
  );
});

test("a digest tells apart where its parts end, and what they are for", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const digests = [
    digestOf("a", bytes("bc")),
    digestOf("a", bytes("b"), bytes("c")),
    digestOf("ab", bytes("c")),
    digestOf("a", bytes("bc"), bytes("")),
    digestOf("abc"),
  ];
  expect(new Set(digests.map(String)).size).toBe(digests.length);
});
