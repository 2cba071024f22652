// MatMul and Gemm: packed panels of the right matrix, in pieces that stay in the processor's caches.

import { lowerPairs } from "./elements.ts";
import type { FloatKernels } from "./float-kernels.ts";
import type { Lowered, Lowering, Placed } from "./steps.ts";

/** Rows of the right matrix in one panel: 16 KiB of it, which stay in the first cache. */
const stepsAtOnce = 512;
/** Rows of the left one that are gone over for each panel: 256 KiB, which stay in the second. A multiple of six and four. */
const rowsAtOnce = 132;

/** A matrix as it lies: an element at row i and column j is at `at` + i rowStride + j columnStride, in bytes. */
export type Matrix = { readonly at: number; readonly rowStride: number; readonly columnStride: number };

export type Sizes = { readonly m: number; readonly k: number; readonly n: number };

export function packedBytes({ k, n }: Sizes): number {
  return 32 * Math.min(k, stepsAtOnce) * Math.ceil(n / 8);
}

/** c = a b, or c + a b where `isAdded`, c row by row. Each element is summed in the order of the inner axis. */
export function multiply(
  kernels: FloatKernels,
  a: Matrix,
  b: Matrix,
  c: number,
  { m, k, n }: Sizes,
  packedAt: number,
  isAdded = false,
): void {
  if (m === 1 && b.columnStride === 4 && !isAdded) {
    kernels.rowProduct(a.at, a.columnStride, b.at, b.rowStride, c, k, n);
    return;
  }
  for (let step = 0; step < k; step += stepsAtOnce) {
    const steps = Math.min(stepsAtOnce, k - step);
    kernels.packB(b.at + step * b.rowStride, b.rowStride, b.columnStride, steps, n, packedAt);
    for (let row = 0; row < m; row += rowsAtOnce) {
      const from = a.at + row * a.rowStride + step * a.columnStride;
      const rows = Math.min(rowsAtOnce, m - row);
      const to = c + row * n * 4;
      const isMore = isAdded || step > 0 ? 1 : 0;
      kernels.product(from, a.rowStride, a.columnStride, packedAt, to, rows, steps, n, isMore);
    }
  }
}

/** One product, or as many as the first of three axes says. */
export const matMul: Lowering = ([x, y]) => {
  const count = x!.length === 3 ? x![0]! : 1;
  const [left, right] = x!.length === 3 ? [x!.slice(1), y!.slice(1)] : [x!, y!];
  const sizes: Sizes = { m: left.length === 1 ? 1 : left[0]!, k: right[0]!, n: right[1] ?? 1 };
  const { m, k, n } = sizes;
  return {
    scratchBytes: packedBytes(sizes),
    step: ([a, b], output, scratchAt) => {
      const [one, other] = [matrixOf(a!, k), matrixOf(b!, n)];
      return (kernels) => {
        for (let at = 0; at < count; at++) {
          const to = output.at + at * m * n * 4;
          multiply(kernels, pick(one, at * m * k), pick(other, at * k * n), to, sizes, scratchAt);
        }
      };
    },
  };
};

const pick = (matrix: Matrix, floats: number): Matrix => ({ ...matrix, at: matrix.at + 4 * floats });

export const gemm: Lowering = ([x, , c], output, { alpha, beta, transA, transB }) => {
  if (alpha === 0) return undefined;
  const [m, n] = output as readonly [number, number];
  const k = x![transA === 1 ? 0 : 1]!;
  const sizes: Sizes = { m, k, n };
  const copied = c === undefined ? undefined : lowerPairs("Mul")([c, []], output);
  return {
    scratchBytes: packedBytes(sizes) + 8 + (copied?.scratchBytes ?? 32),
    step: ([a, b, bias], out, scratchAt) => {
      const left = transA === 1 ? turned(upright(a!.at, m)) : upright(a!.at, k);
      const right = transB === 1 ? turned(upright(b!.at, k)) : upright(b!.at, n);
      const factors = { at: scratchAt + packedBytes(sizes), shape: [] };
      const one = { at: factors.at + 4, shape: [] };
      const copies = one.at + 4;
      const begin = copied?.step([bias!, factors], out, copies);
      const scale =
        alpha === 1 ? undefined : lowerPairs("Mul")([output, []], output)!.step([out, one], out, copies);
      return (kernels, floats) => {
        // alpha A B + beta C is alpha (A B + (beta / alpha) C).
        floats[factors.at / 4] = (beta as number) / (alpha as number);
        floats[one.at / 4] = alpha as number;
        begin?.(kernels, floats);
        multiply(kernels, left, right, out.at, sizes, scratchAt, begin !== undefined);
        scale?.(kernels, floats);
      };
    },
  } satisfies Lowered;
};

/** A matrix of so many columns, as it lies. */
function matrixOf({ at, shape, isTurned }: Placed, columns: number): Matrix {
  return isTurned ? turned(upright(at, shape.at(-2)!)) : upright(at, columns);
}

function turned({ at, rowStride, columnStride }: Matrix): Matrix {
  return { at, rowStride: columnStride, columnStride: rowStride };
}

export function upright(at: number, columns: number): Matrix {
  return { at, rowStride: columns * 4, columnStride: 4 };
}
