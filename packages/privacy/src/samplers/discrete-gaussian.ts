// Exact discrete Gaussian samples: Algorithm 3 of Canonne, Kamath, Steinke 2020 (arXiv 2004.00010), which keeps a
// discrete Laplace proposal y of scale t = floor(sigma) + 1 with probability exp(-gamma), where
// gamma = (|y| - sigma^2/t)^2 / (2 sigma^2). As in `discrete-laplace.ts`, machine integers settle what they can:
// here they hold gamma between two neighbouring fixed-point numbers, and a trial that falls between them is decided
// by `lazy-samplers.ts` on the exact fraction. No floating point, by the argument made there; and as there, the time
// of a draw depends on the draw.

import { invariant } from "@unseen/base";
import { floorSquareRoot, type Rational } from "../budget/rational.ts";
import { DiscreteLaplace } from "./discrete-laplace.ts";
import { drawSign, lazyKeepsProposal } from "./lazy-samplers.ts";
import { LazyUniform } from "./lazy-uniform.ts";
import type { UniformWords } from "./uniform-words.ts";

/** Fixed point of a = |y|/sigma - sigma/t, so that gamma = a^2/2 is a square in units of 2^-41. */
const unitBits = 20;
const perWhole = 2 ** 41;
/** From this |a| (64 of the units above one) the square would pass 2^52. */
const distanceLimit = 2 ** 26;
const twoTo32 = 2 ** 32;
/** One unit of a word, 2^-32, in units of gamma. */
const perWord = 2 ** 9;
/** A trial number times a word times `perWord` stays under 2^53; reached once in 4096 factorial. */
const trialLimit = 4096;
/** |y| beyond this many t is left to the exact path; it happens once in e^66 proposals. */
const farInScales = 66n;

/** Draws x with probability proportional to exp(-x^2 / (2 sigmaSquared)). About two and a half million a second on one core (`bench/noise.bench.ts`). */
export class DiscreteGaussian {
  readonly sigmaSquared: Rational;
  readonly #t: bigint;
  readonly #proposal: DiscreteLaplace;
  readonly #fixed: FixedPoint | undefined;

  /** Sigma squared is positive. Sigmas from about 2^-20 up to 2^40 are drawn fast, all others exactly as well. */
  constructor(sigmaSquared: Rational) {
    const { num, den } = sigmaSquared;
    invariant(num > 0n && den > 0n, "a variance is positive");
    this.sigmaSquared = sigmaSquared;
    this.#t = floorSquareRoot(num / den) + 1n;
    this.#proposal = new DiscreteLaplace({ num: this.#t, den: 1n });
    this.#fixed = inFixedPoint(sigmaSquared, this.#t);
  }

  draw(words: UniformWords): bigint {
    return BigInt(this.#draw(words));
  }

  /** The same draw as a double, for sigmas so small that it is a whole number below 2^53; beyond, it throws. */
  drawNumber(words: UniformWords): number {
    const drawn = Number(this.#draw(words));
    invariant(Number.isSafeInteger(drawn), "a draw is taken as a number where it is one");
    return drawn;
  }

  #draw(words: UniformWords): number | bigint {
    for (;;) {
      const magnitude = this.#proposal.drawMagnitude(words);
      const isNegative = drawSign(words);
      if (isNegative && (magnitude === 0 || magnitude === 0n)) continue;
      if (this.#keeps(words, magnitude)) return isNegative ? -magnitude : magnitude;
    }
  }

  #keeps(words: UniformWords, magnitude: number | bigint): boolean {
    const fixed = this.#fixed;
    if (fixed === undefined) return this.#keepsExactly(words, magnitude);
    const near = typeof magnitude === "number" ? magnitude : Number(magnitude);
    if (near > fixed.farthest) return this.#keepsExactly(words, magnitude);

    // |y| = shortened * coarse + rest with 0 <= rest <= slack, and |y|/sigma lies between the two products.
    const shortened = Math.floor(near / fixed.coarse);
    const from = Math.floor((shortened * fixed.inverse) / fixed.perUnit) - fixed.centre - 1;
    const to =
      Math.floor(((shortened + fixed.slack) * (fixed.inverse + 1)) / fixed.perUnit) + 1 - fixed.centre;
    const nearest = from > 0 ? from : to < 0 ? -to : 0;
    const farthest = Math.max(-from, to);
    if (farthest >= distanceLimit) return this.#keepsExactly(words, magnitude);

    const least = nearest * nearest;
    const most = farthest * farthest;
    const whole = Math.floor(least / perWhole);
    if (whole !== Math.floor(most / perWhole)) return this.#keepsExactly(words, magnitude);
    for (let left = whole; left > 0; left--) {
      if (!bernoulliExpMinusOne(words)) return false;
    }
    return this.#keepsRest(words, magnitude, least - whole * perWhole, most - whole * perWhole);
  }

  /** Algorithm 1 on gamma minus its whole part, known to lie between `least` and `most` in units of 2^-41. */
  #keepsRest(words: UniformWords, magnitude: number | bigint, least: number, most: number): boolean {
    for (let k = 1; ; k++) {
      const word = words.next();
      if (k < trialLimit && (word + 1) * k * perWord <= least) continue;
      if (k < trialLimit && word * k * perWord >= most) return k % 2 === 1;
      if (!this.#isBelowRest(words, word, magnitude, k)) return k % 2 === 1;
    }
  }

  /** Whether the uniform that begins with `word` is below (gamma - floor(gamma)) / k, exactly. */
  #isBelowRest(words: UniformWords, word: number, magnitude: number | bigint, k: number): boolean {
    const { num, den } = this.sigmaSquared;
    const distance = BigInt(magnitude) * this.#t * den - num;
    const unit = 2n * num * den * this.#t * this.#t;
    return new LazyUniform(words, word).isBelowFraction((distance * distance) % unit, unit * BigInt(k));
  }

  #keepsExactly(words: UniformWords, magnitude: number | bigint): boolean {
    return lazyKeepsProposal(words, BigInt(magnitude), this.sigmaSquared, this.#t);
  }
}

/** Algorithm 1 at 1, whose first trial cannot fail and is not drawn. */
function bernoulliExpMinusOne(words: UniformWords): boolean {
  for (let k = 2; ; k++) {
    const word = words.next();
    if (k < trialLimit && (word + 1) * k <= twoTo32) continue;
    if (k < trialLimit && word * k >= twoTo32) return k % 2 === 1;
    if (!new LazyUniform(words, word).isBelowFraction(1n, BigInt(k))) return k % 2 === 1;
  }
}

type FixedPoint = {
  /** |y| is cut to whole multiples of this power of two, to keep 20 bits of t; `slack` is 0 if that cuts nothing. */
  readonly coarse: number;
  readonly slack: 0 | 1;
  /** Floor of coarse * perUnit * 2^20 / sigma. */
  readonly inverse: number;
  readonly perUnit: number;
  /** Floor of 2^20 * sigma / t. */
  readonly centre: number;
  readonly farthest: number;
};

function inFixedPoint({ num, den }: Rational, t: bigint): FixedPoint | undefined {
  const farthest = farInScales * t;
  if (farthest >= 1n << 47n) return undefined;
  let coarseBits = 0n;
  while (t >> coarseBits >= 1n << 20n) coarseBits++;
  const largest = (farthest >> coarseBits) + 2n;
  // floor(2^p / sigma) for the largest p that keeps its product with any shortened |y| under 2^53.
  let bits = 64n;
  const inverse = () => floorSquareRoot((den << (2n * (coarseBits + bits))) / num);
  while (bits >= BigInt(unitBits) && (inverse() + 1n) * largest >= 1n << 53n) bits--;
  if (bits < BigInt(unitBits)) return undefined;
  return {
    coarse: 2 ** Number(coarseBits),
    slack: coarseBits === 0n ? 0 : 1,
    inverse: Number(inverse()),
    perUnit: 2 ** (Number(bits) - unitBits),
    centre: Number(floorSquareRoot((num << BigInt(2 * unitBits)) / (den * t * t))),
    farthest: Number(farthest),
  };
}
