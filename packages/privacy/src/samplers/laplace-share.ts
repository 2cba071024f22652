// One of `parts` independent shares that add up to discrete Laplace noise, exactly.
//
// Discrete Laplace noise is the difference of two geometric variables, a geometric one is infinitely divisible (negative
// binomial shares), and a share is compound Poisson (Quenouille 1949): for every k >= 1 it jumps by +k and by -k,
// independently, as often as Poisson variables of mean q^k / (k parts) say, q = exp(-1/scale). Shares of this kind are those of
// Goryczka and Xiong 2015 and of Balle, Bell, Gascon and Nissim 2020, there drawn over floating point.
//
// Drawn here without any: jumps are thinned from more frequent ones whose means are fractions. Those of size [2^l, 2^(l+1))
// below L, the power of two at or above the scale, come from jumps of mean 1/(2^l parts) each; those of size [mL, (m+1)L),
// m >= 1, from jumps of mean 1/(2^m L parts) each, because q^k <= e^-m < 2^-m there. Every class then has 2/parts proposals in the
// mean, both signs together, and each proposal is kept by coins of exact probability.
//
// The time of a draw depends on the draw; see `discrete-laplace.ts`.

import { invariant } from "@unseen/base";
import type { Rational } from "../budget/rational.ts";
import { drawSign, lazyBernoulliExp } from "./lazy-samplers.ts";
import { LazyUniform } from "./lazy-uniform.ts";
import { uniformBelow } from "./uniform-below.ts";
import type { Words } from "./uniform-words.ts";

/** Twice this times a word stays below 2^53. */
const mostParts = 2 ** 20;

/** How many are drawn a second: `noise/laplace-share` in `bench/noise.bench.ts`. */
export class LaplaceShare {
  readonly #scale: Rational;
  readonly #parts: number;
  /** L is two to this power. */
  readonly #levels: number;

  /** The scale of the whole noise, above zero, and how many shares make it up: at least two. */
  constructor(scale: Rational, parts: number) {
    invariant(scale.num > 0n && scale.den > 0n, "a scale is positive");
    invariant(
      Number.isSafeInteger(parts) && parts >= 2 && parts <= mostParts,
      "noise is shared by two or more, and not by very many",
    );
    this.#scale = scale;
    this.#parts = parts;
    let levels = 0;
    while (scale.den << BigInt(levels) < scale.num) levels += 1;
    this.#levels = levels;
  }

  draw(words: Words): bigint {
    let total = 0n;
    for (let level = 0; level < this.#levels; level += 1) {
      const least = 1n << BigInt(level);
      for (let left = this.#proposals(words); left > 0; left -= 1)
        total +=
          level < words.bits
            ? this.#nearJump(words, level)
            : this.#jump(words, { least, width: least, held: 0 });
    }
    for (let left = this.#proposals(words); left > 0; left -= 1) {
      const width = 1n << BigInt(this.#levels);
      const held = 1 + leadingHeads(words);
      total += this.#jump(words, { least: BigInt(held) * width, width, held });
    }
    return total;
  }

  /** Poisson of mean 2/parts: each of a Poisson number of mean one is counted with that probability (thinning). */
  #proposals(words: Words): number {
    let counted = 0;
    for (let left = poissonOne(words); left > 0; left -= 1) if (falls(words, 2, this.#parts)) counted += 1;
    return counted;
  }

  /**
   * The same for a level that a word can tell apart, with machine integers where they settle the question, all below or at
   * 2^53: a hundred thousand numbers are noised in seconds and not in minutes.
   */
  #nearJump(words: Words, level: number): bigint {
    const width = 2 ** level;
    const size = width + (level === 0 ? 0 : Math.floor(words.next() / 2 ** (words.bits - level)));
    if (!isBelowPowerOver(words, level, size) || !this.#outlives(words, size, level)) return 0n;
    return drawSign(words) ? -BigInt(size) : BigInt(size);
  }

  /** True with probability exp(-size / scale), which is above exp(-2^(level + 2 - levels)). */
  #outlives(words: Words, size: number, level: number): boolean {
    const { num, den } = this.#scale;
    const rate = BigInt(size) * den;
    const halvings = this.#levels - level - 2;
    if (halvings < 1) return lazyBernoulliExp(words, rate, num);
    // The first trial of Von Neumann's run fails where its uniform is above all that it could be compared with.
    const word = words.next();
    if (word >= 2 ** (words.bits - halvings)) return true;
    if (!new LazyUniform(words, word).isBelowFraction(rate, num)) return true;
    let k = 2n;
    while (new LazyUniform(words).isBelowFraction(rate, num * k)) k += 1n;
    return k % 2n === 1n;
  }

  /** A proposed jump, or zero where it is not kept. `held`: so many factors of 1/2 are in its proposal in place of 1/e. */
  #jump(
    words: Words,
    { least, width, held }: { readonly least: bigint; readonly width: bigint; readonly held: number },
  ): bigint {
    const size = least + uniformBelow(words, width);
    if (!new LazyUniform(words).isBelowFraction(width, size)) return 0n;
    for (let left = held; left > 0; left -= 1) if (!twoOverE(words)) return 0n;
    const { num, den } = this.#scale;
    if (!lazyBernoulliExp(words, size * den - BigInt(held) * num, num)) return 0n;
    return drawSign(words) ? -size : size;
  }
}

/** Poisson of mean one by rejection: n is proposed with probability 2^-(n+1), kept with 2^n / (2 n!). */
export function poissonOne(words: Words): number {
  for (;;) {
    const proposed = leadingHeads(words);
    // 2^n / (2 n!) as one coin a factor: 1/2, 1, 1, then 2/k for each k from three on.
    let isKept = proposed > 0 || drawSign(words);
    for (let k = 3; isKept && k <= proposed; k += 1) isKept = falls(words, 2, k);
    if (isKept) return proposed;
  }
}

/** True with probability 2/e: Von Neumann's run for 1/e, given that it passes the first trial of 1/2. */
export function twoOverE(words: Words): boolean {
  let k = 3;
  while (falls(words, 1, k)) k += 1;
  return k % 2 === 1;
}

/** True with probability num/den, small whole numbers; draws nothing where that is one. One word nearly always settles it. */
function falls(words: Words, num: number, den: number): boolean {
  if (num >= den) return true;
  const word = words.next();
  // Whole numbers below 2^53: no rounding.
  const edge = num * 2 ** words.bits;
  if ((word + 1) * den <= edge) return true;
  if (word * den >= edge) return false;
  return new LazyUniform(words, word).isBelowFraction(BigInt(num), BigInt(den));
}

/** True with probability 2^level / size, for a size from 2^level up to its double: by its 21 highest digits where they settle it. */
function isBelowPowerOver(words: Words, level: number, size: number): boolean {
  const dropped = Math.max(0, level - 20);
  const head = Math.floor(size / 2 ** dropped);
  const word = words.next();
  const edge = 2 ** (level - dropped + words.bits);
  if ((word + 1) * (dropped === 0 ? head : head + 1) <= edge) return true;
  if (word * head >= edge) return false;
  return new LazyUniform(words, word).isBelowFraction(2n ** BigInt(level), BigInt(size));
}

/** n with probability 2^-(n+1). */
function leadingHeads(words: Words): number {
  let heads = 0;
  while (drawSign(words)) heads += 1;
  return heads;
}
