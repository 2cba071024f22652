import { err, invariant, ok, type Problem, type Result } from "@unseen/base";
import { doesNotFit, printShape, type Shape } from "../shape/shape.ts";
import type { PlainTensor } from "../tensor/plain-tensor.ts";
import type { Attributes, Operation } from "./operation.ts";
import { type ConvolutionLayout, convolutionBounds, convolve } from "./tap-sums.ts";
import { readWindows, Taps, tapsAlong, type Windows, windowAttributes, windowsAlong } from "./windows.ts";

/**
 * ONNX Conv in two dimensions: images [batch, channels, height, width], kernels [results, channels / group, height,
 * width], and perhaps a bias [results]. Private rows are images; kernels are public.
 */
export const conv: Operation = {
  name: "Conv",
  inputs: [2, 3],
  attributes: {
    ...windowAttributes,
    kernel_shape: { kind: "integers", default: [] },
    group: { kind: "integer", default: 1 },
  },
  shape: (inputs, attributes) => {
    const planned = plannedConv(inputs, attributes);
    return planned.ok ? ok(planned.value.shape) : planned;
  },
  plain: (inputs, attributes) => convolve(inputs, convLayout(inputs, attributes)),
  sensitivity: {
    rowByRow: (facts, attributes) =>
      convolutionBounds("Conv", facts, (inputs) => convLayout(inputs, attributes)),
  },
};

/** Which pixel and which kernel each product takes. The shape rule has let the sizes through. */
export function convLayout(inputs: readonly PlainTensor[], attributes: Attributes): ConvolutionLayout {
  const planned = plannedConv(
    inputs.map(({ shape }) => shape),
    attributes,
  );
  invariant(planned.ok, "shapes were checked before numbers were touched");
  const { windows, shape } = planned.value;
  const [, results, height, width] = shape as readonly [number, number, number, number];
  const groups = attributes.group as number;
  const ownChannels = inputs[1]!.shape[1]!;
  return {
    taps: new Taps(windows, [height, width], tapsAlong),
    results,
    groups,
    ownChannels,
    kernelOf: (result, channel) => result * ownChannels + channel,
  };
}

type PlannedConv = { readonly windows: Windows; readonly shape: Shape };

function plannedConv(
  [x, kernels, bias]: readonly Shape[],
  attributes: Attributes,
): Result<PlannedConv, Problem> {
  const sizes = kernelSizes("Conv", kernels!, attributes);
  if (!sizes.ok) return sizes;
  const [results, ownChannels, ...kernel] = sizes.value;
  const windows = readWindows(x!, kernel, attributes);
  if (!windows.ok) return windows;
  const group = attributes.group as number;
  if (group < 1 || results! % group !== 0 || x![1] !== ownChannels! * group) {
    return err(
      doesNotFit(
        `images ${printShape(x!)} and kernels ${printShape(kernels!)} do not fit together in ${group} groups`,
      ),
    );
  }
  if (bias !== undefined && !(bias.length === 1 && bias[0] === results))
    return err(doesNotFit(`a bias of ${results} kernels is [${results}], not ${printShape(bias)}`));
  const [height, width] = windows.value.map((axis) => windowsAlong(axis));
  if (!height!.ok) return height!;
  if (!width!.ok) return width!;
  return ok({ windows: windows.value, shape: [x![0]!, results!, height!.value, width!.value] });
}

/** The four sizes of kernels, none of which is private or zero; `kernel_shape` only says again what they are. */
export function kernelSizes(
  name: string,
  kernels: Shape,
  attributes: Attributes,
): Result<readonly number[], Problem> {
  const sizes = kernels.filter((size) => size !== "rows");
  if (sizes.length !== 4 || kernels.length !== 4 || sizes.some((size) => size < 1))
    return err(doesNotFit(`the kernels of ${name} are four public sizes, not ${printShape(kernels)}`));
  const said = attributes.kernel_shape as readonly number[];
  const isSame = said.length === 0 || (said.length === 2 && said.every((size, at) => size === sizes[at + 2]));
  return isSame
    ? ok(sizes)
    : err(doesNotFit(`kernel_shape [${said.join(", ")}] is not that of ${printShape(kernels)}`));
}
