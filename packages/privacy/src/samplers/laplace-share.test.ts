import { expect, test } from "vitest";
import { rational } from "../budget/rational.ts";
import { enumerateOutcomes, impossibleOutcomes } from "../testing/enumerated-outcomes.ts";
import { chiSquare, meanFits } from "../testing/goodness-of-fit.ts";
import { fitsInTheLarge, fitsReference, momentsFit, tailFits } from "../testing/noise-fit.ts";
import { referenceLaplaces } from "../testing/reference-noise.ts";
import { seededEntropy } from "../testing/seeded-entropy.ts";
import { type Law, laplaceLaw, laplaceShareLaw, sumLaw } from "../testing/shared-noise-law.ts";
import { LaplaceShare, poissonOne, twoOverE } from "./laplace-share.ts";
import { UniformWords, type Words } from "./uniform-words.ts";

const shares = [2, 3, 4, 5] as const;

function expectExactly<T>(
  draw: (words: Words) => T,
  probability: (outcome: T) => number,
  undecidedAtMost: number,
) {
  const found = enumerateOutcomes(draw, { bits: 1, depth: 14 });
  expect(Number(found.undecided) / Number(found.whole)).toBeLessThan(undecidedAtMost);
  expect(impossibleOutcomes(found, probability)).toEqual([]);
}

/** Sums of `count` shares each, as numbers. */
function drawnSums(scale: bigint, parts: number, count: number, sums: number): Float64Array {
  const share = new LaplaceShare(rational(scale), parts);
  const words = new UniformWords(seededEntropy(parts * 1_000 + count));
  return Float64Array.from({ length: sums }, () => {
    let total = 0n;
    for (let left = count; left > 0; left -= 1) total += share.draw(words);
    return Number(total);
  });
}

function fitsLaw(drawn: Float64Array, law: Law, to: number): boolean {
  const counts = new Float64Array(2 * to + 1);
  for (const x of drawn) counts[Math.max(-to, Math.min(to, x)) + to]! += 1;
  let inside = 0;
  for (let x = 1 - to; x < to; x += 1) inside += law.at(x);
  const cells = Array.from(counts, (count, cell) => ({
    drawn: count,
    probability: Math.abs(cell - to) === to ? (1 - inside) / 2 : law.at(cell - to),
  }));
  return chiSquare(cells).fits;
}

test("as many shares as make it up have together exactly the law of discrete Laplace noise, by convolution", () => {
  for (const scale of [0.3, 1, 4]) {
    const whole = laplaceLaw(scale);
    for (const parts of shares) {
      const sum = sumLaw(laplaceShareLaw(scale, parts), parts);
      for (let x = 0; x <= 8 * scale; x += 1) expect(sum.at(x) / whole.at(x)).toBeCloseTo(1, 10);
    }
  }
});

test("the coins of a share fall exactly as often as they must", () => {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  expectExactly(poissonOne, (n) => Math.exp(-1) / factorial(n), 0.15);
  expectExactly(twoOverE, (heads) => (heads ? 2 / Math.E : 1 - 2 / Math.E), 0.02);
});

test("a share has exactly its law: every stream of fourteen bits", () => {
  for (const parts of [2, 3, 5])
    for (const scale of [rational(1n, 4n), rational(1n), rational(3n, 2n)]) {
      const share = new LaplaceShare(scale, parts);
      const law = laplaceShareLaw(Number(scale.num) / Number(scale.den), parts);
      expectExactly(
        (words) => share.draw(words),
        (x) => law.at(Number(x)),
        0.9,
      );
    }
});

test("shares, and sums of fewer and of more than make a whole, are drawn with their laws", () => {
  for (const parts of shares)
    for (const count of [1, 2, 5]) {
      const drawn = drawnSums(3n, parts, count, 4_000);
      const law = sumLaw(laplaceShareLaw(3, parts), count);
      expect(fitsLaw(drawn, law, 12)).toBe(true);
      // Another shape of share is told apart by as many draws.
      if (count === 1) expect(fitsLaw(drawn, laplaceShareLaw(3, parts + 2), 12)).toBe(false);
    }
});

test("a whole of shares fits the discrete Laplace noise that others computed, and its tail", () => {
  for (const reference of referenceLaplaces.filter(
    ({ parameter }) => parameter.den === 1n && parameter.num < 60n,
  )) {
    const drawn = drawnSums(reference.parameter.num, 3, 3, 4_000);
    expect(fitsReference(drawn, reference).fits, reference.name).toBe(true);
    expect(momentsFit(drawn, reference), reference.name).toBe(true);
    expect(tailFits(drawn, Number(reference.parameter.num))).toBe(true);
  }
});

test("at the scale of a real sum, a whole of shares is Laplace noise down to its lowest digits", () => {
  const scale = 41_943_040;
  const drawn = drawnSums(BigInt(scale), 2, 2, 4_000);
  expect(fitsInTheLarge(drawn, (x) => -Math.expm1(-x / scale))).toEqual([true, true]);
});

test("machine integers and exact fractions draw alike: a share by words of few digits has the law of one by words of many", () => {
  const share = new LaplaceShare(rational(20n), 3);
  const law = laplaceShareLaw(20, 3);
  for (const bits of [2, 5, 32]) {
    const source = new UniformWords(seededEntropy(bits));
    const words: Words = { bits, next: () => Math.floor(source.next() / 2 ** (32 - bits)) };
    const drawn = Float64Array.from({ length: 6_000 }, () => Number(share.draw(words)));
    expect(fitsLaw(drawn, law, 40), `${bits} bits`).toBe(true);
  }
});

test("shares have the spread of their part of the noise: every level of their jumps is as frequent as it must be", () => {
  for (const [scale, parts] of [
    [1_000, 2],
    [2 ** 22, 4],
  ] as const) {
    const drawn = drawnSums(BigInt(scale), parts, 1, scale < 2_000 ? 60_000 : 15_000);
    const q = Math.exp(-1 / scale);
    const variance = (2 * q) / (1 - q) ** 2 / parts;
    const mean = (power: number) => drawn.reduce((sum, x) => sum + Math.abs(x) ** power, 0) / drawn.length;
    expect(meanFits(mean(2), variance, mean(4), drawn.length)).toBe(true);
    // How often a share is zero follows from all levels together, and weighs the small ones most.
    const atZero = laplaceShareLaw(30, parts).at(0);
    const zeros = drawnSums(30n, parts, 1, 30_000).filter((x) => x === 0).length / 30_000;
    expect(meanFits(zeros, atZero, atZero * (1 - atZero), 30_000)).toBe(true);
  }
});

test("no share of nothing, and no share alone", () => {
  expect(() => new LaplaceShare(rational(0n), 2)).toThrow("positive");
  expect(() => new LaplaceShare(rational(1n), 1)).toThrow("two or more");
});
