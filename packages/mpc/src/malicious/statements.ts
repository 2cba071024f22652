// What has been computed and not been checked yet.
//
// Party i sent z_i = x_i y_i + x_i y_{i+1} + x_{i+1} y_i + s_i - s_{i+1} to the party before it. Party i - 1, on its left,
// knows x_i, y_i, s_i and z_i; party i + 1, on its right, knows x_{i+1}, y_{i+1} and s_{i+1}. So with
// e = x_i y_i + s_i - z_i on the left and f = -s_{i+1} on the right, i has to prove e + f + x_i y_{i+1} + x_{i+1} y_i = 0.
// Each party keeps what it needs as prover, as left and as right verifier.

import type { Column, Place, RingMemory } from "@unseen/compute";
import type { Unchecked } from "../protocol/price.ts";

/** In bits all signs are plus. Whole blocks of 128. */
export type BitStatement = {
  readonly bytes: number;
  /** My two summands of x and of y. */
  readonly x: readonly [Place, Place];
  readonly y: readonly [Place, Place];
  /** f where I prove (next) and where I am on the right (mine). */
  readonly f: { readonly mine: Place; readonly next: Place };
  /** e where I am on the left. */
  readonly e: Place;
};

/** Products one by one have m = 1, k = 0 and n of them; products of matrices their sizes. */
export type WordStatement = {
  readonly sizes: { readonly m: number; readonly k: number; readonly n: number };
  readonly x: readonly [Column, Column];
  readonly y: readonly [Column, Column];
  readonly f: { readonly mine: Column; readonly next: Column };
  readonly e: Column;
};

export class Statements {
  #bits: BitStatement[] = [];
  #words: WordStatement[] = [];

  addBits(statement: BitStatement): void {
    this.#bits.push(statement);
  }

  addWords(statement: WordStatement): void {
    this.#words.push(statement);
  }

  get isEmpty(): boolean {
    return this.#bits.length === 0 && this.#words.length === 0;
  }

  /** All so far; whoever takes them checks them and frees them. */
  take(): { readonly bits: readonly BitStatement[]; readonly words: readonly WordStatement[] } {
    const taken = { bits: this.#bits, words: this.#words };
    this.#bits = [];
    this.#words = [];
    return taken;
  }
}

/** Sums of two products each, and carries, that a statement about words comes to. */
export function owedBy({ m, k, n }: WordStatement["sizes"]): Unchecked {
  return { blocks: 0, terms: 2 * (k === 0 ? n : k), words: m * n };
}

export function freeStatement(memory: RingMemory, { x, y, f, e }: BitStatement | WordStatement): void {
  memory.free(...x, ...y, f.mine, f.next, e);
}
