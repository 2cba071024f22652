import { describe, expect, test } from "vitest";
import { evenSlots, leavesAfter, personMs } from "./answer-slots.ts";

/** How often one person changes when the outcome leaves, over evenly spread draws. */
function seen(passedMs: number, ofPersonMs: number, leastWidthMs: number): number {
  const draws = 20_000;
  const counts = new Map<number, number>();
  for (let draw = 0; draw < draws; draw++) {
    const without = leavesAfter(passedMs, ofPersonMs, leastWidthMs, draw / draws);
    const withPerson = leavesAfter(passedMs + ofPersonMs, ofPersonMs, leastWidthMs, draw / draws);
    counts.set(without, (counts.get(without) ?? 0) + 1);
    counts.set(withPerson, (counts.get(withPerson) ?? 0) - 1);
  }
  // Half the sum of the differences: the total variation distance of the two distributions.
  return [...counts.values()].reduce((sum, count) => sum + Math.abs(count), 0) / 2 / draws;
}

describe("a program written to take longer if one row holds one value", () => {
  test.each([1, 20, 160])("shows it in at most one answer of a hundred, %d ms longer", (ofPersonMs) => {
    // Among them works that end just before the end of a slot, which is what such an asker aims at.
    for (const passedMs of [0, 1, 24.9, 25, 99.9, 1_999, 15_999.9, 16_000, 123_456])
      expect(seen(passedMs, ofPersonMs, 25), `${passedMs}`).toBeLessThanOrEqual(0.0101);
  });
});

test("a question that does little with each row leaves at the end of its slot, whatever was drawn", () => {
  const usual = personMs({ workARow: 10, dataset: { mostRowsEach: 5 } as never, cuts: [], typical: [] });
  for (const random of [0, 0.5, 0.999]) {
    expect(leavesAfter(3, usual, 25, random)).toBe(25);
    expect(leavesAfter(25, usual, 25, random)).toBe(50);
  }
});

test("an outcome waits for its slot, and an owner may choose not to have slots", async () => {
  let nowMs = 1_003;
  const entropy = { fill: (bytes: Uint8Array) => bytes };
  const beganMs = performance.now();
  await evenSlots(40, () => nowMs, entropy as never).next(1_000, 0);
  expect(performance.now() - beganMs).toBeGreaterThan(35);
  nowMs = 0;
  await evenSlots(0, () => nowMs, entropy as never).next(0, 1_000);
});

test("a choice among many options leaves in slots that are wide beside its coins", () => {
  const options = 1_024;
  const bins = { kind: "rows", lo: new Float64Array(options) } as never;
  const chosen = (release: object) =>
    personMs({
      workARow: 0,
      dataset: { mostRowsEach: 1 } as never,
      cuts: [{ release, contribution: 0 } as never],
      typical: [bins],
    });
  expect(chosen({ by: "sum" })).toBe(0);
  expect(chosen({ by: "rank" })).toBeGreaterThan(1);
  expect(chosen({ by: "greatest", count: 3 })).toBeCloseTo(3 * chosen({ by: "greatest", count: 1 }));
});
