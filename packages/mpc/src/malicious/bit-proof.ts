// The part of a check that is about bits: sums of products of bits that the left verifier knows with bits that the right
// one knows, without either learning the other's. After Boneh, Boyle, Corrigan-Gibbs, Gilboa and Ishai 2019 (CRYPTO),
// fully linear proofs, and Boyle, Gilboa, Ishai and Nof 2019 (CCS), where they check replicated multiplications; in the
// arrangement for one check with constant rounds that `check.ts` explains.

import type { Column, Place, RingMemory } from "@unseen/compute";
import type { SeedStream } from "../session/seed-stream.ts";
import { type CheckSizes, planesBytes } from "./check-sizes.ts";
import { drawn } from "./purpose-streams.ts";
import type { BitStatement } from "./statements.ts";

const lanes = 128;
const fieldMask = (1n << 48n) - 1n;
/** Of `fieldGram`, and 1536 bytes a row for `fieldCombine`. */
const kernelScratch = 24_576;

/** All statements one after the other, in rows. */
export type BitRows = {
  readonly x: readonly [Place, Place];
  readonly y: readonly [Place, Place];
  readonly f: { readonly mine: Place; readonly next: Place };
  readonly e: Place;
};

/** Sums: the mask row's with each row, then each row's with each, as elements of the field. */
export type BitSums = { readonly withMask: readonly bigint[]; readonly ofRows: readonly bigint[] };

/** The mask row and its sum with weighted rows: one element a lane for x and for y. */
export type BitMask = { readonly x: Place; readonly y: Place };

export class BitProof {
  readonly #memory: RingMemory;
  readonly #rows: number;
  readonly #blocks: number;
  readonly #scratch: Place;

  constructor(memory: RingMemory, { bits }: CheckSizes) {
    this.#memory = memory;
    this.#rows = bits.rows;
    this.#blocks = bits.blocks;
    this.#scratch = memory.allocate(kernelScratch);
  }

  /** Words of the first coins: a weight for each block of a row, and one for each lane. */
  get coinWords(): number {
    return this.#blocks + lanes;
  }

  gathered(statements: readonly BitStatement[]): BitRows {
    const all = (placeOf: (statement: BitStatement) => Place): Place => {
      const place = this.#memory.allocate(16 * this.#rows * this.#blocks);
      let at = place.at;
      for (const statement of statements) {
        this.#memory.kernels.copy(placeOf(statement).at, at, statement.bytes);
        at += statement.bytes;
      }
      this.#memory.bytes({ at, bytes: place.at + place.bytes - at }).fill(0);
      return place;
    };
    return {
      x: [all(({ x }) => x[0]), all(({ x }) => x[1])],
      y: [all(({ y }) => y[0]), all(({ y }) => y[1])],
      f: { mine: all(({ f }) => f.mine), next: all(({ f }) => f.next) },
      e: all(({ e }) => e),
    };
  }

  /** Draws a mask row where its answer will be sent from. */
  drawMask(stream: SeedStream, at: number): BitMask {
    const bytes = planesBytes * this.#blocks;
    const mask = { x: { at, bytes }, y: { at: at + bytes, bytes } };
    stream.next(mask.x);
    stream.next(mask.y);
    return mask;
  }

  /** The prover's: x_i,l y'_j,l + y_i,l x'_j,l weighed and summed for rows i of its own and j of the next summand. */
  sums({ x, y }: BitRows, mask: BitMask, coins: Column): BitSums {
    const count = this.#rows ** 2;
    const sums = this.#zeroSums(count);
    this.#memory.kernels.fieldGram(
      x[0].at,
      y[0].at,
      y[1].at,
      x[1].at,
      this.#rows,
      this.#blocks,
      coins.at,
      this.#scratch.at,
      sums.at,
    );
    return {
      withMask: this.projected(mask, y[1], x[1], coins),
      ofRows: this.#collapsed(sums, count, coins),
    };
  }

  /** Sums of elements with rows of bits: the right verifier's look at an answer. */
  projected(elements: BitMask, v: Place, u: Place, coins: Column): readonly bigint[] {
    const sums = this.#zeroSums(this.#rows);
    this.#memory.kernels.fieldProject(
      elements.x.at,
      elements.y.at,
      v.at,
      u.at,
      this.#rows,
      this.#blocks,
      sums.at,
    );
    return this.#collapsed(sums, this.#rows, coins);
  }

  /** Rows of e or f, weighed and summed. */
  rowSums(bits: Place, coins: Column): readonly bigint[] {
    const sums = this.#zeroSums(this.#rows);
    this.#memory.kernels.fieldRowSums(bits.at, this.#rows, this.#blocks, coins.at, sums.at);
    return this.#collapsed(sums, this.#rows, coins);
  }

  /** Adds all rows, each times its second coin, to the mask, in place. */
  combine(x: Place, y: Place, mask: BitMask, coins: Column, second: Column): void {
    this.#memory.kernels.fieldCombine(
      x.at,
      y.at,
      this.#rows,
      this.#blocks,
      second.at,
      coins.at,
      this.#scratch.at,
      mask.x.at,
      mask.y.at,
    );
  }

  /** For each row j: what the sums say that an answer's sum with row j is, less what it has to be. */
  expected({ withMask, ofRows }: BitSums, second: Column): readonly bigint[] {
    const { kernels } = this.#memory;
    const r = this.#memory.words(second);
    return withMask.map((sum, j) => {
      let total = sum;
      for (let i = 0; i < this.#rows; i++)
        total ^= BigInt.asUintN(64, kernels.fieldMultiply(r[i]!, ofRows[i * this.#rows + j]!));
      return total;
    });
  }

  /** What each row by itself is, and has to cancel with e and f. */
  diagonal({ ofRows }: BitSums): readonly bigint[] {
    return Array.from({ length: this.#rows }, (_, j) => ofRows[j * this.#rows + j]!);
  }

  /** A share of as many sums. */
  drawSums(stream: SeedStream): BitSums {
    const column = drawn(this.#memory, stream, this.#rows * (this.#rows + 1));
    const sums = this.sumsFrom(this.inField(column, column.length));
    this.#memory.free(column);
    return sums;
  }

  sumsFrom(words: Column): BitSums {
    const all = [...this.#memory.words(words)];
    return { withMask: all.slice(0, this.#rows), ofRows: all.slice(this.#rows) };
  }

  /** Whether sums that somebody sent are elements of the field at all. */
  areElements({ withMask, ofRows }: BitSums): boolean {
    return [...withMask, ...ofRows].every((sum) => sum <= fieldMask);
  }

  /** Coins as elements of the field, in place. */
  inField(coins: Column, length: number): Column {
    this.#memory.kernels.maskEach(coins.at, fieldMask, coins.at, length);
    return coins;
  }

  free(rows: BitRows): void {
    this.#memory.free(...rows.x, ...rows.y, rows.f.mine, rows.f.next, rows.e, this.#scratch);
  }

  #zeroSums(count: number): Place {
    const sums = this.#memory.allocate(planesBytes * count);
    this.#memory.bytes(sums).fill(0);
    return sums;
  }

  #collapsed(sums: Place, count: number, coins: Column): readonly bigint[] {
    const out = this.#memory.column(count);
    const tau = coins.at + 8 * this.#blocks;
    this.#memory.kernels.fieldCollapse(sums.at, tau, count, out.at);
    const elements = [...this.#memory.words(out)];
    this.#memory.free(sums, out);
    return elements;
  }
}

export function plusBits(a: BitSums, b: BitSums): BitSums {
  return { withMask: xorEach(a.withMask, b.withMask), ofRows: xorEach(a.ofRows, b.ofRows) };
}

export function xorEach(a: readonly bigint[], b: readonly bigint[]): readonly bigint[] {
  return a.map((element, at) => element ^ b[at]!);
}
