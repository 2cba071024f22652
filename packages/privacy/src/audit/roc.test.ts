import fc from "fast-check";
import { expect, test } from "vitest";
import { areaUnder, rateWithin, rocOf, truePositiveRateAt } from "./roc.ts";

const scores = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 30 });

test("the area is the chance that a member scores higher, counted pair by pair", () => {
  fc.assert(
    fc.property(scores, scores, (members, outsiders) => {
      let higher = 0;
      for (const one of members)
        for (const other of outsiders) higher += one > other ? 1 : one === other ? 0.5 : 0;
      expect(areaUnder(rocOf(members, outsiders))).toBeCloseTo(
        higher / (members.length * outsiders.length),
        12,
      );
    }),
  );
});

test("the rate at a share of mistakes is the best of all thresholds, tried one by one", () => {
  fc.assert(
    fc.property(scores, scores, fc.double({ min: 0, max: 1, noNaN: true }), (members, outsiders, allowed) => {
      const best = [...members, ...outsiders, 6]
        .filter((from) => outsiders.filter((one) => one >= from).length / outsiders.length <= allowed)
        .map((from) => members.filter((one) => one >= from).length / members.length);
      expect(truePositiveRateAt(rocOf(members, outsiders), allowed)).toBeCloseTo(Math.max(...best), 12);
    }),
  );
});

test("scores that tell all apart have an area of 1, and NaN is refused", () => {
  const roc = rocOf([3, 4], [1, 2]);
  expect(areaUnder(roc)).toBe(1);
  expect(truePositiveRateAt(roc, 0)).toBe(1);
  expect(() => rocOf([Number.NaN], [1])).toThrow();
  const [least, most] = rateWithin(5, 10, 0.05);
  expect(least).toBeCloseTo(0.1871, 4);
  expect(most).toBeCloseTo(0.8129, 4);
});
