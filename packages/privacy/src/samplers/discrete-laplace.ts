// Exact discrete Laplace samples: the algorithm of `lazy-samplers.ts`, with machine integers where they settle the
// question and a hand-over to the lazily drawn reals where they do not. Both read the same words in the same order.
//
// No floating point: the doubles below hold integers under 2^53. Each product, sum and difference of them is
// again such an integer, and each quotient is by a power of two, which is exact, under a floor.
//
// The time of a draw depends on the noise that is drawn, and JavaScript cannot promise otherwise (Jin and others,
// arXiv 2112.05307). Whoever answers strangers must not let them time single draws.

import { invariant } from "@unseen/base";
import { bitLength, type Rational } from "../budget/rational.ts";
import { drawSign, floorOfScaled, lazyExponential, runEndsEven } from "./lazy-samplers.ts";
import { LazyUniform } from "./lazy-uniform.ts";
import type { UniformWords } from "./uniform-words.ts";

const twoTo12 = 2 ** 12;
const twoTo20 = 2 ** 20;
const twoTo32 = 2 ** 32;
/** The scale as a machine integer has forty bits, in two limbs that times a word stay under 2^52. */
const scaleBits = 40;
/** A whole part below this times forty bits stays under 2^52. It is reached once in e^4096 draws. */
const wholeLimit = 4096;

/** Draws x with probability proportional to exp(-|x| / scale). About four million a second on one core (`bench/noise.bench.ts`). */
export class DiscreteLaplace {
  readonly scale: Rational;
  /** Floor of the scale times 2^shift: `high` * 2^20 + `low`. */
  readonly #fixed: number;
  readonly #high: number;
  readonly #low: number;
  readonly #twoToShift: number;

  /** The scale is positive. Scales from 2^-20 up to 2^40 are drawn fast, all others exactly as well. */
  constructor(scale: Rational) {
    invariant(scale.num > 0n && scale.den > 0n, "a scale is positive");
    this.scale = scale;
    const { fixed, shift } = inFixedPoint(scale);
    this.#fixed = fixed;
    this.#high = Math.floor(fixed / twoTo20);
    this.#low = fixed % twoTo20;
    this.#twoToShift = 2 ** shift;
  }

  draw(words: UniformWords): bigint {
    for (;;) {
      const magnitude = this.drawMagnitude(words);
      const isNegative = drawSign(words);
      // Zero has one sign only, or it would come up twice as often as it may.
      if (isNegative && (magnitude === 0 || magnitude === 0n)) continue;
      return BigInt(isNegative ? -magnitude : magnitude);
    }
  }

  /** n >= 0 with P(at least n) = exp(-n / scale): a number where it was settled by numbers. */
  drawMagnitude(words: UniformWords): number | bigint {
    for (let whole = 0; ; whole++) {
      const fraction = words.next();
      let end = fraction;
      let isEven = true;
      let candidate = words.next();
      while (candidate < end) {
        end = candidate;
        isEven = !isEven;
        candidate = words.next();
      }
      if (candidate === end) return this.#settleTie(words, { whole, fraction, end, isEven });
      if (isEven) return this.#scaled(words, whole, fraction);
    }
  }

  /** floor((whole + fraction) * scale), `fraction` being the first word of a uniform real. */
  #scaled(words: UniformWords, whole: number, fraction: number): number | bigint {
    const second = words.next();
    if (this.#fixed > 0 && whole < wholeLimit) {
      const top = this.#high * fraction;
      const topWhole = Math.floor(top / twoTo12);
      const topRest = top - topWhole * twoTo12;
      const below = topRest * twoTo20 + this.#low * fraction + Math.floor((this.#high * second) / twoTo12);
      const lowest = this.#fixed * whole + topWhole + Math.floor(below / twoTo32);
      // Left out so far: under 2 for what the floors and the undrawn digits hide, and under whole + 1 for the
      // digits of the scale beyond its forty.
      const magnitude = Math.floor(lowest / this.#twoToShift);
      if (magnitude === Math.floor((lowest + whole + 3) / this.#twoToShift)) return magnitude;
    }
    return floorOfScaled(words, { whole, fraction: new LazyUniform(words, fraction, second) }, this.scale);
  }

  /** Two words of a run were equal, once in 2^32 comparisons: further digits decide, and the draw goes on. */
  #settleTie(words: UniformWords, run: Run): bigint {
    const fraction = new LazyUniform(words, run.fraction);
    const end = run.end === run.fraction ? fraction : new LazyUniform(words, run.end);
    const accepted = runEndsEven(words, end, new LazyUniform(words, run.end), run.isEven);
    const exponential = accepted ? { whole: run.whole, fraction } : lazyExponential(words, run.whole + 1);
    return floorOfScaled(words, exponential, this.scale);
  }
}

/** A descending run that came to a tie: the next uniform has the same first word as `end`. */
type Run = {
  readonly whole: number;
  readonly fraction: number;
  readonly end: number;
  readonly isEven: boolean;
};

/** The largest shift for which floor(scale * 2^shift) has at most forty bits; 0 and 0 where that is out of reach. */
function inFixedPoint(scale: Rational): { readonly fixed: number; readonly shift: number } {
  const limit = 1n << BigInt(scaleBits);
  // The bit lengths tell the size of the scale to within a factor of two either way.
  let shift = scaleBits + 1 - (bitLength(scale.num) - bitLength(scale.den));
  while (shift >= 0 && (scale.num << BigInt(shift)) / scale.den >= limit) shift--;
  if (shift < 0 || shift > scaleBits + 20) return { fixed: 0, shift: 0 };
  return { fixed: Number((scale.num << BigInt(shift)) / scale.den), shift };
}
