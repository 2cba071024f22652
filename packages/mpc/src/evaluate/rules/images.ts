// Convolutions and pools: which pixel goes where is public, so that a convolution is a matrix product of gathered pixels
// (im2col), and a pool an end or a sum of gathered windows.

import { ok, type Problem, type Result } from "@unseen/base";
import {
  type Attributes,
  averageCounts,
  type ConvolutionLayout,
  convLayout,
  convTransposeLayout,
  type PlainTensor,
  poolTaps,
  sizeOf,
} from "@unseen/program";
import { poolGreatest } from "../../functions/greatest-of-runs.ts";
import type { Shared } from "../../protocol/shared.ts";
import type { SharesContext } from "../shares-context.ts";
import type { SharesRule } from "../shares-rule.ts";
import { bitsFor, boundsOf, type SecretTensor, type SharesValue, shapeOf } from "../values.ts";
import { adding, commonShape, digitsOf, laidOut, productBounds, productDigits } from "./arithmetic.ts";

/** Conv and ConvTranspose: one matrix product a group, all at once, each truncated once; then the bias. */
export function convolving(name: "Conv" | "ConvTranspose"): SharesRule {
  return async (context, [x, kernels, bias], attributes) => {
    const shape = commonShape(name, [x!, kernels!], attributes);
    if (!shape.ok) return shape;
    const product = await convolved(context, name, x!, kernels!, shape.value, attributes);
    if (!product.ok || bias === undefined) return product;
    const standing = standingUp(bias);
    const result = await adding("Add")(context, [product.value, standing], {});
    product.value.shared[Symbol.dispose]();
    return result;
  };
}

async function convolved(
  context: SharesContext,
  name: "Conv" | "ConvTranspose",
  x: SharesValue,
  kernels: SharesValue,
  shape: readonly number[],
  attributes: Attributes,
): Promise<Result<SecretTensor, Problem>> {
  const layoutOf = name === "Conv" ? convLayout : convTransposeLayout;
  const layout = layoutOf([sizesOf(x), sizesOf(kernels)], attributes);
  const { taps, results, groups, ownChannels } = layout;
  const [before, kept] = productDigits(context, x, kernels);
  const products = ownChannels * taps.places;
  // What a kernel reads beside the image is zero.
  const [low, high] = productBounds(boundsOf(x), boundsOf(kernels));
  const [least, greatest] = [Math.min(low, 0) * products, Math.max(high, 0) * products];
  const fits = context.fits(name, Math.max(Math.abs(least), Math.abs(greatest)), before);
  if (!fits.ok) return fits;
  const { protocol } = context;
  using image = withZero(context, x);
  using all = laidOut(context, kernels, shapeOf(kernels), digitsOf(context, kernels));
  const batch = shape[0]!;
  const sizes = {
    m: batch * taps.target[0] * taps.target[1],
    k: products,
    n: results / groups,
  };
  const parts = await Promise.all(
    Array.from({ length: groups }, async (_, group) => {
      using left = protocol.gather(image, pixelsOf(shapeOf(x), layout, group));
      using right = protocol.gather(all, kernelsOf(layout, group));
      return before === kept
        ? await protocol.matmul(left, right, sizes)
        : await protocol.matmulTruncate(left, right, sizes, before - kept);
    }),
  );
  using joined = protocol.concat(parts);
  for (const part of parts) part[Symbol.dispose]();
  const shared = protocol.gather(joined, channelsFirst(batch, layout));
  return context.secret(name, { shape, shared, fractionBits: kept, least, greatest });
}

/** Sizes alone: a layout looks at no number. */
function sizesOf(value: SharesValue): PlainTensor {
  return { shape: shapeOf(value), data: new Float64Array(0) };
}

/** The numbers of an image, and a zero behind them. */
function withZero(context: SharesContext, x: SharesValue): Shared {
  const { protocol } = context;
  const { memory } = protocol.session;
  using numbers = laidOut(context, x, shapeOf(x), digitsOf(context, x));
  const column = memory.zeros(1);
  using zero = protocol.publicly(column);
  memory.free(column);
  return protocol.concat([numbers, zero]);
}

/** A row for each pixel of the result, with the group's channels and the kernel's places along it. */
function pixelsOf(
  image: readonly number[],
  { taps, ownChannels }: ConvolutionLayout,
  group: number,
): Uint32Array {
  const [batch, channels, height, width] = image as readonly [number, number, number, number];
  const size = taps.target[0] * taps.target[1];
  const { pixels } = taps;
  const zero = sizeOf(image);
  const places = new Uint32Array(batch * size * ownChannels * taps.places);
  let at = 0;
  for (let one = 0; one < batch; one++) {
    for (let pixel = 0; pixel < size; pixel++) {
      for (let channel = 0; channel < ownChannels; channel++) {
        const from = (one * channels + group * ownChannels + channel) * height * width;
        for (let place = 0; place < taps.places; place++) {
          const read = pixels[pixel * taps.places + place]!;
          places[at++] = read < 0 ? zero : from + read;
        }
      }
    }
  }
  return places;
}

/** A row for each channel and place, with the group's results along it. */
function kernelsOf(
  { taps, results, groups, ownChannels, kernelOf }: ConvolutionLayout,
  group: number,
): Uint32Array {
  const own = results / groups;
  const places = new Uint32Array(ownChannels * taps.places * own);
  let at = 0;
  for (let channel = 0; channel < ownChannels; channel++) {
    for (let place = 0; place < taps.places; place++) {
      for (let result = 0; result < own; result++)
        places[at++] = kernelOf(group * own + result, channel) * taps.places + place;
    }
  }
  return places;
}

/** From [group, batch, pixel, result] to [batch, group, result, pixel]. */
function channelsFirst(batch: number, { taps, results, groups }: ConvolutionLayout): Uint32Array {
  const size = taps.target[0] * taps.target[1];
  const own = results / groups;
  const places = new Uint32Array(batch * results * size);
  let at = 0;
  for (let image = 0; image < batch; image++) {
    for (let result = 0; result < results; result++) {
      const group = Math.floor(result / own);
      for (let pixel = 0; pixel < size; pixel++)
        places[at++] = ((group * batch + image) * size + pixel) * own + (result % own);
    }
  }
  return places;
}

/** [results] as [results, 1, 1], which stands beside images. */
function standingUp(bias: SharesValue): SharesValue {
  const shape = [...shapeOf(bias), 1, 1];
  return bias.kind === "secret" ? { ...bias, shape } : { ...bias, value: { ...bias.value, shape } };
}

/** MaxPool: a tree of comparisons for each window. */
export const maxPooling: SharesRule = async (context, [x], attributes) => {
  const secret = x as SecretTensor;
  const shape = commonShape("MaxPool", [secret], attributes);
  if (!shape.ok) return shape;
  const { places } = poolTaps(secret.shape, attributes);
  const width = bitsFor(secret.greatest - secret.least, secret.fractionBits);
  // A window that lacks pixels has its first one several times.
  const windows = windowsOf(secret.shape, attributes, (own) => own.find((pixel) => pixel >= 0)!);
  const shared = await poolGreatest(context.protocol, secret.shared, windows, places, width);
  return ok({ ...secret, shape: shape.value, shared });
};

/** AveragePool: local sums, times one over how many pixels each counts. */
export const averagePooling: SharesRule = async (context, [x], attributes) => {
  const secret = x as SecretTensor;
  const shape = commonShape("AveragePool", [secret], attributes);
  if (!shape.ok) return shape;
  const { places } = poolTaps(secret.shape, attributes);
  const [least, greatest] = [Math.min(secret.least, 0), Math.max(secret.greatest, 0)];
  const most = Math.max(-least, greatest) * places;
  const fits = context.fits("AveragePool", most, secret.fractionBits);
  if (!fits.ok) return fits;
  using image = withZero(context, secret);
  using windows = context.protocol.gather(
    image,
    windowsOf(secret.shape, attributes, () => undefined),
  );
  using sums = context.protocol.sumRuns(windows, places);
  const counts = averageCounts(secret.shape, attributes);
  const factors = Float64Array.from({ length: sums.length }, (_, at) => 1 / counts[at % counts.length]!);
  const total = {
    ...secret,
    shape: shape.value,
    shared: sums,
    least: least * places,
    greatest: greatest * places,
  };
  const shared = await context.timesReals(total, factors);
  const fractionBits = Math.max(secret.fractionBits, context.fractionBits);
  return context.secret("AveragePool", { shape: shape.value, shared, fractionBits, least, greatest });
};

/** The places of each window's pixels, window after window; in the padding `instead`, or the zero behind the image. */
function windowsOf(
  shape: readonly number[],
  attributes: Attributes,
  instead: (pixels: Int32Array) => number | undefined,
): Uint32Array {
  const [batch, channels, height, width] = shape as readonly [number, number, number, number];
  const { pixels, places, target } = poolTaps(shape, attributes);
  const size = target[0] * target[1];
  const all = new Uint32Array(batch * channels * pixels.length);
  let at = 0;
  for (let plane = 0; plane < batch * channels; plane++) {
    const from = plane * height * width;
    for (let window = 0; window < size; window++) {
      const own = pixels.subarray(window * places, (window + 1) * places);
      const other = instead(own);
      const missing = other === undefined ? sizeOf(shape) : from + other;
      for (const pixel of own) all[at++] = pixel < 0 ? missing : from + pixel;
    }
  }
  return all;
}
