import { Secret } from "@unseen/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { describeRun } from "../accounting/describe-run.ts";
import { gdpAccountant } from "../accounting/gdp.ts";
import { smoothedVoteEpsilon } from "../accounting/pate/smoothed-epsilon.ts";
import { logNormalBelow } from "../accounting/special-functions.ts";
import { chiSquare } from "../testing/goodness-of-fit.ts";
import { laplaceProbability } from "../testing/reference-noise.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import { areVoteRules, noisedVotes, type VoteRules } from "./noised-votes.ts";
import { unanswered, undisputed, type VoteAggregator, voteUnevenness } from "./vote-winners.ts";

const draws = 10_000;
const confident = {
  kind: "confident",
  noise: 1.3,
  threshold: { votes: 4, noise: 2 },
  mostAnswered: draws,
} as const;

function rulesOf(aggregator: VoteAggregator, teachers: number, options: number, queries = draws): VoteRules {
  return { aggregator, teachers, options, queries };
}

function shares(aggregator: VoteAggregator, counts: readonly number[], seed: number): Map<number, number> {
  const teachers = counts.reduce((sum, each) => sum + each, 0);
  const votes = Secret.of(Array.from({ length: draws }, () => counts));
  const { value } = noisedVotes(rulesOf(aggregator, teachers, counts.length)).answer(
    votes,
    seededEntropy(seed),
  );
  const drawn = new Map<number, number>();
  for (const winner of value) drawn.set(winner, (drawn.get(winner) ?? 0) + 1);
  return drawn;
}

/** Midpoints, far finer than the noise and out to ten deviations. */
function integral(of: (x: number) => number, deviation: number): number {
  const [points, from] = [4_000, -10 * deviation];
  const step = (20 * deviation) / points;
  let sum = 0;
  for (let i = 0; i < points; i++) sum += of(from + (i + 0.5) * step) * step;
  return sum;
}

const density = (x: number, deviation: number) =>
  Math.exp(-((x / deviation) ** 2) / 2) / (deviation * Math.sqrt(2 * Math.PI));

const normalBelow = (x: number) => Math.exp(logNormalBelow(x));

/** P(option `at` wins): its noised count is y, and every other is below. */
function gaussianWins(counts: readonly number[], at: number, deviation: number): number {
  return integral((noise) => {
    const y = counts[at]! + noise;
    const others = counts.filter((_, other) => other !== at);
    return others.reduce(
      (all, count) => all * normalBelow((y - count) / deviation),
      density(noise, deviation),
    );
  }, deviation);
}

/** The same for Laplace noise on whole votes, equal counts shared out by lot. */
function laplaceWins(counts: readonly number[], at: number, scale: number): number {
  const [reach, range] = [
    60 * Math.ceil(scale),
    (n: number) => Array.from({ length: 2 * n + 1 }, (_, i) => i - n),
  ];
  const others = counts.filter((_, other) => other !== at);
  const mass = (x: number) => laplaceProbability(scale, x);
  const below = new Map<number, number>();
  let sum = 0;
  for (const x of range(reach)) {
    below.set(x, sum);
    sum += mass(x);
  }
  const under = (x: number) => below.get(Math.max(-reach, Math.min(reach, x)))!;
  return range(reach).reduce((all, noise) => {
    const y = counts[at]! + noise;
    // A tie of k others is won once in k + 1: the polynomial of how many tie.
    let ties = [1];
    for (const count of others) {
      const [less, equal] = [under(y - count), mass(y - count)];
      ties = [...ties, 0].map((ways, k) => ways * less + (k > 0 ? ties[k - 1]! * equal : 0));
    }
    return all + mass(noise) * ties.reduce((won, ways, k) => won + ways / (k + 1), 0);
  }, 0);
}

test("each option wins as often as the noise says, for few teachers", () => {
  for (const [seed, counts] of [
    [2, 1],
    [3, 0, 2],
    [0, 0, 1, 4],
  ].entries()) {
    for (const deviation of [0.7, 1.5]) {
      const drawn = shares({ kind: "gaussian", noise: deviation }, counts, seed);
      const cells = counts.map((_, at) => ({
        drawn: drawn.get(at) ?? 0,
        probability: gaussianWins(counts, at, deviation),
      }));
      expect(cells.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 3);
      expect(chiSquare(cells), `Gaussian ${deviation}, votes ${counts}`).toMatchObject({ fits: true });
    }
    const drawn = shares({ kind: "laplace", noise: 2 }, counts, seed);
    const cells = counts.map((_, at) => ({
      drawn: drawn.get(at) ?? 0,
      probability: laplaceWins(counts, at, 2),
    }));
    expect(cells.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9);
    expect(chiSquare(cells), `Laplace, votes ${counts}`).toMatchObject({ fits: true });
  }
});

test("a query is answered as often as the test's noise says, and which wins does not depend on it", () => {
  const counts = [3, 2];
  const drawn = shares(confident, counts, 5);
  const passes = 1 - normalBelow((4 - 3) / 2);
  const wins = gaussianWins(counts, 0, 1.3);
  const cells = [
    { drawn: drawn.get(unanswered) ?? 0, probability: 1 - passes },
    { drawn: drawn.get(0) ?? 0, probability: passes * wins },
    { drawn: drawn.get(1) ?? 0, probability: passes * (1 - wins) },
  ];
  expect(chiSquare(cells)).toMatchObject({ fits: true });
  // Planted: less noise in the test than was paid for would be seen.
  const planted = { drawn: cells[0]!.drawn, probability: normalBelow(1 / 1.5) };
  expect(
    chiSquare([planted, { drawn: draws - planted.drawn, probability: 1 - planted.probability }]).fits,
  ).toBe(false);
});

const interactive = { ...confident, kind: "interactive" } as const;

test("teachers answer as often as their greatest disagreement with the student, noised, reaches the threshold", () => {
  const counts = [3, 2];
  const votes = Secret.of(Array.from({ length: draws }, () => counts));
  for (const [scores, greatest] of [
    [[0.8, 0.2], 1],
    [[0, 1], 3],
    [[0.5, 0.5], 0.5],
  ] as const) {
    const of = noisedVotes(rulesOf({ ...interactive, threshold: { votes: 2, noise: 2 } }, 5, 2));
    const drawn = of.answerInTurn(seededEntropy(8)).next(votes, Array(draws).fill(scores)).value;
    const kept = drawn.filter((winner) => winner === undisputed).length;
    const wins = drawn.filter((winner) => winner === 0).length;
    const passes = 1 - normalBelow((2 - greatest) / 2);
    const first = gaussianWins(counts, 0, 1.3);
    const cells = [
      { drawn: kept, probability: 1 - passes },
      { drawn: wins, probability: passes * first },
      { drawn: draws - kept - wins, probability: passes * (1 - first) },
    ];
    expect(chiSquare(cells), `${scores}`).toMatchObject({ fits: true });
  }
});

test("whatever a student thinks, one vote that moves moves the greatest disagreement by one at most, and the price is that of counts", () => {
  const score = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(9), score), { minLength: 2, maxLength: 5 }),
      fc.nat(4),
      fc.nat(4),
      (options, from, to) => {
        fc.pre(from < options.length && to < options.length && options[from]![0] > 0);
        const teachers = options.reduce((sum, [count]) => sum + count, 0);
        const greatest = (moved: number) =>
          Math.max(
            ...options.map(([count, own], at) => {
              const here = count + (at === to ? moved : 0) - (at === from ? moved : 0);
              return here - own * teachers;
            }),
          );
        expect(Math.abs(greatest(1) - greatest(0))).toBeLessThanOrEqual(1 + 1e-12);
      },
    ),
  );
  const paid = [confident, interactive].map((aggregator) =>
    noisedVotes(rulesOf({ ...aggregator, mostAnswered: 7 }, 5, 2, 40)),
  );
  expect(paid[1]!.epsilonAtLeast(1e-5)).toBe(paid[0]!.epsilonAtLeast(1e-5));
  expect(paid[1]!.run).toEqual(paid[0]!.run);
  expect(paid[1]!.canTell(8)).toBe(false);
});

test("a student is asked in turns, within what was paid for, and once", () => {
  const sure = {
    kind: "interactive",
    noise: 2 ** -10,
    threshold: { votes: 3, noise: 2 ** -10 },
    mostAnswered: 2,
  } as const;
  const rules = rulesOf(sure, 5, 2, 6);
  const of = noisedVotes(rules);
  const turn = of.answerInTurn(seededEntropy(2));
  const next = (votes: readonly (readonly number[])[], scores?: readonly (readonly number[])[]) =>
    turn.next(Secret.of(votes), scores).value;
  expect(
    next(
      [
        [5, 0],
        [0, 5],
        [1, 4],
      ],
      [
        [1, 0],
        [1, 0],
        [0, 1],
      ],
    ),
  ).toEqual([undisputed, 1, undisputed]);
  // After as many answers as were paid for nobody is asked, and nobody is told to be right.
  expect(
    next(
      [
        [5, 0],
        [5, 0],
      ],
      [
        [0, 1],
        [0, 1],
      ],
    ),
  ).toEqual([0, unanswered]);
  expect(() =>
    next(
      [
        [5, 0],
        [5, 0],
      ],
      [
        [0, 1],
        [0, 1],
      ],
    ),
  ).toThrow("paid for");
  expect(() => next([[5, 0]])).toThrow("scores");
  expect(() => next([[5, 0]], [[2, 0]])).toThrow("scores");
  expect(() => next([[5, 0]], [[Number.NaN, 0]])).toThrow("scores");
  expect(() => next([[5, 1]], [[1, 0]])).toThrow("votes once");
  expect(() => of.answerInTurn(seededEntropy(2))).toThrow();
  expect(() => noisedVotes(rules).answer(Secret.of(Array(6).fill([5, 0])), seededEntropy(1))).toThrow(
    "in turns",
  );
  const plain = noisedVotes(rulesOf({ ...confident, mostAnswered: 6 }, 5, 2, 6));
  expect(() => plain.answerInTurn(seededEntropy(1)).next(Secret.of([[5, 0]]), [[1, 0]])).toThrow("scores");
});

test("which were answered, how many, and by what tells two neighbours apart no better than was paid for", () => {
  const [queries, delta] = [20, 1e-3];
  const rules = rulesOf({ ...confident, mostAnswered: queries }, 5, 2, queries);
  const paid = noisedVotes(rules).epsilonAtLeast(delta);
  const outcomes = (counts: readonly number[], { threshold, noise } = confident) => {
    const passes = 1 - normalBelow((threshold.votes - Math.max(...counts)) / threshold.noise);
    const wins = gaussianWins(counts, 0, noise);
    return [1 - passes, passes * wins, passes * (1 - wins)];
  };
  const apart = (here: readonly number[], there: readonly number[], epsilon: number) => {
    let sum = 0;
    // How often each outcome came in all queries: the likelihood knows nothing else.
    for (let none = 0; none <= queries; none++)
      for (let first = 0; none + first <= queries; first++) {
        const times = [none, first, queries - none - first];
        const ways = Math.exp(
          logFactorial(queries) - times.reduce((log, each) => log + logFactorial(each), 0),
        );
        const odds = (of: readonly number[]) => times.reduce((all, each, at) => all * of[at]! ** each, ways);
        sum += Math.max(0, odds(here) - Math.exp(epsilon) * odds(there));
      }
    return sum;
  };
  let most = 0;
  for (const counts of [
    [5, 0],
    [4, 1],
    [3, 2],
    [2, 3],
    [1, 4],
  ]) {
    const moved = [counts[0]! - 1, counts[1]! + 1];
    for (const [here, there] of [
      [counts, moved],
      [moved, counts],
    ] as const)
      most = Math.max(most, apart(outcomes(here), outcomes(there), paid));
  }
  expect(most).toBeLessThanOrEqual(delta);
  // Planted: with tests that nobody paid for, the same price would not do.
  const unpaid = noisedVotes(rulesOf({ kind: "gaussian", noise: 40 }, 5, 2, queries)).epsilonAtLeast(delta);
  expect(apart(outcomes([3, 2]), outcomes([4, 1]), unpaid)).toBeGreaterThan(delta);
});

function logFactorial(of: number): number {
  return of < 2 ? 0 : Math.log(of) + logFactorial(of - 1);
}

test("no more is answered than was paid for, and the rest of the queries is not looked at", () => {
  const sure = { ...confident, threshold: { votes: 0, noise: 0.01 }, mostAnswered: 3 };
  const rules = rulesOf(sure, 5, 2, 10);
  const { value } = noisedVotes(rules).answer(Secret.of(Array(10).fill([5, 0])), seededEntropy(1));
  expect(value.map((winner) => winner !== unanswered)).toEqual([true, true, true, ...Array(7).fill(false)]);
  expect(noisedVotes(rules).run).toMatchObject({ answered: 3, tested: { queries: 10 } });
});

test("the price is known before a vote is, and is that of real Gaussian noise and the grid", () => {
  const of = noisedVotes({
    aggregator: { kind: "confident", noise: 40, threshold: { votes: 200, noise: 150 }, mostAnswered: 286 },
    teachers: 250,
    options: 10,
    queries: 640,
  });
  const composed = gdpAccountant().compose({ kind: "composed", events: describeRun(of.run).events });
  if (!composed.ok) expect.fail("Gaussian events compose");
  const [exact, ours] = [composed.value.epsilonAtLeast(1e-5), of.epsilonAtLeast(1e-5)];
  expect(ours).toBeGreaterThan(exact + 2 * 640 * 11 * voteUnevenness - 1e-12);
  expect(ours / exact).toBeLessThan(1.001);
  expect(of.epsilonAtLeast(0)).toBe(Number.POSITIVE_INFINITY);
  // Telling is not free, and the whole price still looks at no vote.
  expect(of.epsilonAtLeast(1e-5, { order: 20, releaseCost: 0.1 })).toBeGreaterThan(ours);
});

test("Laplace votes cost two over their scale each, and less together where a delta is allowed", () => {
  const of = noisedVotes({
    aggregator: { kind: "laplace", noise: 20 },
    teachers: 250,
    options: 10,
    queries: 100,
  });
  expect(of.epsilonAtLeast(0)).toBeCloseTo(10, 9);
  expect(of.epsilonAtLeast(1e-5)).toBeLessThan(6);
  expect(of.canTell(20)).toBe(false);
});

test("what agreement saved is told as elsewhere, with the grid's part, and never above what telling may cost", () => {
  const rules: VoteRules = {
    aggregator: { kind: "gaussian", noise: 40 },
    teachers: 1_000,
    options: 3,
    queries: 100,
  };
  const votes = Secret.of(Array.from({ length: 100 }, () => [990, 10, 0]));
  const told = { order: 20, releaseCost: 0.1 };
  const of = noisedVotes(rules);
  const { value } = of.tellAgreement(votes, { ...told, delta: 1e-5 }, seededEntropy(1));
  const plain = smoothedVoteEpsilon(
    { teachers: 1_000, options: 3, queries: 100, noise: 40, votes },
    { ...told, delta: 1e-5 * (1 - 2 ** -9) },
    seededEntropy(1),
  ).value;
  expect(value.epsilonAtMost).toBeCloseTo(plain.epsilonAtMost + 800 * voteUnevenness, 9);
  expect(value.epsilonAtMost).toBeLessThan(of.epsilonAtLeast(1e-5) / 2);
  expect(() => of.tellAgreement(votes, { ...told, delta: 1e-5 }, seededEntropy(1))).toThrow("twice");
});

test("one price is one list of answers, and votes that are no votes are never counted", () => {
  const rules = rulesOf({ kind: "gaussian", noise: 1 }, 3, 2, 1);
  const of = noisedVotes(rules);
  for (const votes of [
    [[4, -1]],
    [[1, 1]],
    [[1.5, 1.5]],
    [[3]],
    [],
    [
      [3, 0],
      [3, 0],
    ],
    [[Number.NaN, 3]],
  ])
    expect(() => of.answer(Secret.of(votes), seededEntropy(1))).toThrow("query");
  of.answer(Secret.of([[3, 0]]), seededEntropy(1));
  expect(() => of.answer(Secret.of([[3, 0]]), seededEntropy(1))).toThrow("twice");
  // @ts-expect-error counts are a Secret, or they could come from anywhere and go anywhere
  expect(() => of.answer([[3, 0]], seededEntropy(1))).toThrow();
});

test("rules that cannot be kept are refused, whatever stands in them", () => {
  const number = fc.oneof(
    fc.constantFrom(Number.NaN, 0, -1, 1, 2.5, 1e300, Number.POSITIVE_INFINITY),
    fc.double(),
  );
  fc.assert(
    fc.property(number, number, number, number, number, number, (a, b, c, d, e, f) => {
      const aggregator = {
        kind: "confident",
        noise: a,
        threshold: { votes: b, noise: c },
        mostAnswered: d,
      } as const;
      const rules = { aggregator, teachers: e, options: f, queries: 10 };
      if (areVoteRules(rules)) expect(noisedVotes(rules).epsilonAtLeast(1e-5)).toBeGreaterThan(0);
      else expect(() => noisedVotes(rules)).toThrow("rules");
    }),
  );
  const sound = rulesOf({ kind: "gaussian", noise: 1 }, 3, 2, 1);
  expect(areVoteRules(sound)).toBe(true);
  for (const wrong of [{ options: 1 }, { teachers: 0 }, { queries: 0 }, { queries: 2 ** 23 }])
    expect(areVoteRules({ ...sound, ...wrong })).toBe(false);
});
