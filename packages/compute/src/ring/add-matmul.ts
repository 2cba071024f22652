// Products of matrices over the ring, by whichever kernel is faster for their sizes. Sizes are public.

import type { Column, RingMemory } from "./ring-memory.ts";

/** m rows of k by k rows of n. */
export type MatmulSizes = { readonly m: number; readonly k: number; readonly n: number };

/** Up to so many rows, packing the right matrix costs more than it saves: 784 by 128, one core, November 2026. */
const rowsUnpacked = 3;

/** out = out + a b, for a of m rows of k, b of k rows of n and out of m rows of n. */
export function addMatmul(
  memory: RingMemory,
  a: Column,
  b: Column,
  out: Column,
  { m, k, n }: MatmulSizes,
): void {
  const { kernels } = memory;
  if (m <= rowsUnpacked) {
    kernels.addRows(a.at, b.at, out.at, m, k, n);
    return;
  }
  const packed = memory.allocate(8 * k * Math.ceil(n / 4) * 4);
  kernels.packPanels(b.at, k, n, packed.at);
  kernels.addMatmul(a.at, packed.at, out.at, m, k, n);
  memory.free(packed);
}
