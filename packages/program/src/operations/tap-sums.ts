// Sums of products of pixels and kernels: what Conv and ConvTranspose are, each with its own way of choosing pixels.

import { err, ok, type Problem, type Result } from "@unseen/base";
import type { PlainTensor } from "../tensor/plain-tensor.ts";
import { rowsFacts, tidy } from "./bounds.ts";
import type { Facts, RowsFacts } from "./operation.ts";
import { noRule } from "./refusals.ts";
import type { Taps } from "./windows.ts";

export type ConvolutionLayout = {
  readonly taps: Taps;
  /** Channels of the result. */
  readonly results: number;
  readonly groups: number;
  /** Channels of the image that one channel of the result reads. */
  readonly ownChannels: number;
  /** Which of the kernels goes from a channel of a result's own to that result. */
  readonly kernelOf: (result: number, channel: number) => number;
};

export function convolve(
  [x, kernels, bias]: readonly PlainTensor[],
  { taps, results, groups, ownChannels, kernelOf }: ConvolutionLayout,
): PlainTensor {
  const [batch, channels, height, width] = x!.shape as [number, number, number, number];
  const { places, target } = taps;
  const size = target[0] * target[1];
  const data = new Float64Array(batch * results * size);
  for (let image = 0; image < batch; image++) {
    for (let result = 0; result < results; result++) {
      const to = (image * results + result) * size;
      if (bias !== undefined) data.fill(bias.data[result]!, to, to + size);
      const first = Math.floor((result * groups) / results) * ownChannels;
      for (let channel = 0; channel < ownChannels; channel++) {
        const from = (image * channels + first + channel) * height * width;
        const kernel = kernelOf(result, channel) * places;
        taps.addProducts({ data: x!.data, from }, { data: kernels!.data, from: kernel }, { data, from: to });
      }
    }
  }
  return { shape: [batch, results, ...target], data };
}

/** One row is one image. A kernel above zero takes its least from the image's least, one below from its greatest. */
export function convolutionBounds(
  name: string,
  [x, kernels, bias]: readonly Facts[],
  layoutOf: (inputs: readonly PlainTensor[]) => ConvolutionLayout,
): Result<RowsFacts, Problem> {
  if (x?.kind !== "rows" || kernels?.kind !== "public" || bias?.kind === "rows")
    return err(noRule(name, "the kernels are private", "convolve private images with public kernels"));
  const { shape, data } = kernels.value;
  const above = { shape, data: data.map((value) => Math.max(value, 0)) };
  const below = { shape, data: data.map((value) => Math.min(value, 0)) };
  const image = [1, ...x.shape];
  const offset = bias === undefined ? [] : [bias.value];
  const layout = layoutOf([{ shape: image, data: x.lo }, kernels.value, ...offset]);
  const sum = (rising: Float64Array, falling: Float64Array) => {
    const first = convolve([{ shape: image, data: rising }, above, ...offset], layout);
    const second = convolve([{ shape: image, data: falling }, below], layout);
    return first.data.map((value, at) => value + second.data[at]!);
  };
  const [lo, hi] = [sum(x.lo, x.hi), sum(x.hi, x.lo)];
  for (let at = 0; at < lo.length; at++) [lo[at], hi[at]] = tidy([lo[at]!, hi[at]!]) as [number, number];
  return ok(rowsFacts([layout.results, ...layout.taps.target], lo, hi, [x]));
}
