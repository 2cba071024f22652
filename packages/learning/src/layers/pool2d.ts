import { ok } from "@unseen/base";
import type { Layer } from "../model/layer.ts";
import { apply } from "../model/value.ts";
import { isCount, misfit, modelMalformed } from "./settings.ts";
import { windowsOf } from "./windows.ts";

/** The greatest of each window of images [channels, height, width]; windows stand side by side unless `stride` says else. */
export function maxPool2d(size: number, stride = size): Layer {
  return pool("MaxPool", "maxPool2d", size, stride);
}

/** The mean of each window. */
export function averagePool2d(size: number, stride = size): Layer {
  return pool("AveragePool", "averagePool2d", size, stride);
}

function pool(operation: string, called: string, size: number, stride: number): Layer {
  const name = `${called}(${size}, ${stride})`;
  return {
    name,
    recipe: { kind: called === "maxPool2d" ? "max-pool2d" : "average-pool2d", window: size, stride },
    plan: (shape) => {
      if (!isCount(size) || !isCount(stride))
        return modelMalformed(`${name} has a size that is no whole number`, `${called}(2)`);
      const windows = windowsOf(shape, size, stride, 0);
      if (windows === undefined)
        return misfit(
          `${name} takes images [channels, height, width], not [${shape.join(", ")}]`,
          "a smaller window",
        );
      return ok({
        shape: [windows.channels, ...windows.results],
        parameters: [],
        apply: (_, x) => apply(operation, [x], { kernel_shape: [size, size], strides: [stride, stride] }),
      });
    },
  };
}
