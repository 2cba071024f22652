import { createCipheriv } from "node:crypto";
import { RingMemory } from "@unseen/compute";
import { expect, test } from "vitest";
import { aesStream } from "./aes-stream.ts";

// AES-256 of sixteen zero bytes under a key of a one and zeros: NIST CAVP known answers (AESAVS, variable key).
test("the stream begins with AES-256 of the counter zero", async () => {
  const memory = await RingMemory.open(1);
  const stream = aesStream(
    memory,
    Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 0x80 : 0)),
  );
  const place = memory.allocate(16);
  stream.next(place);
  expect(Buffer.from(memory.bytes(place)).toString("hex")).toBe("e35a6dcb19b201a01ebcfa8aa22b5759");
});

test("draws of any length are one key stream, whoever draws in which pieces", async () => {
  const memory = await RingMemory.open(2);
  const seed = new Uint8Array(32).fill(7);
  const lengths = [1, 16, 17, 65_536, 65_537, 200_000];
  const whole = createCipheriv("aes-256-ctr", seed, new Uint8Array(16)).update(
    new Uint8Array(lengths.reduce((total, length) => total + length)),
  );
  const stream = aesStream(memory, seed);
  expect(() => aesStream(memory, seed)).toThrow("a seed is expanded once");
  let at = 0;
  for (const length of lengths) {
    const place = memory.allocate(length);
    stream.next(place);
    expect(Buffer.compare(memory.bytes(place), whole.subarray(at, at + length))).toBe(0);
    at += length;
  }
});
