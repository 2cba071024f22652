// The three mechanisms that choose one option: their law, their promise, their accuracy, their refusals.

import { platformEntropy, Secret } from "@unseen/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addRationals,
  compareRationals,
  multiplyRationals,
  type Rational,
  rational,
  rationalToNumber,
} from "../budget/rational.ts";
import { geometric } from "../samplers/geometric.ts";
import { lazyDiscreteLaplace } from "../samplers/lazy-samplers.ts";
import type { Words } from "../samplers/uniform-words.ts";
import {
  exponentialProbabilities,
  noisyMaxProbabilities,
  permuteAndFlipProbabilities,
  power,
} from "../testing/choice-probabilities.ts";
import { enumerateOutcomes, impossibleOutcomes } from "../testing/enumerated-outcomes.ts";
import { breachOf } from "../testing/enumerated-privacy.ts";
import { chiSquare } from "../testing/goodness-of-fit.ts";
import { laplaceProbability } from "../testing/reference-noise.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import type { ChoiceParameters } from "./choice.ts";
import { costOf } from "./choice-event.ts";
import { drawExponential, exponentialChoice } from "./exponential.ts";
import { forAccounting } from "./for-accounting.ts";
import { drawNoisyMax, noisyMax } from "./noisy-max.ts";
import { drawPermuteAndFlip, permuteAndFlip } from "./permute-and-flip.ts";
import { topChoices } from "./top-choices.ts";

const half = rational(1n, 2n);
const votes = Secret.of(BigInt64Array.of(40n, 12n, 39n));
const parameters: ChoiceParameters = { options: 3, sensitivity: 1n, isMonotone: true, epsilon: half };

test("the most frequent of three diagnoses is told, and nothing about how frequent it is", () => {
  const choice = permuteAndFlip(parameters);
  expect([0, 2]).toContain(choice.choose(votes, seededEntropy(4)).value);
  expect(choice.cost).toEqual({ epsilon: half, delta: rational(0n) });
  expect(choice.event).toEqual({
    mechanism: "permute-and-flip",
    epsilon: "1/2",
    options: 3,
    isMonotone: true,
  });
  expect(choice.shortfallAtLeast(0.95)).toBe(7n);
  expect(Object.keys(choice.choose(votes, platformEntropy(globalThis.crypto)))).toEqual(["value"]);
});

const rates = [rational(1n, 2n), rational(2n, 3n), rational(9n, 10n)];
const laws = { exponential: exponentialProbabilities, "permute-and-flip": permuteAndFlipProbabilities };
const scoreVectors = grid(3, [0n, 1n, 3n]);
const movesEitherWay = grid(3, [-1n, 0n, 1n]);
const movesOneWay = [...grid(3, [0n, 1n]), ...grid(3, [0n, -1n])];

test.each(Object.entries(laws))(
  "%s: no outcome's odds change by more than e^epsilon on any neighbours, asked in exact fractions, and some change by as much",
  (_, law) => {
    for (const t of rates) {
      // rate = epsilon / 2 where scores move either way, so e^epsilon = t^-2; and epsilon where they move one way.
      for (const [moves, bound] of [
        [movesEitherWay, power(t, -2n)],
        [movesOneWay, power(t, -1n)],
      ] as const) {
        let worst = rational(0n);
        for (const scores of scoreVectors) {
          const before = law(scores, t);
          expect(before.reduce(addRationals)).toEqual(rational(1n));
          for (const move of moves) {
            const after = law(
              scores.map((score, at) => score + move[at]!),
              t,
            );
            for (const [at, p] of before.entries()) {
              expect(compareRationals(p, multiplyRationals(bound, after[at]!))).toBeLessThanOrEqual(0);
              const ratio = rational(p.num * after[at]!.den, p.den * after[at]!.num);
              if (compareRationals(ratio, worst) > 0) worst = ratio;
            }
          }
        }
        expect(rationalToNumber(worst)).toBeGreaterThan(0.6 * rationalToNumber(bound));
      }
    }
  },
);

test("permute-and-flip never expects a lower score than the exponential mechanism", () => {
  const expected = (
    law: (scores: readonly bigint[], t: Rational) => Rational[],
    scores: bigint[],
    t: Rational,
  ) =>
    law(scores, t)
      .map((p, at) => multiplyRationals(p, rational(scores[at]!)))
      .reduce(addRationals);
  for (const scores of scoreVectors) {
    for (const t of rates)
      expect(
        compareRationals(
          expected(permuteAndFlipProbabilities, scores, t),
          expected(exponentialProbabilities, scores, t),
        ),
      ).toBeGreaterThanOrEqual(0);
  }
});

const rate = rational(2n, 3n);
const scores = [2n, 0n, 3n];
const asDoubles = (law: (t: number) => number[]) => law(Math.exp(-2 / 3));
/** The law of `exponentialProbabilities` and its sibling at an irrational t, in doubles. */
const exponentialLaw = asDoubles((t) => {
  const weights = [t, t ** 3, 1];
  const total = weights.reduce((sum, weight) => sum + weight);
  return weights.map((weight) => weight / total);
});
const flipLaw = asDoubles((t) => {
  const w = [t, t ** 3, 1];
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  const chosen = [0, 0, 0];
  for (const order of orders) {
    let reached = 1 / 6;
    for (const at of order) {
      chosen[at]! += reached * w[at]!;
      reached *= 1 - w[at]!;
    }
  }
  return chosen;
});
const geometricLaw = noisyMaxProbabilities(scores, (x) => Math.exp((-2 / 3) * x) * -Math.expm1(-2 / 3), {
  from: 0,
  to: 60,
});
const laplaceLaw = noisyMaxProbabilities(scores, (x) => laplaceProbability(1.5, x), { from: -60, to: 60 });

const samplers: readonly [
  string,
  (words: Words, scores: readonly bigint[], rate: Rational) => number,
  number[],
][] = [
  ["exponential", drawExponential, exponentialLaw],
  ["permute-and-flip", drawPermuteAndFlip, flipLaw],
  ["noisy max, geometric noise", drawNoisyMax(geometric), geometricLaw],
  ["noisy max, discrete Laplace noise", drawNoisyMax(lazyDiscreteLaplace), laplaceLaw],
];

const two = [1n, 0n];
const steep = rational(3n, 2n);
const w = Math.exp(-3 / 2);
const lossOfGeometric = (x: number) => w ** x * (1 - w);
/** How likely the better of two options is, and how little may be left undecided for the check to mean anything. */
const betterOfTwo: Readonly<Record<string, { readonly law: number; readonly undecidedAtMost: number }>> = {
  exponential: { law: 1 / (1 + w), undecidedAtMost: 0.05 },
  "permute-and-flip": { law: 1 - w / 2, undecidedAtMost: 0.05 },
  "noisy max, geometric noise": {
    law: noisyMaxProbabilities(two, lossOfGeometric, { from: 0, to: 40 })[0]!,
    undecidedAtMost: 0.6,
  },
  "noisy max, discrete Laplace noise": {
    law: noisyMaxProbabilities(two, (x) => laplaceProbability(2 / 3, x), { from: -40, to: 40 })[0]!,
    undecidedAtMost: 0.9,
  },
};

test.each(samplers)(
  "%s: every stream of sixteen random bits gives the law of the definition",
  (name, draw) => {
    const { law, undecidedAtMost } = betterOfTwo[name]!;
    const found = enumerateOutcomes((words) => draw(words, two, steep), { bits: 1, depth: 16 });
    expect(impossibleOutcomes(found, (at) => (at === 0 ? law : 1 - law))).toEqual([]);
    expect(Number(found.undecided) / Number(found.whole)).toBeLessThan(undecidedAtMost);
  },
);

test.each(samplers)("%s: forty thousand draws fit the law, at a false-alarm rate of 1e-9", (_, draw, law) => {
  const words = wordsOf(11);
  const counts = [0, 0, 0];
  for (let run = 0; run < 40_000; run++) counts[draw(words, scores, rate)]! += 1;
  expect(chiSquare(counts.map((drawn, at) => ({ drawn, probability: law[at]! }))).fits).toBe(true);
});

test("a planted wrong law is found out by the same two checks", () => {
  const wrong = (words: Words) => drawExponential(words, scores, rational(4n));
  const found = enumerateOutcomes(wrong, { bits: 1, depth: 16 });
  expect(impossibleOutcomes(found, (at) => exponentialLaw[at]!)).not.toEqual([]);
  const words = wordsOf(12);
  const counts = [0, 0, 0];
  for (let run = 0; run < 40_000; run++) counts[wrong(words)]! += 1;
  expect(chiSquare(counts.map((drawn, at) => ({ drawn, probability: exponentialLaw[at]! }))).fits).toBe(
    false,
  );
});

test("noisy max with either noise keeps its promise on all neighbours of three options, ties and all", () => {
  const lawOf = {
    geometric: (of: readonly bigint[], rate: number) =>
      noisyMaxProbabilities(of, (x) => Math.exp(-rate * x) * -Math.expm1(-rate), { from: 0, to: 20 }),
    laplace: (of: readonly bigint[], rate: number) =>
      noisyMaxProbabilities(of, (x) => laplaceProbability(1 / rate, x), { from: -12, to: 12 }),
  };
  for (const law of Object.values(lawOf)) {
    for (const scores of [[1n, 0n, 2n]]) {
      const before = law(scores, 1);
      for (const [moves, epsilon] of [
        [movesEitherWay, 2],
        [movesOneWay, 1],
      ] as const) {
        for (const move of moves) {
          const after = law(
            scores.map((score, at) => score + move[at]!),
            1,
          );
          for (const [at, p] of before.entries())
            expect(Math.abs(Math.log(p / after[at]!))).toBeLessThanOrEqual(epsilon + 1e-3);
        }
      }
    }
  }
});

test("no stream of random bits gives evidence against any of them on neighbours", () => {
  for (const [, draw] of samplers) {
    const run = (of: bigint[]) => enumerateOutcomes((words) => draw(words, of, half), { bits: 1, depth: 14 });
    expect(breachOf(run([1n, 0n]), run([0n, 1n]), rational(1n))).toEqual([]);
  }
});

test("the chosen score falls short by more than stated no more often than stated", () => {
  const far = Secret.of(BigInt64Array.of(100n, 99n, 97n, 95n, 90n, 80n));
  const exact = Secret.reveal(far);
  for (const mechanism of [
    exponentialChoice,
    permuteAndFlip,
    (of: ChoiceParameters) => noisyMax({ ...of, noise: "geometric" }),
    (of: ChoiceParameters) => noisyMax({ ...of, noise: "discrete-laplace" }),
    (of: ChoiceParameters) => noisyMax({ ...of, noise: "exponential" }),
  ]) {
    const choice = mechanism({ ...parameters, options: 6, isMonotone: false });
    const allowed = choice.shortfallAtLeast(0.9);
    let beyond = 0;
    for (let run = 0; run < 2_000; run++) {
      const at = choice.choose(far, seededEntropy(run)).value;
      if (100n - exact[at]! > allowed) beyond += 1;
    }
    // 200 expected at most; 300 would happen once in 10^10.
    expect(beyond).toBeLessThan(300);
  }
});

test("the order of the options and a shift of all scores do not change what is likely", () => {
  const score = fc.bigInt({ min: -50n, max: 50n });
  fc.assert(
    fc.property(fc.array(score, { minLength: 1, maxLength: 4 }), score, (scores, shift) => {
      const t = rational(2n, 3n);
      for (const law of Object.values(laws)) {
        const here = law(scores, t);
        expect(
          law(
            scores.map((value) => value + shift),
            t,
          ),
        ).toEqual(here);
        expect(law(scores.toReversed(), t).toReversed()).toEqual(here);
      }
    }),
    { numRuns: 30 },
  );
});

test("scores at the ends of 64 bits are compared without wrapping", () => {
  const ends = Secret.of(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n));
  for (const mechanism of [exponentialChoice, permuteAndFlip])
    expect(mechanism({ ...parameters, options: 2 }).choose(ends, seededEntropy(1)).value).toBe(1);
});

test("unsound parameters never make a choice, and another number of options is not chosen from", () => {
  for (const mechanism of [exponentialChoice, permuteAndFlip]) {
    expect(() => mechanism({ ...parameters, sensitivity: 0n })).toThrow("public");
    expect(() => mechanism({ ...parameters, sensitivity: -1n })).toThrow("public");
    expect(() => mechanism({ ...parameters, options: 0 })).toThrow("at least one option");
    expect(() => mechanism({ ...parameters, options: 1.5 })).toThrow("at least one option");
    expect(() => mechanism({ ...parameters, epsilon: rational(0n) })).toThrow("positive price");
    expect(() => mechanism({ ...parameters, epsilon: rational(-1n) })).toThrow("positive price");
    const fair = mechanism(parameters);
    expect(() => fair.choose(Secret.of(new BigInt64Array(2)), seededEntropy(1))).toThrow("as many options");
    for (const confidence of [0, 1, Number.NaN])
      expect(() => fair.shortfallAtLeast(confidence)).toThrow("strictly");
  }
  expect(() => topChoices({ ...parameters, count: 4 })).toThrow("between one and all");
});

test("the two best are chosen, each once, at the price of both together", () => {
  const top = topChoices({ ...parameters, count: 2, epsilon: rational(20n) });
  expect(top.choose(votes, seededEntropy(1)).value.toSorted()).toEqual([0, 2]);
  const spent = top.events.map((event) => costOf(event).epsilon).reduce(addRationals);
  expect(spent).toEqual(top.cost.epsilon);
  const all = topChoices({ ...parameters, count: 3, epsilon: rational(1n, 10n) });
  for (let seed = 0; seed < 50; seed++)
    expect(all.choose(votes, seededEntropy(seed)).value.toSorted()).toEqual([0, 1, 2]);
});

test("what is stored is plain, loses what was paid, and reads the same to an accountant", () => {
  for (const choice of [
    exponentialChoice(parameters),
    permuteAndFlip(parameters),
    noisyMax({ ...parameters, noise: "geometric" }),
    noisyMax({ ...parameters, noise: "exponential" }),
  ]) {
    expect(JSON.parse(JSON.stringify(choice.event))).toEqual(choice.event);
    expect(costOf(choice.event)).toEqual(choice.cost);
    const told = forAccounting(choice.event);
    const epsilon = "epsilon" in told ? told.epsilon : 0;
    expect(epsilon).toBeGreaterThanOrEqual(0.5);
    expect(epsilon).toBeLessThan(0.5 + 1e-12);
  }
});

function grid(length: number, values: readonly bigint[]): bigint[][] {
  return length === 0
    ? [[]]
    : grid(length - 1, values).flatMap((rest) => values.map((value) => [value, ...rest]));
}

function wordsOf(seed: number): Words {
  const entropy = seededEntropy(seed);
  const word = new Uint32Array(1);
  return {
    bits: 32,
    next() {
      entropy.fill(new Uint8Array(word.buffer));
      return word[0]!;
    },
  };
}
