// A Poisson sample: each of `count` units is in by a coin of its own, exactly as often as `rate` says, and those that are
// in stand in an order of which all are equally likely.

import type { Entropy } from "@unseen/base";
import { invariant } from "@unseen/base";
import { fromDoubleRoundedDown, type Rational } from "../budget/rational.ts";
import { LazyUniform } from "./lazy-uniform.ts";
import { uniformOrder } from "./uniform-below.ts";
import { UniformWords, type Words } from "./uniform-words.ts";

export class PoissonSample {
  readonly rate: number;
  readonly count: number;
  readonly #words: UniformWords;

  /** `rate` lies in [0, 1] and is taken as the double that it is; `count` is how many units there are. */
  constructor(rate: number, count: number, entropy: Entropy) {
    invariant(rate >= 0 && rate <= 1, "a rate of sampling is a probability");
    invariant(Number.isSafeInteger(count) && count >= 0, "a sample is of a whole number of units");
    this.rate = rate;
    this.count = count;
    this.#words = new UniformWords(entropy);
  }

  /** The places of the units in one sample, from 0. Fresh each time. Cost: a word for each unit of all. */
  next(): Int32Array {
    const coin = coinOf(fromDoubleRoundedDown(this.rate), this.#words);
    const chosen: number[] = [];
    for (let unit = 0; unit < this.count; unit++) if (coin()) chosen.push(unit);
    return Int32Array.from(uniformOrder(this.#words, chosen.length), (at) => chosen[at]!);
  }

  /** Wipes the random words that are left. */
  discard(): void {
    this.#words.discard();
  }
}

/** True with the probability `rate`: a first word decides, and further digits where it stands on the edge. */
export function coinOf({ num, den }: Rational, words: Words): () => boolean {
  const edge = Number((num << BigInt(words.bits)) / den);
  return () => {
    const word = words.next();
    if (word !== edge) return word < edge;
    return new LazyUniform(words, word).isBelowFraction(num, den);
  };
}
