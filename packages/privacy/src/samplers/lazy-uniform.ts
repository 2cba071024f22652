// A uniform real number in [0, 1) of which only as many binary digits are drawn as a question about it needs.
// Every comparison below is therefore exact, as between real numbers, and ends with probability one.

import type { Words } from "./uniform-words.ts";

export class LazyUniform {
  readonly #words: Words;
  readonly #drawn: number[];

  /** `drawn` are the words that were already drawn from `words` for this number. */
  constructor(words: Words, ...drawn: number[]) {
    this.#words = words;
    this.#drawn = drawn;
  }

  /** Floor of this number times 2^(bits a word * count). Draws what is missing. */
  prefix(count: number): bigint {
    let prefix = 0n;
    for (let index = 0; index < count; index++)
      prefix = (prefix << BigInt(this.#words.bits)) | BigInt(this.#at(index));
    return prefix;
  }

  /** Draws the digits of `other` first, as the fast samplers do. */
  isBelow(other: LazyUniform): boolean {
    for (let index = 0; ; index++) {
      const theirs = other.#at(index);
      const mine = this.#at(index);
      if (mine !== theirs) return mine < theirs;
    }
  }

  /** Whether this number is below `num / den`, where `num` is not negative and `den` positive. */
  isBelowFraction(num: bigint, den: bigint): boolean {
    for (let count = 1; ; count++) {
      const prefix = this.prefix(count);
      const unit = BigInt(this.#words.bits * count);
      if ((prefix + 1n) * den <= num << unit) return true;
      if (prefix * den >= num << unit) return false;
    }
  }

  #at(index: number): number {
    while (this.#drawn.length <= index) this.#drawn.push(this.#words.next());
    return this.#drawn[index]!;
  }
}
