import { expect, test } from "vitest";
import { progressLine } from "./progress-line.ts";

test("a line tells how far it is, what it cost so far and how long it takes, here and at an owner's", () => {
  expect(progressLine({ step: 25, steps: 100, epsilon: 0.5, waiting: 0, leftMs: 61_000 })).toBe(
    "█████░░░░░░░░░░░░░░░ step 25 of 100, epsilon 0.50 so far, 61 s left",
  );
  expect(progressLine({ step: 0, steps: 100, epsilon: 0, waiting: 2 })).toBe("2 trainings come first");
  const training = { loss: 0.25, accuracy: 0.9 };
  expect(progressLine({ step: 4, steps: 4, training, leftMs: 600_000 })).toBe(
    "████████████████████ step 4 of 4, loss 0.250, accuracy 90.0 %, 10 min left",
  );
});
