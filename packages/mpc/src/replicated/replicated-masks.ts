// Randomness of three parties of which each two share a seed.
//
// Summand j of a replicated number is held by parties j and j - 1, so what both draw alike for it is called "of summand j".
// Party i draws of summands i and i + 1. Araki, Furukawa, Lindell, Nof and Ohara 2016 (CCS), section 2.2.

import { invariant } from "@unseen/base";
import type { Column, Place, RingMemory } from "@unseen/compute";
import type { SeedStream, StreamMaker } from "../session/seed-stream.ts";

/** Bytes drawn from both streams before they are combined: they stay in the processor's cache. */
const piece = 32_768;

export class ReplicatedMasks {
  readonly #memory: RingMemory;
  readonly #streams: readonly [mine: SeedStream, next: SeedStream];
  readonly #scratch: Place;

  /** `withPrevious` is the seed shared with the party before, `withNext` with the one after; 32 bytes, of this computation alone. */
  constructor(
    memory: RingMemory,
    seeds: { readonly withPrevious: Uint8Array; readonly withNext: Uint8Array },
    streamOf: StreamMaker,
  ) {
    this.#memory = memory;
    this.#streams = [streamOf(memory, seeds.withPrevious), streamOf(memory, seeds.withNext)];
    this.#scratch = memory.allocate(piece);
  }

  /** The next bytes of this party's first (0) or second (1) summand, uniform; the other holder draws the same. */
  draw(part: 0 | 1, place: Place): void {
    this.#streams[part].next(place);
  }

  drawn(part: 0 | 1, length: number): Column {
    const column = this.#memory.column(length);
    this.draw(part, column);
    return column;
  }

  /** Uniform numbers that add up to zero over the three parties. */
  zeroSum(length: number): Column {
    const column = this.#memory.column(length);
    this.#combined(column, (a, b, bytes) => this.#memory.kernels.sub(a, b, a, bytes / 8));
    return column;
  }

  /** Uniform bits that XOR to zero over the three parties. */
  zeroXor(place: Place): void {
    invariant(place.bytes % 16 === 0, "planes are whole blocks");
    this.#combined(place, (a, b, bytes) => this.#memory.kernels.xor(a, b, a, bytes));
  }

  #combined(place: Place, combine: (a: number, b: number, bytes: number) => void): void {
    for (let at = 0; at < place.bytes; at += piece) {
      const bytes = Math.min(piece, place.bytes - at);
      const here = { at: place.at + at, bytes };
      const scratch = { at: this.#scratch.at, bytes };
      this.#streams[0].next(here);
      this.#streams[1].next(scratch);
      combine(here.at, scratch.at, bytes);
    }
  }
}
