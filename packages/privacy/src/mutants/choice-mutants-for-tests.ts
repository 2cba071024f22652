// Wrong ways to choose, to compare with a threshold and to show groups. The laws of the thresholds are summed from
// their definitions, because what is wrong with them shows in answers too rare to be drawn.

import { type Rational, rational } from "../budget/rational.ts";
import { keepProbabilities } from "../mechanisms/keep-probabilities.ts";
import { drawKept } from "../mechanisms/partition-selection.ts";
import { lazyBernoulliExp, lazyDiscreteLaplace } from "../samplers/lazy-samplers.ts";
import { uniformBelow } from "../samplers/uniform-below.ts";
import type { UniformWords } from "../samplers/uniform-words.ts";
import {
  exponentialProbabilities,
  permuteAndFlipProbabilities,
  power,
} from "../testing/choice-probabilities.ts";
import { byTester, type Mutant, mutant } from "./mutant-for-tests.ts";

type Law = (scores: readonly bigint[], t: Rational) => Rational[];

/** t = exp(-epsilon / 2), so that e^epsilon = t^-2 = 4 exactly. */
const t = rational(1n, 2n);
const lawMutant = (name: string, law: Law): Mutant =>
  mutant<Law>(name, "exact law", {
    wrong: (scores) => law(scores, power(t, 2n)),
    right: (scores) => law(scores, t),
    convicts: (subject) => {
      // The first option rises by one, the five others fall by one.
      const [before, after] = [subject([0n, 1n, 1n, 1n, 1n, 1n], t), subject([1n, 0n, 0n, 0n, 0n, 0n], t)];
      return before.some((p, at) => {
        const q = after[at]!;
        return p.num * q.den > 4n * q.num * p.den || q.num * p.den > 4n * p.num * q.den;
      });
    },
  });

/** A way to compare sums with a threshold; scales of discrete Laplace noise in units of the sensitivity, 0 for none. */
type Threshold = {
  readonly ofThreshold: number;
  readonly ofSum: number;
  /** Answers of "above" that are given at most. */
  readonly mostAbove: number;
  /** Each "above" comes with the noised sum that was compared. */
  readonly tellsValue?: true;
  /** The threshold's noise is drawn anew for each question. */
  readonly redraws?: true;
};

const epsilon = 1;
/** Ours, for three answers of "above" and sums that move either way: 2/epsilon and 3 * 4/epsilon. */
const ours: Threshold = { ofThreshold: 2, ofSum: 12, mostAbove: 3 };
const thresholdMutant = (name: string, wrong: Threshold, right: Threshold = ours) =>
  mutant<Threshold>(name, "exact law", {
    wrong,
    right,
    convicts: (rule) => lossOfThreshold(rule) > epsilon + 1e-9,
  });

const spread = (words: UniformWords, scale: bigint) => Number(lazyDiscreteLaplace(words, rational(scale)));
const million = 10n ** 6n;
const rare = { epsilon: rational(1n), delta: rational(1n, 20n) };
const table = keepProbabilities(rare.epsilon, rare.delta);

export const choiceMutants: readonly Mutant[] = [
  lawMutant("the exponential mechanism forgets the factor of two", exponentialProbabilities),
  lawMutant("permute-and-flip forgets the factor of two", permuteAndFlipProbabilities),
  byTester(
    "options without votes are left out of the choice",
    { left: [3, 0], right: [3, 1], epsilon: 1 },
    {
      wrong: (scores, words) =>
        chooseAmong(
          scores.flatMap((score, at) => (score > 0 ? [at] : [])),
          scores,
          words,
        ),
      right: (scores, words) => chooseAmong([0, 1], scores, words),
    },
  ),
  mutant("noisy max tells the noised score as well", "exact law", {
    wrong: true,
    right: false,
    convicts: (tellsScore) => lossOfNoisyMax(tellsScore) > epsilon + 1e-9,
  }),
  thresholdMutant("sparse vector, algorithm 3 of Lyu and others: the compared value is told", {
    ofThreshold: 2,
    ofSum: 6,
    mostAbove: 3,
    tellsValue: true,
  }),
  thresholdMutant("sparse vector, algorithm 4: noise does not grow with the answers", {
    ofThreshold: 4,
    ofSum: 4 / 3,
    mostAbove: 3,
  }),
  thresholdMutant("sparse vector, algorithm 5: sums are not noised and it never halts", {
    ofThreshold: 2,
    ofSum: 0,
    mostAbove: 30,
  }),
  thresholdMutant("sparse vector, algorithm 6: it never halts", { ofThreshold: 2, ofSum: 2, mostAbove: 30 }),
  thresholdMutant("the threshold is not noised and every no is free", {
    ofThreshold: 0,
    ofSum: 12,
    mostAbove: 3,
  }),
  thresholdMutant("the threshold's noise is drawn anew for each question", {
    ofThreshold: 2,
    ofSum: 12,
    mostAbove: 3,
    redraws: true,
  }),
  thresholdMutant(
    "sums that move either way are noised as counts",
    { ofThreshold: 2, ofSum: 2, mostAbove: 1 },
    { ofThreshold: 2, ofSum: 4, mostAbove: 1 },
  ),
  byTester(
    "groups are shown without a threshold",
    { left: 0n, right: 1n, epsilon: 1, delta: 0.05 },
    {
      wrong: (people) => people > 0n,
      right: (people, words) => drawKept(words, table, people),
    },
  ),
  byTester(
    "a group's rows are counted and not its people",
    { left: [], right: [40], epsilon: 1, delta: 0.05 },
    {
      wrong: (rowsOfEach: number[], words) =>
        drawKept(words, table, BigInt(rowsOfEach.reduce((sum, rows) => sum + rows, 0))),
      right: (rowsOfEach: number[], words) => drawKept(words, table, BigInt(rowsOfEach.length)),
    },
  ),
  byTester(
    "delta is not shared by the groups that one person is in",
    { left: 0n, right: 1n, epsilon: 1, delta: 0.05 },
    {
      wrong: (people, words) => eightGroups(people, words, table),
      right: (people, words) =>
        eightGroups(people, words, keepProbabilities(rational(1n, 8n), rational(1n, 160n))),
    },
  ),
  byTester(
    "shown groups keep the order of the rows",
    { left: ["a", "b"], right: ["b", "a"], epsilon: 0.1 },
    { wrong: (keys) => keys, right: (keys) => keys.toSorted() },
  ),
  byTester(
    "a histogram has a bin for each value that occurs",
    { left: [5, 0], right: [5, 1], epsilon: 1 },
    {
      wrong: (counts, words) =>
        counts.filter((count) => count > 0).map((count) => count + spread(words, 1n)).length,
      right: (counts, words) => counts.map((count) => count + spread(words, 1n)).length,
    },
  ),
  byTester(
    "a question about too few people is refused",
    { left: 9, right: 10, epsilon: 1 },
    {
      wrong: (people, words) => (people < 10 ? "refused" : people + spread(words, 1n)),
      right: (people, words) => people + spread(words, 1n),
    },
  ),
  byTester(
    "the noise of a quantile is for the number of rows that are there",
    { left: 1, right: 2, epsilon: 1, delta: 1 / Number(million) },
    {
      wrong: (people, words) => `scale ${people}: ${spread(words, BigInt(people))}`,
      right: (people, words) => people + spread(words, 1n),
    },
  ),
];

/** The exponential mechanism at epsilon 1 on scores that one person moves by one, all the same way. */
function chooseAmong(options: readonly number[], scores: readonly number[], words: UniformWords): number {
  const best = Math.max(...options.map((at) => scores[at]!));
  for (;;) {
    const at = options[Number(uniformBelow(words, BigInt(options.length)))]!;
    if (lazyBernoulliExp(words, BigInt(best - scores[at]!), 1n)) return at;
  }
}

function eightGroups(
  people: bigint,
  words: UniformWords,
  each: ReturnType<typeof keepProbabilities>,
): boolean {
  return Array.from({ length: 8 }, () => drawKept(words, each, people)).some(Boolean);
}

function mass(x: number, scale: number): number {
  if (scale === 0) return x === 0 ? 1 : 0;
  const q = Math.exp(-1 / scale);
  return ((1 - q) / (1 + q)) * q ** Math.abs(x);
}

/** P(noise > x). */
function above(x: number, scale: number): number {
  if (scale === 0) return x < 0 ? 1 : 0;
  const q = Math.exp(-1 / scale);
  return x >= 0 ? q ** (x + 1) / (1 + q) : 1 - q ** -x / (1 + q);
}

/** The largest loss over runs of `no` answers and then `yes` answers, where all sums of a kind move by one. */
function lossOfThreshold(rule: Threshold): number {
  let worst = 0;
  for (const no of [0, 1, 2, 5, 20]) {
    for (const yes of [0, 1, 2, 3, 20]) {
      if (yes > rule.mostAbove) continue;
      for (const values of rule.tellsValue ? [-2, 0, 2] : [0]) {
        // The sums that were below fall or rise, and those that were above do the opposite.
        for (const [from, to] of [
          [0, 1],
          [1, 0],
        ] as const) {
          const p = probabilityOf(rule, { no, yes, low: from, high: to, told: values });
          const q = probabilityOf(rule, { no, yes, low: to, high: from, told: values });
          // Two probabilities of zero say nothing; one of zero says all.
          if (p > 0) worst = Math.max(worst, Math.log(p / q));
        }
      }
    }
  }
  return worst;
}

type Answers = {
  readonly no: number;
  readonly yes: number;
  readonly low: number;
  readonly high: number;
  readonly told: number;
};

function probabilityOf(
  { ofThreshold, ofSum, tellsValue, redraws }: Threshold,
  { no, yes, low, high, told }: Answers,
): number {
  const reach = Math.ceil(40 * ofThreshold);
  const noises = Array.from({ length: 2 * reach + 1 }, (_, at) => at - reach);
  const saysNo = (noise: number) => 1 - above(noise - low, ofSum);
  const saysYes = (noise: number) =>
    tellsValue ? (told > noise ? mass(told - high, ofSum) : 0) : above(noise - high, ofSum);
  const overNoise = (of: (noise: number) => number) =>
    noises.reduce((sum, noise) => sum + mass(noise, ofThreshold) * of(noise), 0);
  if (redraws) return overNoise(saysNo) ** no * overNoise(saysYes) ** yes;
  return overNoise((noise) => saysNo(noise) ** no * saysYes(noise) ** yes);
}

/** Twenty options, noise of scale 2; the winner rises by one and the others fall. Ties go to the others. */
function lossOfNoisyMax(tellsScore: boolean): number {
  const wins = (own: number, others: number, score: number) =>
    mass(score - own, 2) * (1 - above(score - 1 - others, 2)) ** 19;
  const scores = Array.from({ length: 161 }, (_, at) => at - 80);
  if (tellsScore)
    return Math.max(...scores.slice(60, 101).map((score) => Math.log(wins(1, 0, score) / wins(0, 1, score))));
  const total = (own: number, others: number) =>
    scores.reduce((sum, score) => sum + wins(own, others, score), 0);
  return Math.log(total(1, 0) / total(0, 1));
}
