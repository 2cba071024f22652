import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { beliefAtMost, rightGuessesAtMost, truePositiveRateAtMost } from "./membership-odds.ts";

const page = readFileSync(new URL("../../../../docs/what-epsilon-means.md", import.meta.url), "utf8");
const percent = (share: number, digits = 1) => `${(100 * share).toFixed(digits)} %`;

test("the table of what epsilon means is what the functions compute", () => {
  const rows = [...page.matchAll(/^\| ([\d.]+) \|.*$/gm)];
  expect(rows.map(([, epsilon]) => Number(epsilon))).toEqual([0.1, 0.2, 0.5, 1, 2, 3, 5, 8, 10]);
  for (const [row, text] of rows) {
    const epsilon = Number(text);
    const found = (rate: number) => truePositiveRateAtMost({ epsilon, delta: 1e-6 }, rate);
    const cells = [
      text,
      Math.exp(epsilon).toFixed(2),
      percent(beliefAtMost(epsilon, 0.01)),
      percent(rightGuessesAtMost({ epsilon, delta: 0 })),
      percent(found(0.001), 2),
      percent(found(0.01)),
      percent(found(0.1)),
    ];
    expect(row).toBe(`| ${cells.join(" | ")} |`);
  }
});
