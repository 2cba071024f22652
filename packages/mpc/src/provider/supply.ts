// Correlated randomness from a crypto provider: a party of its own that sees no input and no result.
//
// The provider shares a seed with each computing party and expands it as that party does. So all shares of random numbers
// are free of traffic, and of each correlation one share has to be sent, to the last party: what is missing to the
// value that the correlation prescribes. Beaver 1991 (CRYPTO) for products; the compression by seeds as in Araki and others
// and in CrypTen's and MP-SPDZ's dealers. Whoever runs the provider must run no computing party: together they know
// every number.

import {
  addMatmul,
  type Column,
  type Kernels,
  type MatmulSizes,
  type Place,
  type RingMemory,
} from "@unseen/compute";
import { allocatePlanes, type Planes } from "../protocol/shared.ts";
import type { SeedStream } from "../session/seed-stream.ts";
import type { Incoming, Outgoing } from "../session/session.ts";
import { Pace } from "./pace.ts";

/** What this party holds of a correlation, and the message that completes it, which travels with the step that uses it. */
export type Supplied<Held> = {
  readonly held: Held;
  readonly incoming: readonly Incoming[];
  readonly outgoing: readonly Outgoing[];
  /** To be freed after the step. */
  readonly credit: Place | undefined;
};

const lowMask = (1n << 63n) - 1n;

/** Every party and the provider call the same methods in the same order. The places belong to the caller. */
export interface Supply {
  /** Numbers a, b and c = a b. */
  products(length: number): Supplied<{ a: Column; b: Column; c: Column }>;
  matrixProducts(sizes: MatmulSizes): Supplied<{ a: Column; b: Column; c: Column }>;
  /** Numbers for a matrix that is fixed: the mask of that one and of no other. No message. */
  mask(length: number): Column;
  /** Numbers b and c = a b of a mask a of a fixed left matrix, or b a of a right one. The mask stays the caller's. */
  matrixProductsOf(
    mask: Column,
    side: "left" | "right",
    sizes: MatmulSizes,
  ): Supplied<{ b: Column; c: Column }>;
  /** Bits a, b and c = a AND b. */
  ands(length: number, width: number): Supplied<{ a: Planes; b: Planes; c: Planes }>;
  /** A uniform r, floor of its low 63 bits over 2^places, and its top bit. */
  truncations(length: number, places: number): Supplied<{ r: Column; low: Column; top: Column }>;
  /** A uniform r and its `width` low bits. */
  bitsOfMasks(length: number, width: number): Supplied<{ r: Column; bits: Planes }>;
  /** Uniform bits, as bits and as numbers, plane by plane. */
  doubleBits(length: number, width: number): Supplied<{ bits: Planes; words: Column }>;
}

/** At a computing party. */
export class ReceivedSupply implements Supply {
  readonly #memory: RingMemory;
  readonly #stream: SeedStream;
  readonly #provider: number;
  readonly #isLast: boolean;
  readonly #pace: Pace;

  constructor(memory: RingMemory, stream: SeedStream, provider: number, me: number) {
    this.#memory = memory;
    this.#stream = stream;
    this.#provider = provider;
    this.#isLast = me === provider - 1;
    this.#pace = new Pace(memory);
  }

  products(length: number) {
    const [a, b] = [this.#drawn(length), this.#drawn(length)];
    return this.#completed({ a, b, c: this.#missing(this.#memory.column(length)) }, ["c"]);
  }

  matrixProducts({ m, k, n }: MatmulSizes) {
    const [a, b] = [this.#drawn(m * k), this.#drawn(k * n)];
    return this.#completed({ a, b, c: this.#missing(this.#memory.column(m * n)) }, ["c"]);
  }

  mask(length: number): Column {
    return this.#drawn(length);
  }

  matrixProductsOf(_mask: Column, side: "left" | "right", { m, k, n }: MatmulSizes) {
    const b = this.#drawn(side === "left" ? k * n : m * k);
    return this.#completed({ b, c: this.#missing(this.#memory.column(m * n)) }, ["c"]);
  }

  ands(length: number, width: number) {
    const [a, b] = [this.#drawnPlanes(length, width), this.#drawnPlanes(length, width)];
    const c = this.#missing(allocatePlanes(this.#memory, length, width));
    return this.#completed({ a, b, c }, ["c"]);
  }

  truncations(length: number) {
    const r = this.#drawn(length);
    const low = this.#missing(this.#memory.column(length));
    const top = this.#missing(this.#memory.column(length));
    return this.#completed({ r, low, top }, ["low", "top"]);
  }

  bitsOfMasks(length: number, width: number) {
    const r = this.#drawn(length);
    const bits = this.#missing(allocatePlanes(this.#memory, length, width));
    return this.#completed({ r, bits }, ["bits"]);
  }

  doubleBits(length: number, width: number) {
    const bits = this.#drawnPlanes(length, width);
    const words = this.#missing(this.#memory.column(length * width));
    return this.#completed({ bits, words }, ["words"]);
  }

  #drawn(length: number): Column {
    const column = this.#memory.column(length);
    this.#stream.next(column);
    return column;
  }

  #drawnPlanes(length: number, width: number): Planes {
    const planes = allocatePlanes(this.#memory, length, width);
    this.#stream.next(planes);
    return planes;
  }

  /** Drawn by all but the last, who is sent it. */
  #missing<P extends Place>(place: P): P {
    if (!this.#isLast) this.#stream.next(place);
    return place;
  }

  #completed<Held extends Record<string, Place>>(held: Held, sent: readonly (keyof Held)[]): Supplied<Held> {
    if (!this.#isLast) return { held, incoming: [], outgoing: [], credit: undefined };
    const places = sent.map((name) => held[name]!);
    const credit = this.#pace.due(bytesOf(places));
    return {
      held,
      incoming: places.map((into) => ({ from: this.#provider, into })),
      outgoing: credit === undefined ? [] : [{ to: this.#provider, from: credit }],
      credit,
    };
  }
}

/** At the provider: the sums of what the parties draw, and what completes them. What it holds is of no more use. */
export class ProvidedSupply implements Supply {
  readonly #memory: RingMemory;
  readonly #kernels: Kernels;
  readonly #streams: readonly SeedStream[];
  readonly #last: number;
  readonly #pace: Pace;

  constructor(memory: RingMemory, streams: readonly SeedStream[]) {
    this.#memory = memory;
    this.#kernels = memory.kernels;
    this.#streams = streams;
    this.#last = streams.length - 1;
    this.#pace = new Pace(memory);
  }

  products(length: number) {
    const [a, b] = [this.#sum(length), this.#sum(length)];
    const product = this.#memory.column(length);
    this.#kernels.mul(a.at, b.at, product.at, length);
    const c = this.#completing(product);
    return this.#sent({ a, b, c }, [c]);
  }

  matrixProducts({ m, k, n }: MatmulSizes) {
    const [a, b] = [this.#sum(m * k), this.#sum(k * n)];
    const product = this.#memory.zeros(m * n);
    addMatmul(this.#memory, a, b, product, { m, k, n });
    const c = this.#completing(product);
    return this.#sent({ a, b, c }, [c]);
  }

  mask(length: number): Column {
    return this.#sum(length);
  }

  matrixProductsOf(mask: Column, side: "left" | "right", sizes: MatmulSizes) {
    const { m, k, n } = sizes;
    const b = this.#sum(side === "left" ? k * n : m * k);
    const product = this.#memory.zeros(m * n);
    const [left, right] = side === "left" ? [mask, b] : [b, mask];
    addMatmul(this.#memory, left, right, product, sizes);
    const c = this.#completing(product);
    return this.#sent({ b, c }, [c]);
  }

  ands(length: number, width: number) {
    const [a, b] = [this.#xor(length, width), this.#xor(length, width)];
    const product = allocatePlanes(this.#memory, length, width);
    this.#kernels.and(a.at, b.at, product.at, product.bytes);
    const c = this.#completingBits(product);
    return this.#sent({ a, b, c }, [c]);
  }

  truncations(length: number, places: number) {
    const r = this.#sum(length);
    const [cut, first] = [this.#memory.column(length), this.#memory.column(length)];
    this.#kernels.maskEach(r.at, lowMask, cut.at, length);
    this.#kernels.shiftRightUnsigned(cut.at, BigInt(places), cut.at, length);
    this.#kernels.shiftRightUnsigned(r.at, 63n, first.at, length);
    const low = this.#completing(cut);
    const top = this.#completing(first);
    return this.#sent({ r, low, top }, [low, top]);
  }

  bitsOfMasks(length: number, width: number) {
    const r = this.#sum(length);
    const planes = allocatePlanes(this.#memory, length, width);
    this.#memory.bytes(planes).fill(0);
    this.#kernels.toPlanes(r.at, length, planes.at, width, planes.stride, this.#memory.scratch);
    const bits = this.#completingBits(planes);
    return this.#sent({ r, bits }, [bits]);
  }

  doubleBits(length: number, width: number) {
    const bits = this.#xor(length, width);
    const spread = this.#memory.column(length * width);
    for (let plane = 0; plane < width; plane++)
      this.#kernels.spread(bits.at + plane * bits.stride, spread.at + plane * length * 8, length);
    const words = this.#completing(spread);
    return this.#sent({ bits, words }, [words]);
  }

  /** What all parties draw together. */
  #sum(length: number): Column {
    const total = this.#memory.zeros(length);
    const drawn = this.#memory.column(length);
    for (const stream of this.#streams) {
      stream.next(drawn);
      this.#kernels.add(total.at, drawn.at, total.at, length);
    }
    this.#memory.free(drawn);
    return total;
  }

  #xor(length: number, width: number): Planes {
    const total = allocatePlanes(this.#memory, length, width);
    this.#memory.bytes(total).fill(0);
    const drawn = allocatePlanes(this.#memory, length, width);
    for (const stream of this.#streams) {
      stream.next(drawn);
      this.#kernels.xor(total.at, drawn.at, total.at, total.bytes);
    }
    this.#memory.free(drawn);
    return total;
  }

  /** Less what all but the last draw: the last one's share. In place. */
  #completing(value: Column): Column {
    const drawn = this.#memory.column(value.length);
    for (const stream of this.#streams.slice(0, this.#last)) {
      stream.next(drawn);
      this.#kernels.sub(value.at, drawn.at, value.at, value.length);
    }
    this.#memory.free(drawn);
    return value;
  }

  #completingBits(value: Planes): Planes {
    const drawn = { ...this.#memory.allocate(value.bytes), width: value.width, stride: value.stride };
    for (const stream of this.#streams.slice(0, this.#last)) {
      stream.next(drawn);
      this.#kernels.xor(value.at, drawn.at, value.at, value.bytes);
    }
    this.#memory.free(drawn);
    return value;
  }

  #sent<Held>(held: Held, places: readonly Place[]): Supplied<Held> {
    const credit = this.#pace.due(bytesOf(places));
    return {
      held,
      incoming: credit === undefined ? [] : [{ from: this.#last, into: credit }],
      outgoing: places.map((from) => ({ to: this.#last, from })),
      credit,
    };
  }
}

function bytesOf(places: readonly Place[]): number {
  return places.reduce((total, { bytes }) => total + bytes, 0);
}
