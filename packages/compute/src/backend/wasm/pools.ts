// Pools: of windows inside of the image line by line, of others by a table of each window's pixels.

import {
  type Attributes,
  averageCounts,
  poolTaps,
  reachOf,
  readWindows,
  sizeOf,
  type Windows,
} from "@unseen/program";
import type { FloatKernels } from "./float-kernels.ts";
import type { Lowered, Lowering } from "./steps.ts";

type TableKernel = (kernels: FloatKernels, ...given: Parameters<FloatKernels["averagePool"]>) => void;
type InsideKernel = (
  kernels: FloatKernels,
  ...given: Parameters<FloatKernels["maxPoolIndicesInside"]>
) => void;

export const maxPool = lowerMaxPool(
  (kernels, ...given) => kernels.maxPoolInside(...withoutLast(given)),
  (kernels, ...given) => kernels.maxPool(...withoutLast(given)),
);

export const maxPoolIndices = lowerMaxPool(
  (kernels, ...given) => kernels.maxPoolIndicesInside(...given),
  (kernels, ...given) => kernels.maxPoolIndices(...withoutLast(given)),
);

export const averagePool: Lowering = ([x], output, attributes) =>
  byTable(
    (kernels, ...given) => kernels.averagePool(...given),
    x!,
    output,
    attributes,
    averageCounts(x!, attributes),
  );

function lowerMaxPool(inside: InsideKernel, table: TableKernel): Lowering {
  return ([x], output, attributes) => {
    const windows = readWindows(x!, attributes.kernel_shape as readonly number[], attributes);
    return windows.ok && areInside(windows.value, output)
      ? byLines(inside, x!, output, windows.value)
      : byTable(table, x!, output, attributes, []);
  };
}

function areInside(windows: Windows, output: readonly number[]): boolean {
  return windows.every((axis, at) => {
    const last = (output[2 + at]! - 1) * axis.stride;
    return axis.before === 0 && last + reachOf(axis) <= axis.size;
  });
}

function byLines(
  run: InsideKernel,
  x: readonly number[],
  output: readonly number[],
  [rows, columns]: Windows,
): Lowered {
  const [outHeight, outWidth] = output.slice(2) as [number, number];
  const planes = sizeOf(x.slice(0, 2));
  const shape = [
    ...[rows.size, columns.size, rows.kernel, columns.kernel, rows.stride, columns.stride],
    ...[rows.dilation, columns.dilation, outHeight, outWidth],
  ] as const;
  const count = outHeight * outWidth;
  const firsts = Float32Array.from(
    { length: count },
    (_, window) =>
      Math.floor(window / outWidth) * rows.stride * columns.size + (window % outWidth) * columns.stride,
  );
  const windowFloats = count * rows.kernel * columns.kernel + readPast;
  return {
    scratchBytes: 4 * (windowFloats + count + readPast),
    step:
      ([source], out, scratchAt) =>
      (kernels, floats) => {
        const firstsAt = scratchAt + 4 * windowFloats;
        floats.set(firsts, firstsAt / 4);
        run(kernels, source!.at, planes, ...shape, scratchAt, out.at, firstsAt);
      },
  };
}

/** Numbers of the last vector that are behind the end. */
const readPast = 3;

/** `numbers` goes behind the table of pixels: what the kernel takes besides. */
function byTable(
  run: TableKernel,
  x: readonly number[],
  output: readonly number[],
  attributes: Attributes,
  numbers: ArrayLike<number>,
): Lowered {
  const [batch, channels, height, width] = x as readonly [number, number, number, number];
  const { pixels, places } = poolTaps(x, attributes);
  const table = Int32Array.from([...pixels, ...Array.from(numbers)]);
  const sizes = [sizeOf(output.slice(2)), places] as const;
  return {
    scratchBytes: table.byteLength,
    step:
      ([source], out, scratchAt) =>
      (kernels, floats) => {
        new Int32Array(floats.buffer, scratchAt, table.length).set(table);
        const numbersAt = scratchAt + pixels.byteLength;
        run(kernels, source!.at, batch * channels, height * width, scratchAt, ...sizes, out.at, numbersAt);
      },
  };
}

function withoutLast<Given extends readonly number[], Last>(given: readonly [...Given, Last]): Given {
  return given.slice(0, -1) as unknown as Given;
}
