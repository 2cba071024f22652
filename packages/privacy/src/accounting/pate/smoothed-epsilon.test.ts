import { Secret } from "@unseen/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { seededEntropy } from "../../testing/seeded-entropy.ts";
import { logErfc } from "../special-functions.ts";
import {
  sensitivityIsBounded,
  smoothedVoteEpsilon,
  smoothingCost,
  smoothSensitivity,
  type VotedRun,
  type Votes,
  voteLoss,
} from "./smoothed-epsilon.ts";
import { independentVoteRdp, pureVoteRdp } from "./vote-rdp.ts";
import { inverseLogErfc, logLoserWinsLaplace } from "./winner-odds.ts";

const [teachers, options, noise, order] = [250, 10, 40, 20];
const threshold = { votes: 200, noise: 150 };

/** Most teachers agree in most queries, as on digits. */
function agreeing(queries: number, most: (query: number) => number): Votes {
  return Array.from({ length: queries }, (_, query) => {
    const winner = most(query);
    const rest = teachers - winner;
    return [winner, rest - Math.floor(rest / 3), Math.floor(rest / 3), ...Array(options - 3).fill(0)];
  });
}

function runOf(votes: Votes, tested = false): VotedRun {
  const run = { votes: Secret.of(votes), teachers, options, queries: votes.length, noise };
  return tested ? { ...run, threshold } : run;
}

test("teachers that agree lose less, and it is told without giving away how much they agreed", () => {
  const votes = Array.from({ length: 100 }, () => [990, 10, 0]);
  const run = { votes: Secret.of(votes), teachers: 1_000, options: 3, queries: 100, noise };
  const { value } = smoothedVoteEpsilon(run, { order, delta: 1e-5, releaseCost: 0.1 }, seededEntropy(1));
  expect(value.epsilonAtMost).toBeLessThan(value.independent / 2);
  expect(value.estimate).toBeLessThanOrEqual(value.epsilonAtMost);
});

test("the bound holds in each of 25 runs, and the estimate is on either side of the truth", () => {
  const votes = agreeing(40, (query) => 150 + (query % 10) * 10);
  const run = runOf(votes, true);
  const told = { order, delta: 1e-5, releaseCost: 0.2 };
  // What would be told without any noise: the loss is far above where the noise could clamp it.
  const loss = Secret.reveal(voteLoss(run, order));
  const entropy = seededEntropy(7);
  let [below, above] = [0, 0];
  const shifted = 0.2 + smoothingCost(order, 0.4 / order);
  for (let i = 0; i < 25; i++) {
    const { value } = smoothedVoteEpsilon(run, told, entropy);
    const truth = loss + shifted + Math.log1p(-1 / order) - Math.log(1e-5 * order) / (order - 1);
    expect(value.epsilonAtMost).toBeGreaterThanOrEqual(Math.min(truth, value.independent));
    if (value.estimate < truth) below++;
    else above++;
  }
  expect(below).toBeGreaterThan(3);
  expect(above).toBeGreaterThan(3);
});

test("one teacher moves the loss by the smooth sensitivity at most, and that by e^smoothing at most", () => {
  const smoothing = 0.4 / order;
  const counts = fc.array(fc.integer({ min: 0, max: 250 }), { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(
      fc.array(counts, { minLength: 1, maxLength: 3 }),
      fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 3, maxLength: 3 }),
      fc.boolean(),
      (cuts, moves, tested) => {
        const votes = cuts.map(([a, b]) => {
          const [first, second] = [Math.min(a!, b!), Math.max(a!, b!)];
          return [first, second - first, teachers - second, ...Array(options - 3).fill(0)];
        });
        const moved = votes.map((each, query) => {
          const [from, to] = moves[query]!;
          if (each[from]! === 0) return each;
          return each.map((count, at) => count - (at === from ? 1 : 0) + (at === to ? 1 : 0));
        });
        const [here, there] = [runOf(votes, tested), runOf(moved, tested)];
        const [sens, other] = [
          smoothSensitivity(here, votes, order, smoothing),
          smoothSensitivity(there, moved, order, smoothing),
        ];
        const step = Math.abs(Secret.reveal(voteLoss(here, order)) - Secret.reveal(voteLoss(there, order)));
        const room = 1e-11 * votes.length * independentVoteRdp(noise, order);
        expect(step).toBeLessThanOrEqual(sens + room);
        expect(Math.log((sens + room) / (other + room))).toBeLessThanOrEqual(smoothing + 1e-6);
      },
    ),
    { numRuns: 150 },
  );
});

test("a loss that depends on the votes does not print, and is no number to the compiler", () => {
  const loss = voteLoss(runOf(agreeing(3, () => 200)), order);
  expect(String(loss)).toBe("[secret]");
  expect(() => JSON.stringify({ loss })).toThrow("secret");
  // @ts-expect-error a Secret is not a number: nothing can be computed from it or shown
  const shown: number = loss;
  expect(typeof shown).toBe("object");
});

test("the figure that holds for any votes is the same whatever the votes", () => {
  const told = { order, delta: 1e-5, releaseCost: 0.2 };
  const seen = (votes: Votes) =>
    new Set(
      Array.from(
        { length: 3 },
        (_, i) => smoothedVoteEpsilon(runOf(votes), told, seededEntropy(i)).value.independent,
      ),
    );
  expect(seen(agreeing(5, () => 240))).toEqual(seen(agreeing(5, () => 130)));
});

test("parameters without a known sensitivity and votes that are no votes are refused", () => {
  // The authors' own example of a condition that fails.
  expect(sensitivityIsBounded({ teachers, options: 10, queries: 1, noise: 20 }, 25)).toBe(false);
  const told = { order: 25, delta: 1e-5, releaseCost: 0.2 };
  const run = { ...runOf(agreeing(1, () => 240)), noise: 20 };
  expect(() => smoothedVoteEpsilon(run, told, seededEntropy(1))).toThrow("known sensitivity");
  for (const votes of [[[250, 0]], [[249, ...Array(9).fill(0)]], [[-1, 251, ...Array(8).fill(0)]], []])
    expect(() => voteLoss({ ...runOf(votes), queries: 1 }, order)).toThrow("query");
});

test("ln erfc is inverted over all that a vote can need", () => {
  fc.assert(
    fc.property(fc.double({ min: -5, max: 60, noNaN: true }), (x) => {
      const back = inverseLogErfc(logErfc(x));
      expect(Math.abs(logErfc(back) - logErfc(x))).toBeLessThanOrEqual(1e-14 * (1 + Math.abs(logErfc(x))));
    }),
  );
});

test("Laplace votes lose at most what pure privacy says, and less where teachers agree", () => {
  const scale = 20;
  const always = pureVoteRdp(logLoserWinsLaplace([130, 120], scale), 2 / scale, 20);
  const agreed = pureVoteRdp(logLoserWinsLaplace([250, 0, 0], scale), 2 / scale, 20);
  expect(always).toBeLessThanOrEqual(2 / scale);
  expect(agreed).toBeLessThan(always / 10);
});
