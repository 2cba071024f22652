// The fast samplers against the lazily drawn reals, word by word, and against the true distributions by statistics.

import fc from "fast-check";
import { expect, test } from "vitest";
import { floorSquareRoot, type Rational, rational } from "../budget/rational.ts";
import { erfc } from "../mechanisms/erfc.ts";
import { meanFits } from "../testing/goodness-of-fit.ts";
import { fitsInTheLarge, fitsReference, momentsFit, tailFits } from "../testing/noise-fit.ts";
import { referenceGaussians, referenceLaplaces } from "../testing/reference-noise.ts";
import { entropyOfWords, seededEntropy, xoshiro128 } from "../testing/seeded-entropy.ts";
import { DiscreteGaussian } from "./discrete-gaussian.ts";
import { DiscreteLaplace } from "./discrete-laplace.ts";
import {
  floorOfScaled,
  lazyDiscreteGaussian,
  lazyDiscreteLaplace,
  lazyExponential,
} from "./lazy-samplers.ts";
import { plainDiscreteGaussian, plainDiscreteLaplace } from "./plain-samplers.ts";
import { UniformWords } from "./uniform-words.ts";

type Draw = (words: UniformWords) => bigint;
const laplace = (scale: Rational): Draw => {
  const sampler = new DiscreteLaplace(scale);
  return (words) => sampler.draw(words);
};
const gaussian = (sigmaSquared: Rational): Draw => {
  const sampler = new DiscreteGaussian(sigmaSquared);
  return (words) => sampler.draw(words);
};

/** Words that provoke what almost never happens: ties, words at the ends of their range, long descending runs. */
function spitefulWords(seed: number): () => number {
  const next = xoshiro128(seed);
  const corners = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1, Math.floor(2 ** 32 / 3)];
  return () => {
    const word = next();
    return word % 3 === 0
      ? corners[next() % corners.length]!
      : word % 3 === 1
        ? ((next() % 8) << 28) >>> 0
        : next();
  };
}

function expectSameStream(fast: Draw, lazy: Draw, wordsOf: () => () => number, draws: number) {
  const [forFast, forLazy] = [
    new UniformWords(entropyOfWords(wordsOf())),
    new UniformWords(entropyOfWords(wordsOf())),
  ];
  for (let index = 0; index < draws; index++) {
    if (fast(forFast) !== lazy(forLazy)) expect.fail(`draw ${index} differs`);
  }
  // And they stand at the same word afterwards.
  expect(forFast.next()).toBe(forLazy.next());
}

const scales = [
  [1n, 1000n],
  [1n, 10n],
  [1n, 1n],
  [2n, 3n],
  [7n, 2n],
  [100n, 1n],
  [2n ** 24n * 20n, 1n],
  [16777213n * 10n ** 9n, 123456789n],
  [2n ** 31n - 1n, 1n],
  [2n ** 39n + 1n, 3n],
  [2n ** 40n - 1n, 1n],
  [2n ** 40n, 1n],
  [2n ** 63n, 7n],
  [10n ** 30n, 3n],
  [1n, 10n ** 9n],
] as const;

test("fast Laplace draws what the lazily drawn reals draw, from the same words, at every size of scale", () => {
  for (const [num, den] of scales) {
    const scale = rational(num, den);
    const lazy: Draw = (words) => lazyDiscreteLaplace(words, scale);
    expectSameStream(laplace(scale), lazy, () => xoshiro128(11), 4_000);
    expectSameStream(laplace(scale), lazy, () => spitefulWords(12), 4_000);
  }
});

test("fast Gaussian draws what the lazily drawn reals draw, from the same words, at every size of sigma", () => {
  for (const [num, den] of scales) {
    const variance = rational(num * num + 1n, den * den * 2n);
    const t = floorSquareRoot(variance.num / variance.den) + 1n;
    const lazy: Draw = (words) => lazyDiscreteGaussian(words, variance, t);
    expectSameStream(gaussian(variance), lazy, () => xoshiro128(13), 2_000);
    expectSameStream(gaussian(variance), lazy, () => spitefulWords(14), 2_000);
  }
});

test("the same holds for any scale and any stream", () => {
  const size = fc.bigInt({ min: 1n, max: 2n ** 45n });
  fc.assert(
    fc.property(size, size, fc.integer(), (num, den, seed) => {
      const scale = rational(num, den);
      expectSameStream(
        laplace(scale),
        (words) => lazyDiscreteLaplace(words, scale),
        () => spitefulWords(seed),
        30,
      );
    }),
    { seed: 1, numRuns: 300 },
  );
});

function drawMany(draw: Draw, count: number, seed: number): Float64Array {
  const words = new UniformWords(seededEntropy(seed));
  return Float64Array.from({ length: count }, () => Number(draw(words)));
}

const draws = 200_000;
const references = [
  ...referenceLaplaces.map((reference) => ({ reference, draw: laplace(reference.parameter) })),
  ...referenceGaussians.map((reference) => ({ reference, draw: gaussian(reference.parameter) })),
];

test.each(references)(
  "$reference.name: draws, mean, variance and symmetry fit the thirty digits",
  ({ reference, draw }) => {
    const drawn = drawMany(draw, draws, 21);
    expect(fitsReference(drawn, reference)).toMatchObject({ fits: true });
    expect(momentsFit(drawn, reference)).toBe(true);
    const positive = drawn.filter((x) => x > 0).length;
    const nonZero = drawn.filter((x) => x !== 0).length;
    expect(nonZero === 0 || meanFits(positive / nonZero, 0.5, 0.25, nonZero)).toBe(true);
  },
);

test("the samplers as printed in the paper fit the thirty digits as well", () => {
  for (const reference of referenceLaplaces.slice(1, 5)) {
    expect(
      fitsReference(
        drawMany((words) => plainDiscreteLaplace(words, reference.parameter), 20_000, 22),
        reference,
      ),
    ).toMatchObject({ fits: true });
  }
  for (const reference of referenceGaussians.slice(3, 9)) {
    expect(
      fitsReference(
        drawMany((words) => plainDiscreteGaussian(words, reference.parameter), 20_000, 23),
        reference,
      ),
    ).toMatchObject({ fits: true });
  }
});

test("at the scales of real questions the quantiles fit and the lowest digits are uniform", () => {
  const scale = 2 ** 24 * 20;
  const l = drawMany(laplace(rational(BigInt(scale))), draws, 31);
  expect(fitsInTheLarge(l, (x) => -Math.expm1(-x / scale))).toEqual([true, true]);
  const g = drawMany(gaussian(rational(BigInt(scale) ** 2n)), draws, 32);
  expect(fitsInTheLarge(g, (x) => 1 - erfc(x / scale / Math.SQRT2))).toEqual([true, true]);
  // A scale that is one part in a hundred off, or a grid of even numbers, would not pass.
  expect(fitsInTheLarge(l, (x) => -Math.expm1(-x / scale / 1.03))[0]).toBe(false);
  expect(
    fitsInTheLarge(
      l.map((x) => x * 2),
      (x) => -Math.expm1(-x / scale / 2),
    ),
  ).toEqual([true, false]);
});

test("planted wrong samplers do not fit", () => {
  const reference = referenceLaplaces.find(({ name }) => name.endsWith(" 10"))!;
  const scale = reference.parameter;
  const right = laplace(scale);
  const planted: Record<string, Draw> = {
    "zero with both signs": (words) => {
      const magnitude = floorOfScaled(words, lazyExponential(words), scale);
      return words.next() % 2 === 0 ? -magnitude : magnitude;
    },
    "one too far on one side": (words) => {
      const x = right(words);
      return x < 0n ? x - 1n : x;
    },
    "the scale as a quarter of the grid": (words) => (right(words) / 4n) * 4n,
    "five in a hundred too narrow": laplace(rational(95n, 10n)),
    "no far tail": (words) => {
      const x = right(words);
      return x > 60n ? 60n : x < -60n ? -60n : x;
    },
    "a Gaussian of the same variance": gaussian(rational(200n)),
  };
  for (const [name, draw] of Object.entries(planted)) {
    const drawn = drawMany(draw, draws, 41);
    expect(
      fitsReference(drawn, reference).fits && momentsFit(drawn, reference) && tailFits(drawn, 10),
      name,
    ).toBe(false);
  }
  expect(tailFits(drawMany(right, draws, 41), 10)).toBe(true);
});

test("no two neighbouring outcomes are drawn at odds beyond exp(epsilon)", () => {
  const scale = 5;
  const drawn = drawMany(laplace(rational(5n)), draws, 51);
  const counts = new Map<number, number>();
  for (const x of drawn) counts.set(x, (counts.get(x) ?? 0) + 1);
  for (let x = -15; x < 15; x++) {
    const [here, there] = [counts.get(x)!, counts.get(x + 1)!];
    const sixStandardErrors = 6 * Math.sqrt(1 / here + 1 / there);
    expect(Math.abs(Math.log(here / there))).toBeLessThanOrEqual(1 / scale + sixStandardErrors);
  }
});

test("words are wiped as they are handed out, and what is left when the answer is done", () => {
  const seen: Uint8Array[] = [];
  const words = new UniformWords({
    fill(bytes) {
      seen.push(bytes);
      return bytes.fill(7);
    },
  });
  for (let index = 0; index < 10; index++) expect(words.next()).toBe(0x07070707);
  expect([...seen[0]!.subarray(0, 40)].every((byte) => byte === 0)).toBe(true);
  expect(seen[0]![40]).toBe(7);
  words.discard();
  expect(seen[0]!.every((byte) => byte === 0)).toBe(true);
  expect(words.next()).toBe(0x07070707);
});
