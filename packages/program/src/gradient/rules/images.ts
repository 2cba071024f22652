// Convolutions and pools. The gradient of a convolution's image is the convolution turned round; that of its kernels is a
// convolution of the image by the gradient, with batch and channels exchanged, and with strides and dilations exchanged.

import { averageCounts } from "../../operations/average-pool.ts";
import type { Attributes } from "../../operations/operation.ts";
import { reachOf, readWindows, type Windows } from "../../operations/windows.ts";
import type { Shape } from "../../shape/shape.ts";
import type { Applied, GradientRule } from "../gradient-rule.ts";
import type { GradientWriter } from "../gradient-writer.ts";

const exchanged = [1, 0, 2, 3];

/** The shape rule has let these windows through. */
function windowsOf(image: Shape, kernel: Shape, attributes: Attributes): Windows {
  const windows = readWindows(image, kernel as readonly number[], attributes);
  return windows.ok ? windows.value : ([] as unknown as Windows);
}

/** The settings with which a convolution is turned round, so that it gives an image of the old size again. */
function turnedRound(windows: Windows, counts: Shape, group: number): Attributes {
  // What the last window reaches past the image is cut off; what no window reaches is added as zeros.
  const past = windows.map(
    (axis, at) => ((counts[at] as number) - 1) * axis.stride + reachOf(axis) - axis.before - axis.size,
  );
  return {
    strides: windows.map(({ stride }) => stride),
    dilations: windows.map(({ dilation }) => dilation),
    pads: [...windows.map(({ before }) => before), ...past.map((one) => Math.max(one, 0))],
    output_padding: past.map((one) => Math.max(-one, 0)),
    group,
  };
}

/** What the kernels add: `small` is the image or gradient on the side of fewer pixels, [batch, results, height, width]. */
function kernelGradient(
  write: GradientWriter,
  image: number,
  small: number,
  kernels: Shape,
  attributes: Attributes,
): number {
  const group = attributes.group as number;
  const [batch, channels, height, width] = write.shapeOf(image) as readonly number[];
  const own = channels! / group;
  const channelsFirst =
    group === 1
      ? write.turn(image, exchanged)
      : write.reshape(
          write.turn(write.reshape(image, [batch!, group, own, height!, width!]), [2, 1, 0, 3, 4]),
          [own, group * batch!, height!, width!],
        );
  const sums = write.apply("Conv", [channelsFirst, write.turn(small, exchanged)], {
    strides: attributes.dilations!,
    dilations: attributes.strides!,
    pads: attributes.pads!,
    group,
  });
  return write.turn(cutTo(write, sums, kernels.slice(2)), exchanged);
}

/** The first lines and columns of images. */
function cutTo(write: GradientWriter, images: number, sizes: Shape): number {
  return sizes.reduce<number>((cut, size, at) => {
    const isLonger = write.shapeOf(cut)[at + 2] !== size;
    return isLonger ? write.apply("Slice", [cut], { axis: at + 2, end: size as number }) : cut;
  }, images);
}

const convRule: GradientRule = ({ write, inputs: [x, kernels, bias], attributes, given }) => {
  const [image, kernel] = [write.shapeOf(x!), write.shapeOf(kernels!)];
  const windows = windowsOf(image, kernel.slice(2), attributes);
  const round = turnedRound(windows, write.shapeOf(given).slice(2), attributes.group as number);
  return [
    () => write.apply("ConvTranspose", [given, kernels!], round),
    () => kernelGradient(write, x!, given, kernel, attributes),
    bias === undefined ? undefined : () => write.sum(given, [0, 2, 3], 0),
  ];
};

const convTransposeRule: GradientRule = ({ write, inputs: [x, kernels, bias], attributes, given }) => {
  const { strides, pads, dilations, group } = attributes as Record<string, number | readonly number[]>;
  const settings = { strides: strides!, pads: pads!, dilations: dilations!, group: group! };
  return [
    () => cutTo(write, write.apply("Conv", [given, kernels!], settings), write.shapeOf(x!).slice(2)),
    () => kernelGradient(write, given, x!, write.shapeOf(kernels!), attributes),
    bias === undefined ? undefined : () => write.sum(given, [0, 2, 3], 0),
  ];
};

/** Each window's gradient goes to where its greatest stood, the first of equals. */
const maxPoolRule: GradientRule = ({ write, inputs: [x], attributes, given }) => [
  () => {
    const shape = write.shapeOf(x!);
    const flat = (of: number) => {
      const [batch, channels, height, width] = write.shapeOf(of);
      return write.reshape(of, [batch!, channels!, (height as number) * (width as number)]);
    };
    const image = flat(x!);
    const zeros = write.repeat(write.number(0), write.shapeOf(image), image);
    const places = flat(write.apply("MaxPoolIndices", [x!], attributes));
    return write.reshape(write.apply("ScatterAdd", [zeros, places, flat(given)], { axis: 2 }), shape);
  },
];

/** A mean of windows is a convolution by ones, channel by channel, over how many pixels each counts. */
const averagePoolRule: GradientRule = (applied) => [() => averagePoolGradient(applied)];

function averagePoolGradient({ write, inputs: [x], attributes, given }: Applied): number {
  const shape = write.shapeOf(x!);
  const channels = shape[1] as number;
  const kernel = attributes.kernel_shape as readonly number[];
  const windows = windowsOf(shape, kernel, attributes);
  const [height, width] = write.shapeOf(given).slice(2) as readonly number[];
  const counts = averageCounts([1, ...(shape.slice(1) as readonly number[])], attributes);
  const isOne = counts.every((count) => count === counts[0]);
  const divisors = isOne
    ? write.number(counts[0]!)
    : write.constant({ shape: [height!, width!], data: Float64Array.from(counts) });
  const ones = write.apply("Expand", [write.number(1)], { shape: [channels, 1, ...kernel] });
  const round = turnedRound(windows, [height!, width!], channels);
  return write.apply("ConvTranspose", [write.div(given, divisors), ones], round);
}

export const imageRules: readonly (readonly [string, GradientRule])[] = [
  ["Conv", convRule],
  ["ConvTranspose", convTransposeRule],
  ["MaxPool", maxPoolRule],
  ["AveragePool", averagePoolRule],
];
