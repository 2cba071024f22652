// What one party holds of secret numbers. The numbers themselves are nowhere.

import type { Column, Place, RingMemory } from "@unseen/compute";

/**
 * A secret column of ring elements. What the parts mean is the protocol's own business; each party holds as many.
 * `using` frees them at the end of the block; what is returned or kept is not taken with `using`.
 */
export class Shared implements Disposable {
  readonly length: number;
  readonly parts: readonly Column[];
  readonly #memory: RingMemory;
  #isFreed = false;

  constructor(memory: RingMemory, parts: readonly Column[]) {
    this.length = parts[0]!.length;
    this.parts = parts;
    this.#memory = memory;
  }

  [Symbol.dispose](): void {
    if (this.#isFreed) return;
    this.#isFreed = true;
    this.#memory.free(...this.parts);
  }

  toString(): string {
    return `[shares of ${this.length} numbers]`;
  }

  toJSON(): never {
    throw new TypeError("shares cannot be written as JSON");
  }
}

/** Bit-sliced bits of `length` elements: `width` planes, the least significant first, `stride` bytes each. */
export type Planes = Place & { readonly width: number; readonly stride: number };

export function planeAt({ at, stride }: Planes, plane: number): number {
  return at + plane * stride;
}

/** Some neighbouring planes as planes of their own, over the same memory. */
export function somePlanes(planes: Planes, from: number, width: number): Planes {
  return { at: planeAt(planes, from), bytes: width * planes.stride, width, stride: planes.stride };
}

/** Bytes of a plane: whole 64-element blocks, in pairs, because kernels take 16 bytes at a time. */
export function strideOf(length: number): number {
  return Math.max(1, Math.ceil(length / 128)) * 16;
}

export function allocatePlanes(memory: RingMemory, length: number, width: number): Planes {
  const stride = strideOf(length);
  return { ...memory.allocate(width * stride), width, stride };
}

/** Secret bits: `width` of each of `length` elements. */
export class SharedBits implements Disposable {
  readonly length: number;
  readonly width: number;
  readonly parts: readonly Planes[];
  readonly #memory: RingMemory;
  #isFreed = false;

  constructor(memory: RingMemory, length: number, parts: readonly Planes[]) {
    this.length = length;
    this.width = parts[0]!.width;
    this.parts = parts;
    this.#memory = memory;
  }

  [Symbol.dispose](): void {
    if (this.#isFreed) return;
    this.#isFreed = true;
    this.#memory.free(...this.parts);
  }

  toString(): string {
    return `[shares of ${this.length} x ${this.width} bits]`;
  }

  toJSON(): never {
    throw new TypeError("shares cannot be written as JSON");
  }
}
