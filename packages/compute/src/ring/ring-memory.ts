// One linear memory for all numbers of a computation, and who holds which part of it.
//
// It has its whole size from the start and never grows, because growing would take every view of it away. The
// operating system lends pages when they are first written, so a large one costs what is used.

import { invariant } from "@unseen/base";
import { type Kernels, openKernels } from "./kernels.ts";
import { type Memory, webAssembly } from "./web-assembly.ts";

/** A part of the memory: `bytes` from `at` on, aligned to 64. Whoever allocated it frees it, once. */
export type Place = { readonly at: number; readonly bytes: number };

/** Ring elements of 64 bits, little-endian, one after the other. */
export type Column = Place & { readonly length: number };

const pageBytes = 65_536;
/** Addresses are 32 bits: 4 GiB less a page. */
const mostPages = 65_535;
/** Scratch for one 64 x 64 transpose, keys and nonces of streams, and nothing at address 0. */
const reservedBytes = 4_096;
const alignment = 64;

/** Asked for more than there is. What was computed so far is not lost; smaller batches fit. */
export class RingMemoryFull extends Error {
  constructor(bytes: number) {
    super(`the computation needs ${bytes} more bytes at once than its memory has`);
    this.name = "RingMemoryFull";
  }
}

export class RingMemory {
  readonly kernels: Kernels;
  readonly #memory: Memory;
  readonly #end: number;
  #top = reservedBytes;
  /** Free places by their size. Sizes come in quarter steps between powers of two, so few are of no use. */
  readonly #free = new Map<number, number[]>();
  #held = 0;
  #peak = 0;

  private constructor(memory: Memory, kernels: Kernels) {
    this.#memory = memory;
    this.kernels = kernels;
    this.#end = memory.buffer.byteLength;
  }

  /** `mebibytes` is the most that all columns alive at once may take, at most 4095. */
  static async open(mebibytes: number): Promise<RingMemory> {
    const pages = Math.min(Math.ceil((mebibytes * 2 ** 20) / pageBytes), mostPages);
    invariant(pages > 0, "a computation has some memory");
    const memory = new webAssembly.Memory({ initial: pages, maximum: pages });
    return new RingMemory(memory, await openKernels(memory));
  }

  /** 4,000 bytes that any kernel call may use while it runs; no call waits, so no two use it at once. */
  get scratch(): number {
    return 64;
  }

  /** Bytes held now, and the most that were held at once. */
  get use(): { readonly held: number; readonly peak: number } {
    return { held: this.#held, peak: this.#peak };
  }

  /** Uninitialised: whoever allocates writes all of it before anybody reads. Throws `RingMemoryFull`. */
  allocate(bytes: number): Place {
    const size = sizeFor(bytes);
    const at = this.#free.get(size)?.pop() ?? this.#fresh(size);
    this.#held += size;
    this.#peak = Math.max(this.#peak, this.#held);
    return { at, bytes };
  }

  column(length: number): Column {
    return { ...this.allocate(length * 8), length };
  }

  free(...places: readonly Place[]): void {
    for (const { at, bytes } of places) {
      const size = sizeFor(bytes);
      const list = this.#free.get(size);
      if (list === undefined) this.#free.set(size, [at]);
      else list.push(at);
      this.#held -= size;
    }
  }

  /** A view of ring elements; good until the column is freed. */
  words({ at, length }: Column): BigUint64Array<ArrayBuffer> {
    return new BigUint64Array(this.#memory.buffer, at, length);
  }

  bytes({ at, bytes }: Place): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer, at, bytes);
  }

  columnOf(words: BigUint64Array): Column {
    const column = this.column(words.length);
    this.words(column).set(words);
    return column;
  }

  copy(column: Column): Column {
    const copied = this.column(column.length);
    this.bytes(copied).set(this.bytes(column));
    return copied;
  }

  zeros(length: number): Column {
    const column = this.column(length);
    this.bytes(column).fill(0);
    return column;
  }

  #fresh(size: number): number {
    const at = this.#top;
    if (at + size > this.#end) throw new RingMemoryFull(size);
    this.#top += size;
    return at;
  }
}

/** The smallest of 64, 128, 192, 256, 320, 384, 448, 512, 640, ... that holds as many bytes. */
function sizeFor(bytes: number): number {
  if (bytes <= 4 * alignment) return Math.max(1, Math.ceil(bytes / alignment)) * alignment;
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}
