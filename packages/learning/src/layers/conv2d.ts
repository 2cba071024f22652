import { err, ok, problem } from "@unseen/base";
import { programLimits } from "@unseen/program";
import { beginningOf, type Layer } from "../model/layer.ts";
import { apply, constant, number, reshape, type Value } from "../model/value.ts";
import { type Activation, activate } from "./activation.ts";
import { isCount, misfit, modelMalformed } from "./settings.ts";
import { type Windows, windowPlaces, windowsOf } from "./windows.ts";

export type Conv2dOptions = {
  readonly stride?: number;
  /** Pixels of zeros on each side; "same" keeps the size at a stride of 1. None if left out. */
  readonly padding?: number | "same";
  readonly activation?: Activation;
};

/** ONNX Conv over images [channels, height, width], with square kernels and a bias. */
export function conv2d(filters: number, kernel: number, options: Conv2dOptions = {}): Layer {
  const { stride = 1, padding = 0, activation } = options;
  const name = `conv2d(${filters}, ${kernel}, ${stride}, ${padding}, ${activation ?? "linear"})`;
  const activated = activation === undefined ? {} : { activation };
  return {
    name,
    recipe: { kind: "conv2d", units: filters, window: kernel, stride, padding, ...activated },
    plan: (shape) => {
      if (![filters, kernel, stride].every(isCount))
        return modelMalformed(`${name} has a size that is no whole number`, "conv2d(16, 3)");
      const windows = windowsOf(shape, kernel, stride, padding);
      if (windows === undefined)
        return misfit(
          `${name} takes images [channels, height, width], not [${shape.join(", ")}]`,
          "pad, or a smaller kernel",
        );
      const { channels, results } = windows;
      // What each window sees is laid out beside the others: refused before it is.
      if (kernel * kernel * results[0] * results[1] > programLimits.elements)
        return err(problem("program-too-large", `${name} has too many windows, or too large ones`));
      const taps = channels * kernel * kernel;
      const weightShape = [filters, channels, kernel, kernel];
      return ok({
        shape: [filters, ...results],
        parameters: [
          { name: "weight", shape: weightShape, begin: beginningOf(taps) },
          { name: "bias", shape: [filters], begin: beginningOf(taps) },
        ],
        apply: (pass, x) => {
          const result = apply(
            "Conv",
            [x, pass.parameter("weight", weightShape), pass.parameter("bias", [filters])],
            { strides: [stride, stride], pads: windows.pads },
          );
          const lay = (gradient: Value) =>
            apply("Transpose", [reshape(gradient, [pass.rows, filters, results[0] * results[1]])], {
              perm: [0, 2, 1],
            });
          pass.ghost("weight", {
            kind: "products",
            left: patches(x, windows),
            at: result,
            lay,
            finish: (products) => reshape(apply("Transpose", [products], { perm: [1, 0] }), weightShape),
          });
          pass.ghost("bias", { kind: "sums", at: result, over: [2, 3] });
          return activate(result, activation);
        },
      });
    },
  };
}

/** What each window sees, [rows, channels * kernel * kernel, windows]. */
function patches(x: Value, windows: Windows): Value {
  const [rows, channels, height, width] = x.shape as readonly [number, number, number, number];
  const pixels = reshape(x, [rows, channels, height * width]);
  const zeros = apply("Expand", [number(0)], { shape: [rows, channels, 1] });
  const padded = windows.pads.some((pad) => pad > 0) ? apply("Concat", [pixels, zeros], { axis: 2 }) : pixels;
  const places = windowPlaces(windows);
  const taken = apply("Gather", [padded, constant({ shape: [places.length], data: places })], { axis: 2 });
  const [high, wide] = windows.results;
  return reshape(taken, [rows, channels * windows.kernel * windows.kernel, high * wide]);
}
