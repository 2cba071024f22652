import { isAskId } from "@unseen/wire";
import { expect, test } from "vitest";
import { entropy } from "./platform.ts";
import { randomAskId, randomObjectId } from "./random-names.ts";

/** Hands out the given bytes in turn. */
const recorded = (...draws: number[][]) => ({
  fill(bytes: Uint8Array<ArrayBuffer>) {
    bytes.set(draws.shift() ?? []);
    return bytes;
  },
});

test("an object's id has eleven digits, over the whole range", () => {
  for (let at = 0; at < 1_000; at++) expect(randomObjectId(entropy)).toMatch(/^[1-9]\d{10}$/);
  expect(randomObjectId(recorded([0, 0, 0, 0, 0, 0, 0, 0]))).toBe("10000000000");
});

test("a draw that would favour small ids is thrown away", () => {
  const top = new Array<number>(8).fill(255);
  expect(randomObjectId(recorded(top, [0, 0, 0, 0, 0, 0, 0, 7]))).toBe("10000000007");
});

test("an ask's id is a version 4 UUID that the wire takes, and no two are the same", () => {
  const ids = Array.from({ length: 1_000 }, () => randomAskId(entropy));
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(isAskId(id)).toBe(true);
  }
  expect(new Set(ids).size).toBe(ids.length);
});
