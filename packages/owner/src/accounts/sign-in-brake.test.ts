import { expect, test } from "vitest";
import { SignInBrake } from "./sign-in-brake.ts";

test("after five failures the wait doubles up to a minute, and success forgets them", () => {
  const clock = { now: 0, nowMs: () => clock.now };
  const brake = new SignInBrake(clock);
  const waits: number[] = [];
  for (let n = 0; n < 13; n += 1) {
    expect(brake.attempt("ada")).toBe(0);
    const wait = brake.attempt("ADA");
    if (wait === 0) continue; // one of the free ones: it counted as a failure too
    waits.push(wait);
    clock.now += wait;
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60].map((seconds) => seconds * 1000));
  brake.succeeded("Ada");
  expect([brake.attempt("ada"), brake.attempt("ada")]).toEqual([0, 0]);
});

test("a clock that is set back locks nobody out for longer than a minute", () => {
  const clock = { now: 10_000_000, nowMs: () => clock.now };
  const brake = new SignInBrake(clock);
  for (let n = 0; n < 5; n += 1) brake.attempt("ada");
  clock.now = 0;
  expect(brake.attempt("ada")).toBe(60_000);
});

test("ten thousand names more do not grow the memory: the oldest is forgotten", () => {
  const brake = new SignInBrake({ nowMs: () => 0 });
  for (let n = 0; n < 5; n += 1) brake.attempt("ada");
  expect(brake.attempt("ada")).toBeGreaterThan(0);
  for (let n = 0; n < 10_000; n += 1) brake.attempt(`stranger-${n}`);
  expect(brake.attempt("ada")).toBe(0);
});
