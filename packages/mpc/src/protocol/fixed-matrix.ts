// A secret matrix that several products have in common.

import type { Column, Place, RingMemory } from "@unseen/compute";
import { Shared } from "./shared.ts";

/**
 * The same numbers as a `Shared`, and what a protocol keeps to multiply them again for less. A protocol makes it of one secret
 * matrix and of no other: whatever masks the matrix is kept with it and can be asked for by nobody.
 */
export class FixedMatrix extends Shared {
  readonly #memory: RingMemory;
  readonly #beside: readonly Place[];
  #isGone = false;

  constructor(memory: RingMemory, parts: readonly Column[], length: number, beside: readonly Place[] = []) {
    super(memory, parts, length);
    this.#memory = memory;
    this.#beside = beside;
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    if (this.#isGone) return;
    this.#isGone = true;
    this.#memory.free(...this.#beside);
  }
}

/** Which operand of a product is fixed. Where both are, the left one counts. */
export type FixedSide = "left" | "right" | undefined;

export function fixedSide(x: Shared, y: Shared): FixedSide {
  if (x instanceof FixedMatrix) return "left";
  return y instanceof FixedMatrix ? "right" : undefined;
}
