import { inspect } from "node:util";
import { deserialize, serialize } from "node:v8";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Secret } from "./secret.ts";

const patient = { name: "Ada", bp: 117 };

test("a secret is opened by its one named door", () => {
  expect(Secret.reveal(Secret.of(patient))).toBe(patient);
});

test("every way to print a secret prints a placeholder", () => {
  const secret = Secret.of(patient);
  const deep = { depth: 9, showHidden: true, getters: true };
  expect([String(secret), `${secret}`, inspect(secret), inspect([secret], deep)]).toEqual([
    "[secret]",
    "[secret]",
    "[secret]",
    "[ [secret], [length]: 1 ]",
  ]);
});

test("a secret does not show itself where its printing is switched off", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8 }), (value) => {
      const shown = inspect(Secret.of(value), { customInspect: false, showHidden: true, depth: 9 });
      expect(shown).not.toContain(value);
    }),
  );
});

test("a secret refuses to become JSON, alone and inside something else", () => {
  expect(() => JSON.stringify(Secret.of(1))).toThrow("a secret cannot be written as JSON");
  expect(() => JSON.stringify({ rows: [Secret.of(1)] })).toThrow("a secret cannot be written as JSON");
});

test("a copy of a secret for another thread or a file holds nothing", () => {
  const secret = Secret.of(patient);
  const copies = [structuredClone(secret), deserialize(serialize(secret)), { ...secret }];
  for (const copy of copies) {
    expect(Reflect.ownKeys(copy)).toEqual([]);
    expect(Secret.reveal(copy as Secret<unknown>)).toBeUndefined();
  }
  expect(serialize(secret).toString("latin1")).not.toContain(patient.name);
});

test("a secret has no property to read and takes none", () => {
  const secret = Secret.of(patient);
  expect(Reflect.ownKeys(secret)).toEqual([]);
  expect(Object.entries(secret)).toEqual([]);
  expect(() => Object.assign(secret, { leak: 1 })).toThrow(TypeError);
});

test("secrets of two kinds, or a secret and its value, do not stand for each other", () => {
  const number = Secret.of(1);
  // @ts-expect-error a secret number is no secret text
  const text: Secret<string> = number;
  // @ts-expect-error a secret is not the number in it
  const open: number = number;
  // @ts-expect-error only `Secret.of` makes one
  expect(() => new Secret<number>()).not.toThrow();
  expect([text, open]).toEqual([number, number]);
});
