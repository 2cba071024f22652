// Convolutions as products of matrices over the windows of each image.

import { type Attributes, readWindows, sizeOf, type Windows } from "@unseen/program";
import { multiply, packedBytes, upright } from "./products.ts";
import type { Lowering, Placed } from "./steps.ts";

type Images = readonly [batch: number, channels: number, height: number, width: number];

type WindowArguments = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

/** What the two kernels of windows take between channels and the place of the result, after height and width. */
function argumentsOf([rows, columns]: Windows, [height, width]: readonly number[]): WindowArguments {
  return [
    ...[rows.kernel, columns.kernel, rows.stride, columns.stride],
    ...[rows.before, columns.before, rows.dilation, columns.dilation],
    ...[height!, width!],
  ] as unknown as WindowArguments;
}

/** The program's door has let these windows through. */
function windowsFor(
  image: readonly number[],
  kernels: readonly number[],
  attributes: Attributes,
): Windows | undefined {
  const windows = readWindows(image, kernels.slice(2), attributes);
  return windows.ok ? windows.value : undefined;
}

export const conv: Lowering = ([x, kernels], output, attributes) => {
  const [batch, channels, height, width] = x as unknown as Images;
  const [, results, outHeight, outWidth] = output as unknown as Images;
  const windows = windowsFor(x!, kernels!, attributes);
  if (windows === undefined) return undefined;
  const groups = attributes.group as number;
  const own = { channels: channels / groups, results: results / groups };
  const sizes = { m: own.results, k: sizeOf(kernels!.slice(1)), n: outHeight * outWidth };
  const windowBytes = 4 * sizes.k * sizes.n;
  const shape = argumentsOf(windows, [outHeight, outWidth]);
  return {
    scratchBytes: windowBytes + packedBytes(sizes),
    step: ([image, weights, bias], out, scratchAt) => {
      const [left, right] = [upright(0, sizes.k), upright(scratchAt, sizes.n)];
      return (kernel, floats) => {
        if (bias !== undefined) begin(floats, out, bias, sizes.n);
        const isAdded = bias !== undefined;
        for (let at = 0; at < batch * groups; at++) {
          const from = image!.at + at * own.channels * height * width * 4;
          const weightsAt = weights!.at + (at % groups) * sizes.m * sizes.k * 4;
          kernel.windowsOf(from, own.channels, height, width, ...shape, scratchAt);
          const to = out.at + at * sizes.m * sizes.n * 4;
          const rows = { ...left, at: weightsAt };
          multiply(kernel, rows, right, to, sizes, scratchAt + windowBytes, isAdded);
        }
      };
    },
  };
};

export const convTranspose: Lowering = ([x, kernels], output, attributes) => {
  const [batch, channels, height, width] = x as unknown as Images;
  const [, results, outHeight, outWidth] = output as unknown as Images;
  // The windows lie over the result here, and are as many as the image has pixels.
  const windows = windowsFor(output, kernels!, attributes);
  if (windows === undefined) return undefined;
  const groups = attributes.group as number;
  const own = { channels: channels / groups, results: results / groups };
  const sizes = { m: sizeOf(kernels!.slice(1)), k: own.channels, n: height * width };
  const windowFloats = sizes.m * sizes.n;
  const shape = argumentsOf(windows, [height, width]);
  return {
    scratchBytes: 4 * windowFloats + packedBytes(sizes),
    step:
      ([image, weights, bias], out, scratchAt) =>
      (kernel, floats) => {
        if (bias === undefined) floats.fill(0, out.at / 4, out.at / 4 + sizeOf(out.shape));
        else begin(floats, out, bias, outHeight * outWidth);
        for (let at = 0; at < batch * groups; at++) {
          const right = upright(image!.at + at * own.channels * sizes.n * 4, sizes.n);
          const left = {
            at: weights!.at + (at % groups) * own.channels * sizes.m * 4,
            rowStride: 4,
            columnStride: sizes.m * 4,
          };
          multiply(kernel, left, right, scratchAt, sizes, scratchAt + 4 * windowFloats);
          const to = out.at + at * own.results * outHeight * outWidth * 4;
          kernel.addWindows(scratchAt, own.results, outHeight, outWidth, ...shape, to);
        }
      },
  };
};

/** Each result's bias in all of its pixels. */
function begin(floats: Float32Array, out: Placed, bias: Placed, pixels: number): void {
  const [batch, results] = out.shape as unknown as Images;
  for (let plane = 0; plane < batch * results; plane++) {
    const at = out.at / 4 + plane * pixels;
    floats.fill(floats[bias.at / 4 + (plane % results)]!, at, at + pixels);
  }
}
