// What MaxPool, its places and AveragePool share: which windows there are, and each window's pixels.

import { err, invariant, ok, type Problem, type Result } from "@unseen/base";
import { doesNotFit, type Shape } from "../shape/shape.ts";
import { type PlainTensor, sizeOf } from "../tensor/plain-tensor.ts";
import type { AttributeSpec, Attributes } from "./operation.ts";
import {
  reachOf,
  readWindows,
  Taps,
  tapsAlong,
  type Windows,
  windowAttributes,
  windowsAlong,
} from "./windows.ts";

export const poolingAttributes = {
  ...windowAttributes,
  kernel_shape: { kind: "integers" },
  /** 1: a last window may hang over the end. */
  ceil_mode: { kind: "integer", default: 0 },
} as const satisfies Record<string, AttributeSpec>;

/** Pixels that a window of a pool may span: beyond any in use, and what a shape rule may count through. */
const longestReach = 1_024;

export type PlannedPool = { readonly windows: Windows; readonly shape: Shape };

export function plannedPool(x: Shape, attributes: Attributes): Result<PlannedPool, Problem> {
  const windows = readWindows(x, attributes.kernel_shape as readonly number[], attributes);
  if (!windows.ok) return windows;
  const sizes: number[] = [];
  for (const axis of windows.value) {
    if (reachOf(axis) > longestReach)
      return err(doesNotFit(`a window spans at most ${longestReach} pixels, not ${reachOf(axis)}`));
    const count = windowsAlong(axis, attributes.ceil_mode === 1);
    if (!count.ok) return count;
    const holdsPixels =
      axis.before < reachOf(axis) && axis.after < reachOf(axis) && eachHasOne(axis, count.value);
    if (!holdsPixels) return err(doesNotFit("a window would lie in the padding alone"));
    sizes.push(count.value);
  }
  return ok({ windows: windows.value, shape: [...x.slice(0, 2), ...sizes] });
}

/** A window that begins in the image reads there; one that begins before it must reach it, on one of its steps. */
function eachHasOne(axis: Windows[number], count: number): boolean {
  const last = (count - 1) * axis.stride - axis.before;
  if (last >= axis.size) return false;
  for (let start = -axis.before; start < 0 && start <= last; start += axis.stride) {
    const step = Math.ceil(-start / axis.dilation);
    if (step >= axis.kernel || start + step * axis.dilation >= axis.size) return false;
  }
  return true;
}

export function poolTaps(shape: readonly number[], attributes: Attributes): Taps {
  const planned = plannedPool(shape, attributes);
  invariant(planned.ok, "shapes were checked before numbers were touched");
  const [, , height, width] = planned.value.shape as readonly [number, number, number, number];
  return new Taps(planned.value.windows, [height, width], tapsAlong);
}

/** One number for each window of each channel, of its pixels in order and what stands there. */
export function pool(
  x: PlainTensor,
  taps: Taps,
  ofWindow: (each: (visit: (value: number, pixel: number) => void) => void, window: number) => number,
): PlainTensor {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const size = taps.target[0] * taps.target[1];
  const shape = [batch, channels, ...taps.target];
  const data = new Float64Array(sizeOf(shape));
  for (let plane = 0; plane < batch * channels; plane++) {
    const from = plane * height * width;
    for (let window = 0; window < size; window++) {
      data[plane * size + window] = ofWindow(
        (visit) => taps.each(window, (pixel) => visit(x.data[from + pixel]!, pixel)),
        window,
      );
    }
  }
  return { shape, data };
}
