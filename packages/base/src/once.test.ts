import { expect, test } from "vitest";
import { BrokenInvariant } from "./invariant.ts";
import { Once } from "./once.ts";

test("a once-value is handed out the first time and never again", () => {
  const mask = new Once(new Uint8Array([7]));
  expect(mask.take()).toEqual(new Uint8Array([7]));
  expect(() => mask.take()).toThrow(BrokenInvariant);
  expect(() => mask.take()).toThrow("taken twice");
});

test("a once-value may be undefined and is still used up", () => {
  const nothing = new Once(undefined);
  expect(nothing.take()).toBeUndefined();
  expect(() => nothing.take()).toThrow(BrokenInvariant);
});

test("a once-value cannot be read or copied around its one use", () => {
  const nonce = new Once("secret nonce");
  expect(JSON.stringify(nonce)).toBe("{}");
  expect(Reflect.ownKeys(nonce)).toEqual([]);
  expect(() => structuredClone(nonce).take()).toThrow(TypeError);
  expect(nonce.take()).toBe("secret nonce");
});
