// Sums and means over axes, and softmax along the last one.

import { type Attributes, sizeOf } from "@unseen/program";
import type { FloatKernels } from "./float-kernels.ts";
import { type Lowering, noScratch } from "./steps.ts";
import { numbersOf } from "./unary.ts";

type Run = { outer: number; size: number; inner: number };

/** Each run of axes that are summed, from the last to the first: before it outer, in it size, behind it inner numbers. */
function runsOf(shape: readonly number[], { axes }: Attributes): readonly Run[] {
  const named = (axes as readonly number[]).map((axis) => (axis < 0 ? axis + shape.length : axis));
  const isSummed = shape.map((_, axis) => named.length === 0 || named.includes(axis));
  const runs: Run[] = [];
  let inner = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (!isSummed[axis]) {
      inner *= shape[axis]!;
      continue;
    }
    let size = shape[axis]!;
    while (axis > 0 && isSummed[axis - 1]) {
      axis -= 1;
      size *= shape[axis]!;
    }
    runs.push({ outer: sizeOf(shape.slice(0, axis)), size, inner });
  }
  return runs;
}

function lowerSum(isMean: boolean): Lowering {
  return ([x], _output, attributes) => {
    const runs = runsOf(x!, attributes);
    const count = runs.reduce((product, { size }) => product * size, 1);
    // Results on the way: all but the last go to scratch.
    const sizes = runs.map(({ outer, inner }) => outer * inner);
    const offsets = sizes.map((_, at) => sizes.slice(0, at).reduce((sum, size) => sum + size * 4, 0));
    return {
      scratchBytes: sizes.reduce((sum, size) => sum + size * 4, 4),
      step: ([source], out, scratchAt) => {
        const length = sizeOf(out.shape);
        return (kernels: FloatKernels, floats) => {
          let from = source!.at;
          for (const [at, { outer, size, inner }] of runs.entries()) {
            const to = at === runs.length - 1 ? out.at : scratchAt + offsets[at]!;
            kernels.sumAxis(from, outer, size, inner, to);
            from = to;
          }
          if (runs.length === 0) floats.copyWithin(out.at / 4, source!.at / 4, source!.at / 4 + length);
          if (isMean && count !== 1)
            for (let i = out.at / 4; i < out.at / 4 + length; i++) floats[i] = floats[i]! / count;
        };
      },
    };
  };
}

export const reduceSum = lowerSum(false);
export const reduceMean = lowerSum(true);

/** Along the last axis only: there a line lies in one piece. */
function lowerSoftmax(isLogarithm: boolean): Lowering {
  return ([x], _output, { axis }) => {
    if (axis !== -1 && axis !== x!.length - 1) return undefined;
    const size = x!.at(-1) ?? 1;
    return noScratch(([source], output) => (_kernels, floats) => {
      const [from, to] = [numbersOf(floats, source!), numbersOf(floats, output)];
      for (let line = 0; line < from.length; line += size) {
        let greatest = Number.NEGATIVE_INFINITY;
        for (let i = line; i < line + size; i++) greatest = Math.max(greatest, from[i]!);
        let total = 0;
        for (let i = line; i < line + size; i++) total += Math.exp(from[i]! - greatest);
        const offset = greatest + Math.log(total);
        for (let i = line; i < line + size; i++)
          to[i] = isLogarithm ? from[i]! - offset : Math.exp(from[i]! - greatest) / total;
      }
    });
  };
}

export const softmax = lowerSoftmax(false);
export const logSoftmax = lowerSoftmax(true);
