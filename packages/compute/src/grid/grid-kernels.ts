// The kernels of whole numbers, as `packages/compute/kernels/grid` defines them. Places are byte offsets, lengths elements.

import { gridKernelsBase64 } from "../gen/grid-kernels.ts";
import { type Memory, type Module, webAssembly } from "../ring/web-assembly.ts";

export type GridKernels = {
  addScaled(terms: number, factor: number, total: number, length: number): void;
  addOnGrid(terms: number, perStep: number, total: number, length: number): void;
  scaleTo(x: number, factor: number, out: number, length: number): void;
  areWhole(x: number, most: number, length: number): number;
  addDraws(
    pool: number,
    columns: number,
    shift: number,
    sure: number,
    widthBits: number,
    numbers: number,
    length: number,
    unsettled: number,
  ): number;
};

let compiled: Promise<Module> | undefined;

export async function openGridKernels(memory: Memory): Promise<GridKernels> {
  compiled ??= webAssembly.compile(
    Uint8Array.from(atob(gridKernelsBase64), (letter) => letter.charCodeAt(0)),
  );
  const instance = await webAssembly.instantiate(await compiled, { env: { memory } });
  return instance.exports as GridKernels;
}

declare function atob(text: string): string;
