// The part of a check that is about words, as `bit-proof.ts` is about bits.
//
// A sum with random weights modulo 2^64 proves little: an error of 2^63 is gone with every even weight. So statements are
// proved over the integers modulo 2^128: e + f + x y' + y x' is a multiple of 2^64, and the prover shares which, q, between
// the verifiers (8 bytes a product), so that e + f + x y' + y x' - 2^64 q = 0 modulo 2^128. That widening is the SPDZ2k
// idea (Cramer, Damgård, Escudero, Scholl and Xing 2018, CRYPTO). Statements about products of matrices are weighed with
// u on the left and v on the right, and come to sums of k terms (Freivalds 1977).

import type { Column, Place, RingMemory } from "@unseen/compute";
import type { SeedStream } from "../session/seed-stream.ts";
import type { CheckSizes } from "./check-sizes.ts";
import { drawn } from "./purpose-streams.ts";
import type { WordStatement } from "./statements.ts";
import { readWide } from "./tag.ts";

/** Wide numbers, modulo 2^128. */
export type WordSums = { readonly withMask: readonly bigint[]; readonly ofRows: readonly bigint[] };

export class WordProof {
  readonly #memory: RingMemory;
  readonly #statements: readonly WordStatement[];
  readonly #rows: number;
  readonly #terms: number;
  readonly #carries: number;
  readonly #one: Column;
  readonly #wide: Place;

  constructor(memory: RingMemory, { words }: CheckSizes, statements: readonly WordStatement[]) {
    this.#memory = memory;
    this.#statements = statements;
    this.#rows = words.rows;
    this.#terms = words.terms;
    this.#carries = words.carries;
    this.#one = memory.columnOf(BigUint64Array.of(1n));
    this.#wide = memory.allocate(16);
  }

  /** Words of the first coins: a weight for each row and each column of each statement. */
  get coinWords(): number {
    return this.#statements.reduce((total, { sizes }) => total + sizes.m + sizes.n, 0);
  }

  /** The prover's q, for all statements. */
  carries(): Column {
    const { kernels } = this.#memory;
    const all = this.#memory.column(this.#carries);
    let at = all.at;
    for (const { sizes, x, y, f } of this.#statements) {
      const { m, k, n } = sizes;
      if (k === 0) kernels.wideCarry(x[0].at, y[1].at, y[0].at, x[1].at, f.next.at, at, n);
      else {
        const scratch = this.#memory.allocate(16 * n);
        kernels.wideCarryMatmul(x[0].at, y[1].at, x[1].at, y[0].at, f.next.at, at, m, k, n, scratch.at);
        this.#memory.free(scratch);
      }
      at += 8 * m * n;
    }
    return all;
  }

  /** The left factors, which carry the weights where they are one for one: the prover's part 0, the left verifier's 1. */
  left(part: 0 | 1, coins: Column): Place {
    const { kernels } = this.#memory;
    return this.#written((to, { sizes: { m, k, n }, x, y }, u, v) => {
      if (k === 0) {
        kernels.wideProducts(x[part].at, v, to, n);
        kernels.wideProducts(y[part].at, v, to + 16 * n, n);
      } else {
        kernels.wideRowSum(u, x[part].at, m, k, to);
        kernels.wideColumnSum(y[part].at, v, k, n, to + 16 * k);
      }
    }, coins);
  }

  /** The right factors: the prover's part 1, the right verifier's 0. */
  right(part: 0 | 1, coins: Column): Place {
    const { kernels } = this.#memory;
    return this.#written((to, { sizes: { m, k, n }, x, y }, u, v) => {
      if (k === 0) {
        kernels.wideOf(y[part].at, to, n);
        kernels.wideOf(x[part].at, to + 16 * n, n);
      } else {
        kernels.wideColumnSum(y[part].at, v, k, n, to);
        kernels.wideRowSum(u, x[part].at, m, k, to + 16 * k);
      }
    }, coins);
  }

  /** The sum of weighed e or f, less 2^64 times that of a share of the carries. */
  constants(of: (statement: WordStatement) => Column, carries: Column, coins: Column): bigint {
    let total = 0n;
    let q = carries.at;
    this.#each(coins, (statement, u, v) => {
      const { m, k, n } = statement.sizes;
      const [left, rows] = k === 0 ? [this.#one.at, 1] : [u, m];
      this.#memory.kernels.wideForm(left, of(statement).at, v, rows, n, this.#wide.at);
      total += readWide(this.#memory, this.#wide.at);
      this.#memory.kernels.wideForm(left, q, v, rows, n, this.#wide.at);
      total -= readWide(this.#memory, this.#wide.at) << 64n;
      q += 8 * m * n;
    });
    return wide(total);
  }

  /** Draws a mask row where its answer will be sent from. */
  drawMask(stream: SeedStream, at: number): Place {
    const mask = { at, bytes: 16 * this.#terms };
    stream.next(mask);
    return mask;
  }

  /** The prover's sums of products of rows. */
  sums(mask: Place, left: Place, right: Place): WordSums {
    return { withMask: this.projected(mask, right), ofRows: this.#gram(left, this.#rows, right) };
  }

  /** An answer's sums with each row: the right verifier's look at it. */
  projected(answer: Place, right: Place): readonly bigint[] {
    return this.#gram(answer, 1, right);
  }

  /** Adds all rows, each times its second coin, to the mask, in place. */
  combine(left: Place, mask: Place, second: number): void {
    this.#memory.kernels.wideAddScaled(left.at, second, this.#rows, this.#terms, mask.at);
  }

  expected({ withMask, ofRows }: WordSums, second: readonly bigint[]): readonly bigint[] {
    return withMask.map((sum, j) =>
      wide(second.reduce((total, r, i) => total + r * ofRows[i * this.#rows + j]!, sum)),
    );
  }

  diagonal({ ofRows }: WordSums): bigint {
    let total = 0n;
    for (let j = 0; j < this.#rows; j++) total += ofRows[j * this.#rows + j]!;
    return wide(total);
  }

  drawSums(stream: SeedStream): WordSums {
    const place = drawn(this.#memory, stream, 2 * this.#rows * (this.#rows + 1));
    const sums = this.sumsFrom(place.at);
    this.#memory.free(place);
    return sums;
  }

  sumsFrom(at: number): WordSums {
    const all = readAll(this.#memory, at, this.#rows * (this.#rows + 1));
    return { withMask: all.slice(0, this.#rows), ofRows: all.slice(this.#rows) };
  }

  free(): void {
    this.#memory.free(this.#one, this.#wide);
  }

  #gram(a: Place, aRows: number, b: Place): readonly bigint[] {
    const count = aRows * this.#rows;
    const out = this.#memory.allocate(16 * count);
    this.#memory.kernels.wideGram(a.at, aRows, b.at, this.#rows, this.#terms, out.at);
    const sums = readAll(this.#memory, out.at, count);
    this.#memory.free(out);
    return sums;
  }

  #written(
    write: (to: number, statement: WordStatement, u: number, v: number) => void,
    coins: Column,
  ): Place {
    const place = this.#memory.allocate(16 * this.#rows * this.#terms);
    let to = place.at;
    this.#each(coins, (statement, u, v) => {
      write(to, statement, u, v);
      to += 32 * (statement.sizes.k === 0 ? statement.sizes.n : statement.sizes.k);
    });
    this.#memory.bytes({ at: to, bytes: place.at + place.bytes - to }).fill(0);
    return place;
  }

  #each(coins: Column, visit: (statement: WordStatement, u: number, v: number) => void): void {
    let u = coins.at;
    for (const statement of this.#statements) {
      const { m, n } = statement.sizes;
      visit(statement, u, u + 8 * m);
      u += 8 * (m + n);
    }
  }
}

export function plusWords(a: WordSums, b: WordSums, sign: 1n | -1n): WordSums {
  const each = (x: readonly bigint[], y: readonly bigint[]) => x.map((sum, at) => wide(sum + sign * y[at]!));
  return { withMask: each(a.withMask, b.withMask), ofRows: each(a.ofRows, b.ofRows) };
}

export function wide(value: bigint): bigint {
  return BigInt.asUintN(128, value);
}

export function readAll(memory: RingMemory, at: number, count: number): readonly bigint[] {
  return Array.from({ length: count }, (_, index) => readWide(memory, at + 16 * index));
}
