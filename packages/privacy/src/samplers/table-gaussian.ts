// Exact discrete Gaussian samples, many of one sigma: by rejection from a table of steps over the bell. It takes some tens
// of milliseconds to make, and then a draw costs three words and a comparison, where `discrete-gaussian.ts` costs ten times that.
//
// With rho(m) = exp(-m^2 / (2 sigma^2)), whole magnitudes m >= 0 fall in blocks of `width`. A block is chosen as often as its
// whole number of lots says, out of 2^32: at least S rho at its first magnitude, S one factor for all. A place in it is uniform, and
// kept with probability S rho(m) / lots. So m comes out in proportion to S rho(m), whatever the lots. Magnitudes from `reach`
// times sigma on share one lot: their block j, of `tailWidth`, is chosen by coins, 2^-(j+1), and kept by the same rule.
//
// No floating point decides: lots and sure keeps are whole numbers from bounds on exp, and what they cannot settle, about
// once in six hundred draws, is compared exactly. The time of a draw depends on the draw.

import { invariant } from "@unseen/base";
import { bitLength, floorSquareRoot, type Rational, rational } from "../budget/rational.ts";
import { expBounds, isBelowScaledExp } from "./exp-bounds.ts";
import { LazyUniform } from "./lazy-uniform.ts";
import type { UniformWords } from "./uniform-words.ts";

const twoTo31 = 2 ** 31;
const twoTo32 = 2 ** 32;
/** Blocks in one sigma, at least: then a draw is settled by words alone in all but a part in six hundred. */
const blocksEachSigma = 512n;
/** Sigmas that blocks cover; beyond lies e^-50 of the bell. */
const reach = 10n;
const precision = 96;
/** The first twelve digits of a word tell where to look. */
const guideBits = 12;

export class TableGaussian {
  readonly sigmaSquared: Rational;
  readonly #blocks: number;
  readonly #width: number;
  readonly #tailWidth: bigint;
  /** S of the head. */
  readonly #factor: bigint;
  /** Where each block's lots begin; then the tail's, then those of nobody, then 2^32. */
  readonly #starts: Float64Array;
  readonly #guide: Uint32Array;
  /** Below this a block's every magnitude is kept. */
  readonly #sure: Float64Array;

  /** Sigma squared is at least one sixteenth and below 2^78. */
  constructor(sigmaSquared: Rational) {
    const { num, den } = sigmaSquared;
    invariant(16n * num >= den && num < den << 78n, "a table is for sigmas from a quarter to 2^39");
    this.sigmaSquared = sigmaSquared;
    const sigma = floorSquareRoot(num / den) + 1n;
    const widthBits = Math.max(0, bitLength(sigma / blocksEachSigma) - 1);
    this.#width = 2 ** widthBits;
    this.#blocks = Number((reach * sigma) >> BigInt(widthBits)) + 1;
    this.#tailWidth = 1n << BigInt(bitLength(sigma));

    const bells = Array.from({ length: this.#blocks + 1 }, (_, at) =>
      expBounds(this.#exponent(at * this.#width), precision),
    );
    const heights = bells.slice(0, -1).reduce((sum, { high }) => sum + high, 0n);
    this.#factor = (BigInt(twoTo32 - this.#blocks - 2) << BigInt(precision)) / heights;
    const lots = bells.slice(0, -1).map(({ high }) => ((this.#factor * high) >> BigInt(precision)) + 1n);
    this.#sure = Float64Array.from(lots, (own, at) =>
      Number((this.#factor * bells[at + 1]!.low * BigInt(twoTo32)) / (own << BigInt(precision))),
    );
    this.#starts = new Float64Array(this.#blocks + 3);
    for (const [at, own] of lots.entries()) this.#starts[at + 1] = this.#starts[at]! + Number(own);
    this.#starts[this.#blocks + 1] = this.#starts[this.#blocks]! + 1;
    this.#starts[this.#blocks + 2] = twoTo32;
    invariant(this.#starts[this.#blocks + 1]! <= twoTo32, "there are lots for every block");
    this.#guide = guideOf(this.#starts);
  }

  /** Where lots begin, which words are sure keeps, how wide a block is, and S: whoever doubts the table can check it. */
  get table() {
    const [starts, sure] = [this.#starts.slice(), this.#sure.slice()];
    return { starts, sure, width: this.#width, factor: this.#factor, tailWidth: this.#tailWidth };
  }

  /** A whole number, with probability proportional to exp(-x^2 / (2 sigma^2)). */
  draw(words: UniformWords): number {
    for (;;) {
      const lot = words.next();
      let block = this.#guide[lot >>> (32 - guideBits)]!;
      while (lot >= this.#starts[block + 1]!) block++;
      if (block > this.#blocks) continue;
      if (block === this.#blocks) {
        const far = this.#drawTail(words);
        if (far === undefined) continue;
        return far;
      }
      const place = words.next();
      const isNegative = place >= twoTo31;
      const magnitude = block * this.#width + (place & (this.#width - 1));
      // Zero has one sign only, or it would come up twice as often as it may.
      if (isNegative && magnitude === 0) continue;
      const word = words.next();
      if (word < this.#sure[block]! || this.#keeps(words, word, magnitude, block))
        return isNegative ? -magnitude : magnitude;
    }
  }

  #keeps(words: UniformWords, word: number, magnitude: number, block: number): boolean {
    const lots = BigInt(this.#starts[block + 1]! - this.#starts[block]!);
    return isBelowScaledExp(
      new LazyUniform(words, word),
      { num: this.#factor, den: lots },
      this.#exponent(magnitude),
    );
  }

  /** Once in 2^32 draws; undefined where it is not kept. */
  #drawTail(words: UniformWords): number | undefined {
    const isNegative = words.next() >= twoTo31;
    let block = 0n;
    while (words.next() >= twoTo31) block++;
    let place = 0n;
    for (let bits = 0; bits < bitLength(this.#tailWidth); bits += 32)
      place = (place << 32n) | BigInt(words.next());
    const start = BigInt(this.#blocks * this.#width);
    const magnitude = start + block * this.#tailWidth + (place & (this.#tailWidth - 1n));
    const factor = rational(this.#factor * (this.#tailWidth << (block + 1n)));
    const far = Number(magnitude);
    if (!isBelowScaledExp(new LazyUniform(words), factor, this.#exponent(magnitude))) return undefined;
    return isNegative ? -far : far;
  }

  /** m^2 / (2 sigma^2). */
  #exponent(magnitude: number | bigint): Rational {
    const { num, den } = this.sigmaSquared;
    return { num: BigInt(magnitude) ** 2n * den, den: 2n * num };
  }
}

/** For each beginning of a word, the block that its first lot is of. */
function guideOf(starts: Float64Array): Uint32Array {
  const guide = new Uint32Array(2 ** guideBits);
  let block = 0;
  for (let at = 0; at < guide.length; at++) {
    while (starts[block + 1]! <= at * 2 ** (32 - guideBits)) block++;
    guide[at] = block;
  }
  return guide;
}
