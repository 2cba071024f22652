// A Poisson sample: each of `count` units is in by a coin of its own, exactly as often as `rate` says, and those that are
// in stand in an order of which all are equally likely.

import type { Entropy } from "@unseen/base";
import { invariant } from "@unseen/base";
import { fromDoubleRoundedDown, type Rational } from "../budget/rational.ts";
import { LazyUniform } from "./lazy-uniform.ts";
import { uniformOrder } from "./uniform-below.ts";
import { UniformWords, type Words } from "./uniform-words.ts";

const coinsAtOnce = 4_096;

export class PoissonSample {
  readonly rate: number;
  readonly count: number;
  readonly #words: UniformWords;
  readonly #pool: Uint32Array<ArrayBuffer>;
  readonly #chosen: Int32Array;

  /** `rate` lies in [0, 1] and is taken as the double that it is; `count` is how many units there are. */
  constructor(rate: number, count: number, entropy: Entropy) {
    invariant(rate >= 0 && rate <= 1, "a rate of sampling is a probability");
    invariant(Number.isSafeInteger(count) && count >= 0, "a sample is of a whole number of units");
    this.rate = rate;
    this.count = count;
    this.#words = new UniformWords(entropy);
    this.#pool = new Uint32Array(Math.min(coinsAtOnce, count));
    this.#chosen = new Int32Array(count);
  }

  /** The places of the units in one sample, from 0. Fresh each time. Cost: a word for each unit of all, some nanoseconds. */
  next(): Int32Array {
    const rate = fromDoubleRoundedDown(this.rate);
    const edge = edgeOf(rate, this.#words.bits);
    const chosen = this.#chosen;
    let size = 0;
    for (let from = 0; from < this.count; from += coinsAtOnce) {
      const pool = this.#pool.subarray(0, Math.min(coinsAtOnce, this.count - from));
      this.#words.fill(pool);
      size = addChosen(pool, edge, from, chosen, size, (word) => isBelow(rate, this.#words, word));
    }
    this.#pool.fill(0);
    return Int32Array.from(uniformOrder(this.#words, size), (at) => chosen[at]!);
  }

  /** Wipes the random words that are left. */
  discard(): void {
    this.#words.discard();
  }
}

/** True with the probability `rate`: a first word decides, and further digits where it stands on the edge. */
export function coinOf(rate: Rational, words: Words): () => boolean {
  const edge = edgeOf(rate, words.bits);
  return () => {
    const word = words.next();
    return word === edge ? isBelow(rate, words, word) : word < edge;
  };
}

function edgeOf({ num, den }: Rational, bits: number): number {
  return Number((num << BigInt(bits)) / den);
}

function isBelow({ num, den }: Rational, words: Words, word: number): boolean {
  return new LazyUniform(words, word).isBelowFraction(num, den);
}

/** A coin of each word, as `coinOf` has it: puts the units that are in behind those of before, and gives how many there are then. */
function addChosen(
  words: Uint32Array,
  edge: number,
  from: number,
  chosen: Int32Array,
  size: number,
  onEdge: (word: number) => boolean,
): number {
  let next = size;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    // Written in any case, and kept by going on: most coins fall the same way, but which do not nobody can foresee.
    chosen[next] = from + at;
    if (word === edge ? onEdge(word) : word < edge) next++;
  }
  return next;
}
