import { expect, test } from "vitest";
import { launchParties } from "./launch-for-tests.ts";
import type { SharesOutcome, SharesTask } from "./shares-contract-for-tests.ts";

const module = new URL("./shares-contract-for-tests.ts", import.meta.url);

const worlds: readonly (SharesTask & {
  readonly over: "memory" | "threads" | "processes";
  readonly count: number;
})[] = [
  { over: "memory", count: 3, protocol: "replicated", stream: "chacha", seed: 1, casesEach: 60 },
  { over: "memory", count: 4, protocol: "provider", stream: "aes", seed: 2, casesEach: 60 },
  { over: "threads", count: 3, protocol: "replicated", stream: "chacha", seed: 3, casesEach: 20 },
  { over: "processes", count: 3, protocol: "replicated", stream: "aes", seed: 4, casesEach: 40 },
  { over: "processes", count: 3, protocol: "provider", stream: "chacha", seed: 5, casesEach: 30 },
  { over: "processes", count: 3, protocol: "verified", stream: "aes", seed: 6, casesEach: 10 },
];

test.each(worlds)(
  "over $over, $protocol of $count: drawn operations give the plain numbers",
  async ({ over, count, ...task }) => {
    const launched = {
      module,
      name: "computeOnShares",
      count,
      over,
      argument: task,
      timeoutMs: 280_000,
    } as const;
    const outcomes = (await launchParties(launched)) as readonly SharesOutcome[];
    for (const { cases, faults } of outcomes) {
      expect(faults).toEqual([]);
      expect(cases).toBeGreaterThanOrEqual(40 * task.casesEach);
    }
  },
);

test("more than ten thousand cases are drawn in all", () => {
  const drawn = worlds.reduce((total, { casesEach }) => total + casesEach, 0);
  expect(48 * drawn).toBeGreaterThan(10_000);
});
