import { Secret } from "@unseen/base";
import { expect, test } from "vitest";
import { rational } from "../budget/rational.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import { aboveEach } from "./above-each.ts";

const parameters = { sensitivity: 1n, isMonotone: true, epsilon: rational(1n), mostAbove: 2 } as const;

test("each sum is compared with its own threshold, in order, until as many were above as were paid for", () => {
  const asked = () => aboveEach({ ...parameters, thresholds: [500n, 2_000n, -500n, 0n] });
  const sums = Secret.of(BigInt64Array.of(1_000n, 1_000n, 0n, 1_000n));
  for (let seed = 0; seed < 50; seed++)
    expect(asked().answer(sums, seededEntropy(seed)).value).toEqual([1, 0, 1, -1]);
  expect(asked().event).toEqual({ mechanism: "above-threshold", epsilon: "1/1", mostAbove: 2 });
});

test("no more can be above than are asked, so no more are paid for", () => {
  const few = aboveEach({ ...parameters, thresholds: [0n], mostAbove: 1_000 });
  expect(few.event).toMatchObject({ mostAbove: 1 });
  expect(few.halfWidthAtLeast(0.95)).toBe(
    aboveEach({ ...parameters, thresholds: [0n], mostAbove: 1 }).halfWidthAtLeast(0.95),
  );
});

test("an answer is wrong no more often than stated where sum and threshold are further apart than stated", () => {
  const width = aboveEach({ ...parameters, thresholds: [0n, 0n, 0n] }).halfWidthAtLeast(0.9);
  const asked = () => aboveEach({ ...parameters, thresholds: [width + 1n, -width - 1n, width + 1n] });
  let wrong = 0;
  for (let seed = 0; seed < 1_000; seed++) {
    const answers = asked().answer(Secret.of(BigInt64Array.of(0n, 0n, 0n)), seededEntropy(seed)).value;
    if (answers[0] !== 0 || answers[1] !== 1 || answers[2] !== 0) wrong += 1;
  }
  expect(wrong).toBeGreaterThan(0);
  expect(wrong).toBeLessThan(150);
});

test("each answer draws its own noise, and other sums than were priced are refused", () => {
  const asked = () => aboveEach({ ...parameters, thresholds: [0n, 0n] });
  const seen = new Set<string>();
  for (let seed = 0; seed < 60; seed++)
    seen.add(String(asked().answer(Secret.of(BigInt64Array.of(0n, 0n)), seededEntropy(seed)).value));
  expect(seen.size).toBeGreaterThan(1);
  expect(() => asked().answer(Secret.of(BigInt64Array.of(0n)), seededEntropy(1))).toThrow("as many sums");
  expect(() => aboveEach({ ...parameters, thresholds: [] })).toThrow("at least one");
});

test("one paid event is one list of answers", () => {
  const each = aboveEach({ ...parameters, thresholds: [0n] });
  each.answer(Secret.of(BigInt64Array.of(0n)), seededEntropy(1));
  expect(() => each.answer(Secret.of(BigInt64Array.of(0n)), seededEntropy(2))).toThrow();
});
