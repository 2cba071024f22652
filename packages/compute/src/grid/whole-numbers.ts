// Very many whole numbers in doubles, as the sums of a step of training are: in a memory of their own, where kernels reach them.

import { invariant } from "@unseen/base";
import { webAssembly } from "../ring/web-assembly.ts";
import { type GridKernels, openGridKernels } from "./grid-kernels.ts";

/** What `addDraws` draws from: two words a draw choose a column's outcome, a sign, digits to compare with `sure`, and a place. */
export type DrawTable = {
  readonly shift: number;
  /** Two numbers a column, at most 4,096 columns. */
  readonly columns: Int32Array;
  /** One number an outcome, at most 4,096; 0 where words never settle it. */
  readonly sure: Int32Array;
  readonly widthBits: number;
};

const pageBytes = 65_536;
const [columnsAt, sureAt, poolAt, unsettledAt, numbersAt] = [64, 32_832, 49_216, 81_984, 98_368];
const [mostColumns, mostOutcomes] = [4_096, 4_096];
/** 32 KiB of words: a call for fewer is felt. */
const drawsAtOnce = 4_096;

export class WholeNumbers {
  /** All of them, where they lie: the same view for as long as they live. */
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly #kernels: GridKernels;
  readonly #buffer: ArrayBuffer;
  readonly #floats: Float32Array<ArrayBuffer>;
  readonly #pool: Uint32Array<ArrayBuffer>;
  readonly #unsettled: Uint32Array<ArrayBuffer>;
  #table: DrawTable | undefined;

  private constructor(buffer: ArrayBuffer, kernels: GridKernels, length: number) {
    this.#buffer = buffer;
    this.#kernels = kernels;
    this.numbers = new Float64Array(buffer, numbersAt, length);
    this.#floats = new Float32Array(buffer, numbersAt + 8 * length, length);
    this.#pool = new Uint32Array(buffer, poolAt, 2 * drawsAtOnce);
    this.#unsettled = new Uint32Array(buffer, unsettledAt, drawsAtOnce);
  }

  /** `length` zeros, up to a hundred million. Cost: twelve bytes each. */
  static async zeros(length: number): Promise<WholeNumbers> {
    invariant(
      Number.isSafeInteger(length) && length >= 0 && length <= 1e8,
      "so many numbers fit in a memory",
    );
    const pages = Math.ceil((numbersAt + 12 * length + 16) / pageBytes);
    const memory = new webAssembly.Memory({ initial: pages, maximum: pages });
    return new WholeNumbers(memory.buffer, await openGridKernels(memory), length);
  }

  /** Adds to the numbers from `at` on each term times `perStep`, rounded to the nearest whole number. */
  addRounded(at: number, terms: Float32Array | Float64Array, perStep: number): void {
    invariant(at >= 0 && at + terms.length <= this.numbers.length, "there is a number for each term");
    if (terms instanceof Float32Array) {
      this.#floats.set(terms);
      this.#kernels.addOnGrid(this.#floats.byteOffset, perStep, numbersAt + 8 * at, terms.length);
      return;
    }
    for (let own = 0; own < terms.length; own++)
      this.numbers[at + own]! += Math.floor(terms[own]! * perStep + 0.5);
  }

  /** Whether all are whole, and from -most to most. */
  areWithin(most: number): boolean {
    return this.#kernels.areWhole(numbersAt, most, this.numbers.length) !== 0;
  }

  /** The first of them times a factor. */
  scaledTo(out: Float32Array, factor: number): void {
    invariant(out.length <= this.numbers.length, "there are as many numbers");
    this.#kernels.scaleTo(numbersAt, factor, this.#floats.byteOffset, out.length);
    out.set(this.#floats.subarray(0, out.length));
  }

  /**
   * Adds to each number what two words of `fill` settle from the table; for a draw that they do not settle it asks `settle` with
   * those words. Words are wiped before it returns.
   */
  addDraws(
    table: DrawTable,
    fill: (words: Uint32Array<ArrayBuffer>) => void,
    settle: (first: number, second: number) => number,
  ): void {
    this.#load(table);
    const { numbers } = this;
    for (let from = 0; from < numbers.length; from += drawsAtOnce) {
      const count = Math.min(drawsAtOnce, numbers.length - from);
      const pool = this.#pool.subarray(0, 2 * count);
      fill(pool);
      const unsettled = this.#kernels.addDraws(
        poolAt,
        columnsAt,
        table.shift,
        sureAt,
        table.widthBits,
        numbersAt + 8 * from,
        count,
        unsettledAt,
      );
      for (let nth = 0; nth < unsettled; nth++) {
        const at = this.#unsettled[nth]!;
        numbers[from + at]! += settle(pool[2 * at]!, pool[2 * at + 1]!);
      }
    }
    this.#pool.fill(0);
  }

  #load(table: DrawTable): void {
    if (this.#table === table) return;
    const { columns, sure } = table;
    invariant(columns.length <= 2 * mostColumns && sure.length <= mostOutcomes, "the table fits");
    new Int32Array(this.#buffer, columnsAt, columns.length).set(columns);
    new Int32Array(this.#buffer, sureAt, sure.length).set(sure);
    this.#table = table;
  }
}
