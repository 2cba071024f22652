import { expect, test } from "vitest";
import { digestOfData } from "./digest-of-data.ts";

test("what was asked has one digest, whether its bytes came from a socket or from a file", () => {
  const asked = (queries: Uint8Array) => ["teaching", { recipe: { teachers: 3, queries } }];
  const plain = digestOfData(asked(Uint8Array.of(1, 2, 3)));
  expect(digestOfData(asked(Buffer.from([1, 2, 3])))).toBe(plain);
  expect(digestOfData(asked(Uint8Array.of(0, 1, 2, 3, 4).subarray(1, 4)))).toBe(plain);
  expect(digestOfData(asked(Uint8Array.of(1, 2, 4)))).not.toBe(plain);
  expect(digestOfData(asked(Uint8Array.of()))).not.toBe(plain);
});
