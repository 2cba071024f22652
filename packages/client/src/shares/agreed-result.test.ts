import type { SentRun } from "@unseen/wire";
import { expect, test } from "vitest";
import { agreedResult } from "./agreed-result.ts";

const facts = { shape: [2], fractionBits: 0, least: -9, greatest: 9 };
const run = (words: readonly bigint[], more: Partial<SentRun["facts"]> = {}): SentRun => ({
  facts: { ...facts, ...more },
  summand: BigUint64Array.from(words),
  rounds: 1,
  sentBytes: 8,
});

test("what all three say is the result, whatever they say of their own traffic", () => {
  const honest = run([3n, 4n]);
  expect(agreedResult([honest, { ...honest, sentBytes: 9 }, run([3n, 4n])])).toEqual({
    ok: true,
    value: honest,
  });
});

const lies: readonly [string, SentRun][] = [
  ["another number", run([3n, 5n])],
  ["fewer numbers", run([3n])],
  ["no number", { ...run([]), summand: undefined }],
  ["another place of the point", run([3n, 4n], { fractionBits: 1 })],
  ["another range", run([3n, 4n], { least: 0 })],
];

test.each(lies)(
  "one that says %s is named, wherever it sits, and nothing is made of the result",
  (_, lie) => {
    for (const place of [0, 1, 2]) {
      const told = [0, 1, 2].map((one) => (one === place ? lie : run([3n, 4n])));
      expect(agreedResult(told)).toMatchObject({
        ok: false,
        problem: { code: "party-cheated", facts: { suspects: String(place) } },
      });
    }
  },
);

test("where all three differ nobody is named", () => {
  expect(agreedResult([run([1n, 1n]), run([2n, 2n]), run([3n, 3n])])).toMatchObject({
    ok: false,
    problem: { code: "outcomes-differ" },
  });
});
