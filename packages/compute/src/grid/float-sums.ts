// Very many sums in float32, as a step of training without privacy makes them: in a memory of their own, where a kernel reaches them.

import { invariant } from "@unseen/base";
import { webAssembly } from "../ring/web-assembly.ts";
import { type GridKernels, openGridKernels } from "./grid-kernels.ts";

const pageBytes = 65_536;
const numbersAt = 64;

export class FloatSums {
  /** All of them, where they lie: the same view for as long as they live. */
  readonly numbers: Float32Array<ArrayBuffer>;
  readonly #terms: Float32Array<ArrayBuffer>;
  readonly #kernels: GridKernels;

  private constructor(buffer: ArrayBuffer, kernels: GridKernels, length: number) {
    this.numbers = new Float32Array(buffer, numbersAt, length);
    this.#terms = new Float32Array(buffer, numbersAt + 4 * length, length);
    this.#kernels = kernels;
  }

  /** `length` zeros, up to a hundred million. Cost: eight bytes each. */
  static async zeros(length: number): Promise<FloatSums> {
    invariant(
      Number.isSafeInteger(length) && length >= 0 && length <= 1e8,
      "so many numbers fit in a memory",
    );
    const pages = Math.ceil((numbersAt + 8 * length) / pageBytes);
    const memory = new webAssembly.Memory({ initial: pages, maximum: pages });
    return new FloatSums(memory.buffer, await openGridKernels(memory), length);
  }

  /** Adds to the numbers from `at` on each term times `factor`. */
  addScaled(at: number, terms: ArrayLike<number>, factor: number): void {
    invariant(at >= 0 && at + terms.length <= this.numbers.length, "there is a number for each term");
    this.#terms.set(terms);
    const [from, to] = [this.#terms.byteOffset, this.numbers.byteOffset + 4 * at];
    this.#kernels.addScaled(from, factor, to, terms.length);
  }
}
