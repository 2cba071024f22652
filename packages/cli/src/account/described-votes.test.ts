import { expect, test } from "vitest";
import { accounted, epsilonOf, tightest } from "./accounted.ts";
import { listOfGaussians } from "./described-run.ts";
import { noisedVotes } from "./described-votes.ts";

const mnist = {
  teachers: 250,
  queries: 640,
  answered: 286,
  aggregator: "gaussian",
  noise: 40,
  threshold: 200,
  thresholdNoise: 150,
} as const;

test("a described run of votes is told by each theory, beside what its authors printed", () => {
  const run = noisedVotes(mnist, 1e-5);
  const rows = accounted(run);
  expect(rows.map(({ accountant }) => accountant)).toEqual([
    "zCDP",
    "RDP, as until 2020",
    "RDP, today",
    "GDP",
    "PLD",
  ]);
  // Tests at noise 150 and votes at 40 / sqrt(2) are together one Gaussian release.
  expect(epsilonOf(tightest(rows)!)).toBeCloseTo(2.5427, 3);
  expect(run.notes.join(" ")).toContain("1.97");
  expect(noisedVotes({ ...mnist, noise: 41 }, 1e-5).notes.join(" ")).not.toContain("1.97");
  expect(run.eventsAt(0.5)).toEqual(noisedVotes({ ...mnist, queries: 320, answered: 143 }, 1e-5).eventsAt(1));
});

test("a run of votes that cannot be is refused", () => {
  expect(() => noisedVotes({ ...mnist, answered: 641 }, 1e-5)).toThrow("answered");
  expect(() => noisedVotes({ ...mnist, threshold: 251 }, 1e-5)).toThrow("never agree");
  const { thresholdNoise: _, ...untested } = mnist;
  expect(() => noisedVotes(untested, 1e-5)).toThrow("noise");
  const { threshold: __, ...plain } = untested;
  expect(() => noisedVotes(plain, 1e-5)).toThrow("every query");
});

test("a list of Gaussian releases is each of them", () => {
  const run = listOfGaussians([4, 8], 2, 1e-6);
  expect(run.eventsAt(1)).toEqual(
    [4, 8, 4, 8].map((noiseMultiplier) => ({ kind: "gaussian", noiseMultiplier })),
  );
  expect(run.eventsAt(0.5)).toHaveLength(2);
});
