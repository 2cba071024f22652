// Exact discrete Gaussian samples, many of one sigma: by rejection from a table of steps over the bell, `gaussian-table.ts`. It
// takes some milliseconds to make, and then a draw costs two words and a comparison.
//
// A draw's first word chooses its block. The second is its sign, the first digits of the uniform real that decides whether it is
// kept, and its place in the block. No rounding decides: what the whole numbers of the table cannot settle, about once in
// a hundred thousand draws, is compared exactly. The time of a draw depends on the draw.

import type { DrawTable, WholeNumbers } from "@unseen/compute";
import { bitLength, type Rational, rational } from "../budget/rational.ts";
import { outcomeOf } from "./alias-columns.ts";
import { isBelowScaledExp } from "./exp-bounds.ts";
import { type GaussianTable, gaussianTable } from "./gaussian-table.ts";
import { LazyUniform } from "./lazy-uniform.ts";
import type { UniformWords } from "./uniform-words.ts";

const twoTo31 = 2 ** 31;

export class TableGaussian {
  /** What is drawn from: whoever doubts it can check it. */
  readonly table: GaussianTable;
  /** For each outcome, below which first digits of the uniform every magnitude is kept; 0 for what is no block. */
  readonly #sure: Int32Array;
  readonly #drawTable: DrawTable;

  /** Sigma squared is at least one sixteenth and below 2^78. */
  constructor(sigmaSquared: Rational) {
    this.table = gaussianTable(sigmaSquared);
    const { lots, after, widthBits, columns } = this.table;
    this.#sure = new Int32Array(lots.length);
    for (const [block, word] of after.entries())
      this.#sure[block] = Math.min(twoTo31 - 1, Math.floor(word / 2 ** (widthBits + 1)));
    this.#drawTable = { ...columns, sure: this.#sure, widthBits };
  }

  /** A whole number, with probability proportional to exp(-x^2 / (2 sigma^2)). */
  draw(words: UniformWords): number {
    for (;;) {
      const drawn = this.#settled(words.next(), words.next(), words);
      if (drawn !== undefined) return drawn;
    }
  }

  /** Adds to each number a draw of its own. Cost: some hundredths of a microsecond each. */
  addTo(numbers: WholeNumbers, words: UniformWords): void {
    numbers.addDraws(
      this.#drawTable,
      (pool) => words.fill(pool),
      (first, second) => this.#settled(first, second, words) ?? this.draw(words),
    );
  }

  /** Undefined where nothing is kept of these words, and a draw begins anew. */
  #settled(lot: number, second: number, words: UniformWords): number | undefined {
    const { blocks, widthBits, columns, first, after, slack } = this.table;
    const block = outcomeOf(columns, lot);
    if (block > blocks) return undefined;
    if (block === blocks) return this.#drawTail(words);
    const isNegative = second >= twoTo31;
    const width = 2 ** widthBits;
    const place = second % width;
    const magnitude = block * width + place;
    // Zero has one sign only, or it would come up twice as often as it may.
    if (isNegative && magnitude === 0) return undefined;
    const signed = isNegative ? -magnitude : magnitude;
    const digits = Math.floor((second % twoTo31) / width);
    if (digits < this.#sure[block]!) return signed;
    const word = digits * 2 * width + Math.floor(words.next() / 2 ** (31 - widthBits));
    // Both are multiples of 1 / width below 2^62, so this is rounded by less than 2^-20, which the slack has room for.
    const line = first[block]! - ((first[block]! - after[block]!) * place) / width;
    if (word + 1 <= line - slack[block]!) return signed;
    if (word >= line + slack[block]!) return undefined;
    return this.#keeps(words, word, magnitude, block) ? signed : undefined;
  }

  #keeps(words: UniformWords, word: number, magnitude: number, block: number): boolean {
    const { factor, lots } = this.table;
    const share = { num: factor, den: BigInt(lots[block]!) };
    return isBelowScaledExp(new LazyUniform(words, word), share, this.#exponent(BigInt(magnitude)));
  }

  /** Once in 2^32 draws; undefined where it is not kept. */
  #drawTail(words: UniformWords): number | undefined {
    const { blocks, widthBits, tailWidth, factor } = this.table;
    const isNegative = words.next() >= twoTo31;
    let block = 0n;
    while (words.next() >= twoTo31) block++;
    let place = 0n;
    for (let bits = 0; bits < bitLength(tailWidth); bits += 32) place = (place << 32n) | BigInt(words.next());
    const start = BigInt(blocks) << BigInt(widthBits);
    const magnitude = start + block * tailWidth + (place & (tailWidth - 1n));
    // A block's place is one of `width`, and the tail's of `tailWidth`: for each magnitude to come as often as its bell says.
    const share = rational(factor * (tailWidth << (block + 1n)), 1n << BigInt(widthBits));
    if (!isBelowScaledExp(new LazyUniform(words), share, this.#exponent(magnitude))) return undefined;
    return isNegative ? -Number(magnitude) : Number(magnitude);
  }

  /** m^2 / (2 sigma^2). */
  #exponent(magnitude: bigint): Rational {
    const { num, den } = this.table.sigmaSquared;
    return { num: magnitude ** 2n * den, den: 2n * num };
  }
}
