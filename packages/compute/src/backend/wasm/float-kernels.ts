// The kernels of f32, as `packages/compute/kernels/float` defines them. Places are byte offsets, lengths elements.

import { fusedKernelsBase64, plainKernelsBase64 } from "../../gen/float-kernels.ts";
import { type Memory, type Module, webAssembly } from "../../ring/web-assembly.ts";

export type FloatKernels = {
  packB(b: number, rowStride: number, columnStride: number, k: number, n: number, packed: number): void;
  product(
    a: number,
    rowStride: number,
    stepStride: number,
    packed: number,
    c: number,
    m: number,
    k: number,
    n: number,
    isAdded: number,
  ): void;
  rowProduct(
    a: number,
    stepStride: number,
    b: number,
    rowStride: number,
    c: number,
    k: number,
    n: number,
  ): void;
  splat(a: number, out: number): void;
  add: PairKernel;
  sub: PairKernel;
  mul: PairKernel;
  div: PairKernel;
  greatest: PairKernel;
  least: PairKernel;
  isGreater: PairKernel;
  isGreaterOrEqual: PairKernel;
  isEqual: PairKernel;
  choose(
    condition: number,
    conditionStep: number,
    x: number,
    xStep: number,
    y: number,
    yStep: number,
    out: number,
    length: number,
  ): void;
  sumAxis(a: number, outer: number, size: number, inner: number, out: number): void;
  spreadAxis(a: number, outer: number, size: number, inner: number, out: number): void;
  exchange(a: number, blocks: number, first: number, second: number, inner: number, out: number): void;
  gather(
    a: number,
    outer: number,
    size: number,
    inner: number,
    places: number,
    count: number,
    out: number,
  ): void;
  gatherFours(
    a: number,
    outer: number,
    size: number,
    places: number,
    steps: number,
    count: number,
    out: number,
  ): void;
  windowsOf: WindowsKernel;
  addWindows: WindowsKernel;
  maxPool: PoolKernel;
  maxPoolIndices: PoolKernel;
  maxPoolInside: PoolInsideKernel;
  maxPoolIndicesInside(...given: [...Parameters<PoolInsideKernel>, firsts: number]): void;
  averagePool(...given: [...Parameters<PoolKernel>, counts: number]): void;
  scatterAdd(indices: number, updates: number, lines: number, each: number, size: number, out: number): void;
};

type PoolKernel = (
  image: number,
  planes: number,
  pixels: number,
  table: number,
  windows: number,
  places: number,
  out: number,
) => void;

type PoolInsideKernel = (
  image: number,
  planes: number,
  height: number,
  width: number,
  kernelHeight: number,
  kernelWidth: number,
  strideY: number,
  strideX: number,
  dilationY: number,
  dilationX: number,
  outHeight: number,
  outWidth: number,
  scratch: number,
  out: number,
) => void;

export type PairKernel = (
  a: number,
  aStep: number,
  b: number,
  bStep: number,
  out: number,
  length: number,
) => void;

type WindowsKernel = (
  from: number,
  channels: number,
  height: number,
  width: number,
  kernelHeight: number,
  kernelWidth: number,
  strideY: number,
  strideX: number,
  padTop: number,
  padLeft: number,
  dilationY: number,
  dilationX: number,
  outHeight: number,
  outWidth: number,
  to: number,
) => void;

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

let compiled: Promise<Module> | undefined;

/** Whether the engine multiplies and adds in one step: twice the speed, and other last digits. */
export function hasFusedKernels(): boolean {
  return webAssembly.validate(bytesOf(fusedKernelsBase64));
}

export async function openFloatKernels(memory: Memory): Promise<FloatKernels> {
  compiled ??= webAssembly.compile(bytesOf(hasFusedKernels() ? fusedKernelsBase64 : plainKernelsBase64));
  const instance = await webAssembly.instantiate(await compiled, { env: { memory } });
  return instance.exports as FloatKernels;
}

declare function atob(text: string): string;
