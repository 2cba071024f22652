import { err, invariant, ok, type Problem, type Result } from "@unseen/base";
import { doesNotFit, printShape, type Shape } from "../shape/shape.ts";
import type { PlainTensor } from "../tensor/plain-tensor.ts";
import { kernelSizes } from "./conv.ts";
import type { Attributes, Operation } from "./operation.ts";
import { type ConvolutionLayout, convolutionBounds, convolve } from "./tap-sums.ts";
import { reachOf, readWindows, Taps, tapsBack, type Windows, windowAttributes } from "./windows.ts";

/**
 * ONNX ConvTranspose in two dimensions, the turning round of Conv: images [batch, channels, height, width], kernels
 * [channels, results / group, height, width], and perhaps a bias [results].
 */
export const convTranspose: Operation = {
  name: "ConvTranspose",
  inputs: [2, 3],
  attributes: {
    ...windowAttributes,
    kernel_shape: { kind: "integers", default: [] },
    group: { kind: "integer", default: 1 },
    output_padding: { kind: "integers", default: [] },
  },
  shape: (inputs, attributes) => {
    const planned = plannedTranspose(inputs, attributes);
    return planned.ok ? ok(planned.value.shape) : planned;
  },
  plain: (inputs, attributes) => convolve(inputs, convTransposeLayout(inputs, attributes)),
  sensitivity: {
    rowByRow: (facts, attributes) =>
      convolutionBounds("ConvTranspose", facts, (inputs) => convTransposeLayout(inputs, attributes)),
  },
};

/** As `convLayout`. */
export function convTransposeLayout(
  inputs: readonly PlainTensor[],
  attributes: Attributes,
): ConvolutionLayout {
  const planned = plannedTranspose(
    inputs.map(({ shape }) => shape),
    attributes,
  );
  invariant(planned.ok, "shapes were checked before numbers were touched");
  const { windows, shape } = planned.value;
  const [, results, height, width] = shape as readonly [number, number, number, number];
  const groups = attributes.group as number;
  const [channels, ownResults] = inputs[1]!.shape as [number, number];
  const ownChannels = channels / groups;
  return {
    taps: new Taps(windows, [height, width], tapsBack),
    results,
    groups,
    ownChannels,
    kernelOf: (result, channel) => {
      const group = Math.floor(result / ownResults);
      return (group * ownChannels + channel) * ownResults + (result % ownResults);
    },
  };
}

function plannedTranspose(
  [x, kernels, bias]: readonly Shape[],
  attributes: Attributes,
): Result<{ readonly windows: Windows; readonly shape: Shape }, Problem> {
  const sizes = kernelSizes("ConvTranspose", kernels!, attributes);
  if (!sizes.ok) return sizes;
  const [channels, ownResults, ...kernel] = sizes.value;
  const windows = readWindows(x!, kernel, attributes);
  if (!windows.ok) return windows;
  const group = attributes.group as number;
  if (group < 1 || channels! % group !== 0 || x![1] !== channels) {
    return err(
      doesNotFit(
        `images ${printShape(x!)} and kernels ${printShape(kernels!)} do not fit together in ${group} groups`,
      ),
    );
  }
  const results = ownResults! * group;
  if (bias !== undefined && !(bias.length === 1 && bias[0] === results))
    return err(doesNotFit(`a bias of ${results} results is [${results}], not ${printShape(bias)}`));
  const extra = attributes.output_padding as readonly number[];
  const fits = (amount: number, axis: number) =>
    amount >= 0 && amount < Math.max(windows.value[axis]!.stride, windows.value[axis]!.dilation);
  if (extra.length > 0 && !(extra.length === 2 && extra.every(fits)))
    return err(doesNotFit("output_padding is two whole numbers, each below its stride or its dilation"));
  const [height, width] = windows.value.map(
    (axis, at) => (axis.size - 1) * axis.stride + reachOf(axis) - axis.before - axis.after + (extra[at] ?? 0),
  );
  if (height! < 1 || width! < 1) return err(doesNotFit("the padding leaves nothing of the result"));
  return ok({ windows: windows.value, shape: [x![0]!, results, height!, width!] });
}
