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

  /** `length` is needed where a party holds nothing itself. */
  constructor(memory: RingMemory, parts: readonly Column[], length = parts[0]!.length) {
    this.length = length;
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

/** Bit-sliced bits as they are made: `width` planes, the least significant first, one after the other, `stride` bytes each. */
export type Planes = Place & { readonly width: number; readonly stride: number };

/** Bytes of a plane: whole 64-element blocks, in pairs, because kernels take 16 bytes at a time. */
export function strideOf(length: number): number {
  return Math.max(1, Math.ceil(length / 128)) * 16;
}

export function allocatePlanes(memory: RingMemory, length: number, width: number): Planes {
  const stride = strideOf(length);
  return { ...memory.allocate(width * stride), width, stride };
}

/** Planes wherever they are, so that choosing and joining moves none. What they lie in is freed with the last reader. */
export type PlaneList = { readonly at: readonly number[]; readonly held: readonly Holding[] };

class Holding {
  readonly #memory: RingMemory;
  readonly #place: Place;
  #readers = 0;

  constructor(memory: RingMemory, place: Place) {
    this.#memory = memory;
    this.#place = place;
  }

  hold(): void {
    this.#readers += 1;
  }

  letGo(): void {
    this.#readers -= 1;
    if (this.#readers === 0) this.#memory.free(this.#place);
  }
}

/** Secret bits: `width` of each of `length` elements. */
export class SharedBits implements Disposable {
  readonly length: number;
  readonly width: number;
  /** Bytes of each plane. */
  readonly stride: number;
  readonly parts: readonly PlaneList[];
  #isFreed = false;

  private constructor(length: number, parts: readonly PlaneList[], width = parts[0]!.at.length) {
    this.length = length;
    this.width = width;
    this.stride = strideOf(length);
    this.parts = parts;
    for (const { held } of parts) for (const each of held) each.hold();
  }

  /** Takes planes over that were just made. `repeated` lets the only plane stand for that many. */
  static of(
    memory: RingMemory,
    length: number,
    parts: readonly Planes[],
    repeated?: readonly (number | undefined)[],
  ): SharedBits {
    return new SharedBits(
      length,
      parts.map((planes, part) => ({
        at: Array.from({ length: repeated?.[part] ?? planes.width }, (_, plane) =>
          repeated?.[part] === undefined ? planes.at + plane * planes.stride : planes.at,
        ),
        held: [new Holding(memory, planes)],
      })),
    );
  }

  /** What a party holds that holds nothing: only the sizes. */
  static none(length: number, width: number): SharedBits {
    return new SharedBits(length, [], width);
  }

  /** Planes by their places; none is copied. */
  choose(places: readonly number[]): SharedBits {
    return new SharedBits(
      this.length,
      this.parts.map(({ at, held }) => ({ at: places.map((place) => at[place]!), held })),
      places.length,
    );
  }

  static join(all: readonly SharedBits[]): SharedBits {
    return new SharedBits(
      all[0]!.length,
      all[0]!.parts.map((_, part) => ({
        at: all.flatMap((one) => one.parts[part]!.at),
        held: [...new Set(all.flatMap((one) => one.parts[part]!.held))],
      })),
      all.reduce((width, one) => width + one.width, 0),
    );
  }

  [Symbol.dispose](): void {
    if (this.#isFreed) return;
    this.#isFreed = true;
    for (const { held } of this.parts) for (const each of held) each.letGo();
  }

  toString(): string {
    return `[shares of ${this.length} x ${this.width} bits]`;
  }

  toJSON(): never {
    throw new TypeError("shares cannot be written as JSON");
  }
}
