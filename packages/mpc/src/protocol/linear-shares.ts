// The steps that a party takes alone, for protocols whose parts are summands: what is done to the number is done to each
// part, and a public number goes into the parts that stand for the first summand.

import { invariant } from "@unseen/base";
import type { Column, Kernels, RingMemory } from "@unseen/compute";
import { FixedMatrix } from "./fixed-matrix.ts";
import { allocatePlanes, type Planes, Shared, SharedBits } from "./shared.ts";

export abstract class LinearShares {
  readonly memory: RingMemory;
  protected readonly kernels: Kernels;

  constructor(memory: RingMemory) {
    this.memory = memory;
    this.kernels = memory.kernels;
  }

  /** How many parts each party holds. */
  protected abstract readonly parts: number;
  /** Whether this party's part at this place is the one that a public number is added to. */
  protected abstract holdsPublic(part: number): boolean;

  publicly(values: Column): Shared {
    return this.#made(values.length, (out, part) => {
      if (this.holdsPublic(part)) this.memory.bytes(out).set(this.memory.bytes(values));
      else this.memory.bytes(out).fill(0);
    });
  }

  async fix(x: Shared): Promise<FixedMatrix> {
    return new FixedMatrix(
      this.memory,
      x.parts.map((part) => this.memory.copy(part)),
      x.length,
    );
  }

  add(x: Shared, y: Shared): Shared {
    invariant(x.length === y.length, "columns that are added are of one length");
    return this.#made(x.length, (out, part) => {
      this.kernels.add(x.parts[part]!.at, y.parts[part]!.at, out.at, x.length);
    });
  }

  sub(x: Shared, y: Shared): Shared {
    invariant(x.length === y.length, "columns that are subtracted are of one length");
    return this.#made(x.length, (out, part) => {
      this.kernels.sub(x.parts[part]!.at, y.parts[part]!.at, out.at, x.length);
    });
  }

  negate(x: Shared): Shared {
    return this.scale(x, -1n);
  }

  addPublic(x: Shared, more: Column): Shared {
    invariant(x.length === more.length, "columns that are added are of one length");
    return this.#made(x.length, (out, part) => {
      const from = x.parts[part]!;
      if (this.holdsPublic(part)) this.kernels.add(from.at, more.at, out.at, x.length);
      else this.memory.bytes(out).set(this.memory.bytes(from));
    });
  }

  addEach(x: Shared, more: bigint): Shared {
    return this.#made(x.length, (out, part) => {
      const from = x.parts[part]!;
      if (this.holdsPublic(part)) this.kernels.addEach(from.at, BigInt.asUintN(64, more), out.at, x.length);
      else this.memory.bytes(out).set(this.memory.bytes(from));
    });
  }

  mulPublic(x: Shared, by: Column): Shared {
    invariant(x.length === by.length, "columns that are multiplied are of one length");
    return this.#made(x.length, (out, part) => this.kernels.mul(x.parts[part]!.at, by.at, out.at, x.length));
  }

  scale(x: Shared, by: bigint): Shared {
    const factor = BigInt.asUintN(64, by);
    return this.#made(x.length, (out, part) => {
      this.kernels.scale(x.parts[part]!.at, factor, out.at, x.length);
    });
  }

  copy(x: Shared): Shared {
    return new Shared(
      this.memory,
      x.parts.map((part) => this.memory.copy(part)),
      x.length,
    );
  }

  gather(x: Shared, places: Uint32Array): Shared {
    invariant(
      places.every((place) => place < x.length),
      "a gathered place lies within the column",
    );
    const index = this.memory.allocate(places.byteLength);
    this.memory.bytes(index).set(new Uint8Array(places.buffer, places.byteOffset, places.byteLength));
    const gathered = this.#made(places.length, (out, part) => {
      this.kernels.gather(x.parts[part]!.at, index.at, out.at, places.length);
    });
    this.memory.free(index);
    return gathered;
  }

  sumRuns(x: Shared, width: number): Shared {
    invariant(width > 0 && x.length % width === 0, "runs that are summed fill the column");
    const length = x.length / width;
    return this.#made(length, (out, part) => {
      this.kernels.sumRuns(x.parts[part]!.at, width, out.at, length);
    });
  }

  concat(parts: readonly Shared[]): Shared {
    const length = parts.reduce((total, part) => total + part.length, 0);
    return this.#made(length, (out, part) => {
      let at = 0;
      for (const x of parts) {
        this.memory.words(out).set(this.memory.words(x.parts[part]!), at);
        at += x.length;
      }
    });
  }

  xor(x: SharedBits, y: SharedBits): SharedBits {
    invariant(x.length === y.length && x.width === y.width, "bits that are added are of one size");
    return this.#madeBits(x, (to, part, plane) => {
      this.kernels.xor(x.parts[part]!.at[plane]!, y.parts[part]!.at[plane]!, to, x.stride);
    });
  }

  not(x: SharedBits): SharedBits {
    return this.#madeBits(x, (to, part, plane) => {
      const from = x.parts[part]!.at[plane]!;
      if (this.holdsPublic(part)) this.kernels.not(from, to, x.stride);
      else this.kernels.copy(from, to, x.stride);
    });
  }

  /** Nothing to check where parties are believed. */
  async settle(): Promise<void> {}

  choosePlanes(x: SharedBits, places: readonly number[]): SharedBits {
    return x.choose(places);
  }

  concatPlanes(parts: readonly SharedBits[]): SharedBits {
    return SharedBits.join(parts);
  }

  #made(length: number, write: (out: Column, part: number) => void): Shared {
    const parts = Array.from({ length: this.parts }, (_, part) => {
      const out = this.memory.column(length);
      write(out, part);
      return out;
    });
    return new Shared(this.memory, parts, length);
  }

  #madeBits(like: SharedBits, write: (to: number, part: number, plane: number) => void): SharedBits {
    const { length, width, stride } = like;
    const parts = Array.from({ length: this.parts }, (_, part) => {
      const out = allocatePlanes(this.memory, length, width);
      for (let plane = 0; plane < width; plane++) write(out.at + plane * stride, part, plane);
      return out;
    });
    return parts.length === 0 ? SharedBits.none(length, width) : SharedBits.of(this.memory, length, parts);
  }

  /** Bits and public planes, one for one: local. */
  protected andPublic(x: SharedBits, planes: Planes): SharedBits {
    return this.#madeBits(x, (to, part, plane) => {
      this.kernels.and(x.parts[part]!.at[plane]!, planes.at + plane * planes.stride, to, x.stride);
    });
  }

  protected xorPublic(x: SharedBits, planes: Planes): SharedBits {
    return this.#madeBits(x, (to, part, plane) => {
      const from = x.parts[part]!.at[plane]!;
      if (this.holdsPublic(part)) this.kernels.xor(from, planes.at + plane * planes.stride, to, x.stride);
      else this.kernels.copy(from, to, x.stride);
    });
  }
}
