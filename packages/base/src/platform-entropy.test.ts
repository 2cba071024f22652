import fc from "fast-check";
import { expect, test } from "vitest";
import { platformEntropy } from "./platform-entropy.ts";

/** A platform that refuses what the real ones refuse, and writes 1, 2, 3, … for each call. */
function countingPlatform() {
  const calls: number[] = [];
  return {
    calls,
    getRandomValues(bytes: Uint8Array<ArrayBuffer>) {
      if (bytes.length > 65_536) throw new RangeError("quota");
      calls.push(bytes.length);
      bytes.fill(calls.length);
    },
  };
}

test("more bytes than the platform hands out at once are all filled", () => {
  const bytes = platformEntropy(globalThis.crypto).fill(new Uint8Array(200_001));
  // 16 zero bytes in a row at any fixed place have probability 2^-128.
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    expect(bytes.subarray(at, at + 16).some((byte) => byte !== 0)).toBe(true);
  }
  expect(bytes.subarray(-16).some((byte) => byte !== 0)).toBe(true);
});

test("each byte is written exactly once, whatever the length", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300_000 }), (length) => {
      const platform = countingPlatform();
      const bytes = platformEntropy(platform).fill(new Uint8Array(length));
      expect(platform.calls.reduce((sum, one) => sum + one, 0)).toBe(length);
      expect(bytes.includes(0)).toBe(false);
    }),
    { numRuns: 30 },
  );
});

test("the bytes given are the bytes filled, and their neighbours are left alone", () => {
  const whole = new Uint8Array(10);
  const part = whole.subarray(3, 6);
  expect(platformEntropy(countingPlatform()).fill(part)).toBe(part);
  expect([...whole]).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 0]);
});

test("a platform that has no entropy to give is an error, never weaker bytes", () => {
  const broken = {
    getRandomValues() {
      throw new Error("no entropy");
    },
  };
  expect(() => platformEntropy(broken).fill(new Uint8Array(1))).toThrow("no entropy");
});
