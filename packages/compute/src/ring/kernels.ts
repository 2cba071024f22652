// The kernels of the ring, as `packages/compute/kernels` defines them: compiled AssemblyScript over one linear memory.
// Places are byte offsets, lengths are elements for rings and bytes for bits. Nothing here checks a place; `RingMemory`
// hands out columns, and everything above speaks of those.

import { kernelsBase64 } from "../gen/ring-kernels.ts";
import { type Memory, type Module, webAssembly } from "./web-assembly.ts";

export type Kernels = {
  add(a: number, b: number, out: number, length: number): void;
  sub(a: number, b: number, out: number, length: number): void;
  mul(a: number, b: number, out: number, length: number): void;
  scale(a: number, by: bigint, out: number, length: number): void;
  addEach(a: number, more: bigint, out: number, length: number): void;
  maskEach(a: number, mask: bigint, out: number, length: number): void;
  fill(out: number, value: bigint, length: number): void;
  shiftRight(a: number, bits: bigint, out: number, length: number): void;
  shiftRightUnsigned(a: number, bits: bigint, out: number, length: number): void;
  addProduct(a: number, b: number, out: number, length: number): void;
  addReplicatedProduct(x: number, u: number, y: number, v: number, out: number, length: number): void;
  sumRuns(a: number, width: number, out: number, length: number): void;
  gather(a: number, places: number, out: number, length: number): void;
  packPanels(b: number, k: number, n: number, packed: number): void;
  addMatmul(a: number, packed: number, c: number, m: number, k: number, n: number): void;
  addRows(a: number, b: number, c: number, m: number, k: number, n: number): void;
  encodeFixed(values: number, scale: number, limit: number, out: number, length: number): number;
  decodeFixed(words: number, unit: number, out: number, length: number): void;
  xor(a: number, b: number, out: number, bytes: number): void;
  and(a: number, b: number, out: number, bytes: number): void;
  copy(a: number, out: number, bytes: number): void;
  not(a: number, out: number, bytes: number): void;
  xorAnd(a: number, b: number, out: number, bytes: number): void;
  xorReplicatedAnd(x: number, u: number, y: number, v: number, out: number, bytes: number): void;
  toPlanes(
    words: number,
    length: number,
    planes: number,
    width: number,
    stride: number,
    scratch: number,
  ): void;
  fromPlanes(
    planes: number,
    width: number,
    stride: number,
    words: number,
    length: number,
    scratch: number,
  ): void;
  spread(plane: number, words: number, length: number): void;
  wideForm(u: number, matrix: number, v: number, rows: number, columns: number, out: number): void;
  wideProducts(words: number, weights: number, out: number, length: number): void;
  wideOf(words: number, out: number, length: number): void;
  wideRowSum(u: number, matrix: number, rows: number, columns: number, out: number): void;
  wideColumnSum(matrix: number, v: number, rows: number, columns: number, out: number): void;
  wideGram(a: number, aRows: number, b: number, bRows: number, length: number, out: number): void;
  wideAddScaled(a: number, by: number, rows: number, length: number, out: number): void;
  wideCarry(x: number, v: number, u: number, y: number, f: number, out: number, length: number): void;
  wideCarryMatmul(
    x: number,
    v: number,
    u: number,
    y: number,
    f: number,
    out: number,
    m: number,
    k: number,
    n: number,
    scratch: number,
  ): void;
  fieldMultiply(a: bigint, b: bigint): bigint;
  fieldGram(
    x: number,
    y: number,
    v: number,
    u: number,
    rows: number,
    blocks: number,
    phi: number,
    scratch: number,
    sums: number,
  ): void;
  fieldRowSums(bits: number, rows: number, blocks: number, phi: number, sums: number): void;
  fieldCombine(
    x: number,
    y: number,
    rows: number,
    blocks: number,
    r: number,
    phi: number,
    scratch: number,
    outX: number,
    outY: number,
  ): void;
  fieldProject(x: number, y: number, v: number, u: number, rows: number, blocks: number, sums: number): void;
  fieldCollapse(sums: number, tau: number, count: number, out: number): void;
  stream(key: number, nonce: number, counter: number, out: number, bytes: number): void;
};

let compiled: Promise<Module> | undefined;

/** The kernels over a memory of their own. Compiled once; the bytes ship with the package. */
export async function openKernels(memory: Memory): Promise<Kernels> {
  compiled ??= webAssembly.compile(Uint8Array.from(atob(kernelsBase64), (letter) => letter.charCodeAt(0)));
  const instance = await webAssembly.instantiate(await compiled, { env: { memory } });
  return instance.exports as Kernels;
}

declare function atob(text: string): string;
