import { platformEntropy, Secret } from "@unseen/base";
import { expect, test } from "vitest";
import { describeRun } from "../accounting/describe-run.ts";
import { rationalToNumber } from "../budget/rational.ts";
import { sharedVotes, winnersOfTotal } from "./shared-votes.ts";

const entropy = platformEntropy(globalThis.crypto);
const steps = 2 ** 16;

test("three owners' counts are told with three noises on them, or with three halves of one", () => {
  const votes = Array.from({ length: 400 }, () => [30, 5, 0]);
  for (const [parts, noises] of [
    [1, 3],
    [2, 1.5],
  ] as const) {
    const owner = () =>
      sharedVotes({ options: 3, queries: 400, noise: 4, parts }).release(Secret.of(votes), entropy).value;
    const [one, two, three] = [owner(), owner(), owner()];
    const total = one.map((sum, at) => sum + two[at]! + three[at]!);
    const noise = total.map((sum, at) => Number(sum) / steps - 3 * [30, 5, 0][at % 3]!);
    const variance = noise.reduce((sum, each) => sum + each * each, 0) / noise.length;
    // 1,200 draws: five deviations of their mean square are a fifth.
    expect(Math.abs(variance / (noises * 16) - 1)).toBeLessThan(0.21);
    expect(winnersOfTotal(total, 3).filter((winner) => winner === 0).length).toBeGreaterThan(395);
  }
});

test("the price is that of GNMax, whatever the votes: of the counts, and not of the winners alone", () => {
  const { rho } = sharedVotes({ options: 10, queries: 640, noise: 40, parts: 1 });
  expect(rationalToNumber(rho)).toBe(640 / 1_600);
  const { events } = describeRun({ kind: "noised-votes", aggregator: "gaussian", noise: 40, answered: 640 });
  const [event] = events;
  if (event?.kind !== "self-composed" || event.event.kind !== "gaussian") throw new Error("Gaussians");
  // What a ledger counts is at least what is lost, and no more than rounding above it.
  const counted = event.count / (2 * event.event.noiseMultiplier ** 2);
  expect(counted).toBeGreaterThanOrEqual(640 / 1_600);
  expect(counted).toBeLessThan((640 / 1_600) * (1 + 1e-12));
});

test("equal counts go to the first, and counts of another shape are not noised", () => {
  expect(winnersOfTotal([5n, 5n, 1n, -3n, -3n, -2n], 3)).toEqual([0, 2]);
  const { release } = sharedVotes({ options: 2, queries: 1, noise: 4, parts: 1 });
  expect(() => release(Secret.of([[1, 2, 3]]), entropy)).toThrow();
  expect(() => sharedVotes({ options: 2, queries: 1, noise: 0, parts: 1 })).toThrow();
});
