// Windows over an image: which pixel each place of a small kernel reads, for each pixel of the result.
//
// The size formulas and the order of `pads` are those of the ONNX operators Conv, ConvTranspose, MaxPool and
// AveragePool. Images are [batch, channels, height, width].

import { err, ok, type Problem, type Result } from "@unseen/base";
import { doesNotFit, printShape, type Shape } from "../shape/shape.ts";
import type { AttributeSpec, Attributes } from "./operation.ts";

/** Along one axis of an image. */
export type AxisWindows = {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros, or nothing, before the first pixel and after the last. */
  readonly before: number;
  readonly after: number;
};

/** Height first. */
export type Windows = readonly [AxisWindows, AxisWindows];

/** Empty lists stand for steps of 1 and no padding. `pads` is top, left, bottom, right. */
export const windowAttributes = {
  strides: { kind: "integers", default: [] },
  pads: { kind: "integers", default: [] },
  dilations: { kind: "integers", default: [] },
} as const satisfies Record<string, AttributeSpec>;

/** Far beyond any image: products of two such numbers are still exact. */
const largest = 2 ** 22;

export function readWindows(
  image: Shape,
  kernel: readonly number[],
  attributes: Attributes,
): Result<Windows, Problem> {
  const isImage = image.length === 4 && image.slice(1).every((size) => size !== "rows" && size > 0);
  if (!isImage)
    return err(doesNotFit(`an image is [batch, channels, height, width], not ${printShape(image)}`));
  const strides = listOf("strides", attributes.strides, 2, 1);
  if (!strides.ok) return strides;
  const dilations = listOf("dilations", attributes.dilations, 2, 1);
  if (!dilations.ok) return dilations;
  const pads = listOf("pads", attributes.pads, 4, 0);
  if (!pads.ok) return pads;
  if (kernel.length !== 2 || kernel.some((size) => size < 1 || size > largest))
    return err(doesNotFit(`a kernel has a height and a width of at least 1, not [${kernel.join(", ")}]`));
  const [rows, columns] = [0, 1].map((axis) => ({
    size: image[axis + 2] as number,
    kernel: kernel[axis]!,
    stride: strides.value[axis]!,
    dilation: dilations.value[axis]!,
    before: pads.value[axis]!,
    after: pads.value[axis + 2]!,
  }));
  return ok([rows!, columns!]);
}

/** A list of `length` whole numbers of at least `least`, which is what an empty one stands for. */
function listOf(
  name: string,
  value: Attributes[string] | undefined,
  length: number,
  least: number,
): Result<readonly number[], Problem> {
  const list = value as readonly number[];
  if (list.length === 0) return ok(new Array<number>(length).fill(least));
  const fits = list.length === length && list.every((one) => one >= least && one <= largest);
  return fits ? ok(list) : err(doesNotFit(`${name} are ${length} whole numbers of at least ${least}`));
}

/** How much of an axis the kernel spans. */
export function reachOf({ kernel, dilation }: AxisWindows): number {
  return (kernel - 1) * dilation + 1;
}

/** How many windows fit along an axis. With `isCeiling` one more may hang over the end, if it starts before it. */
export function windowsAlong(axis: AxisWindows, isCeiling = false): Result<number, Problem> {
  const room = axis.size + axis.before + axis.after - reachOf(axis);
  if (room < 0) {
    return err(
      doesNotFit(
        `a kernel that spans ${reachOf(axis)} does not fit into ${axis.size} pixels and their padding`,
      ),
    );
  }
  const whole = Math.floor(room / axis.stride) + 1;
  const hangsOver = isCeiling && room % axis.stride > 0 && whole * axis.stride < axis.size + axis.before;
  return ok(hangsOver ? whole + 1 : whole);
}

/** For each of `count` windows and each place of the kernel the pixel it reads, or -1 in the padding. */
export function tapsAlong(axis: AxisWindows, count: number): Int32Array {
  const taps = new Int32Array(count * axis.kernel);
  for (let window = 0; window < count; window++) {
    for (let place = 0; place < axis.kernel; place++) {
      const pixel = window * axis.stride - axis.before + place * axis.dilation;
      taps[window * axis.kernel + place] = pixel >= 0 && pixel < axis.size ? pixel : -1;
    }
  }
  return taps;
}

/** The same turned round: which pixel of the small image reaches pixel `at` of the large one through each place. */
export function tapsBack(axis: AxisWindows, count: number): Int32Array {
  const taps = new Int32Array(count * axis.kernel);
  for (let at = 0; at < count; at++) {
    for (let place = 0; place < axis.kernel; place++) {
      const steps = at + axis.before - place * axis.dilation;
      const pixel = steps / axis.stride;
      taps[at * axis.kernel + place] =
        Number.isInteger(pixel) && pixel >= 0 && pixel < axis.size ? pixel : -1;
    }
  }
  return taps;
}

/** Which pixels each window reads. A table for each axis: for both together there may be a thousand times as many. */
export class Taps {
  /** Height and width of the result. */
  readonly target: readonly [number, number];
  /** Places of the kernel. */
  readonly places: number;
  readonly #kernel: readonly [number, number];
  readonly #down: Int32Array;
  readonly #across: Int32Array;
  /** Pixels in a line of the image. */
  readonly #width: number;

  constructor(
    [rows, columns]: Windows,
    target: readonly [number, number],
    along: (axis: AxisWindows, count: number) => Int32Array,
  ) {
    this.target = target;
    this.places = rows.kernel * columns.kernel;
    this.#kernel = [rows.kernel, columns.kernel];
    this.#down = along(rows, target[0]);
    this.#across = along(columns, target[1]);
    this.#width = columns.size;
  }

  /** Each pixel of one window in order, with the place of the kernel that reads it. */
  each(window: number, visit: (pixel: number, place: number) => void): void {
    const [height, width] = this.#kernel;
    const [y, x] = [Math.floor(window / this.target[1]), window % this.target[1]];
    for (let row = 0; row < height; row++) {
      const line = this.#down[y * height + row]!;
      if (line < 0) continue;
      for (let column = 0; column < width; column++) {
        const pixel = this.#across[x * width + column]!;
        if (pixel >= 0) visit(line * this.#width + pixel, row * width + column);
      }
    }
  }

  /** Adds to each window's number the products of its pixels with a kernel. Each list is read, or added to, from a place on. */
  addProducts(
    image: { readonly data: Float64Array; readonly from: number },
    kernel: { readonly data: Float64Array; readonly from: number },
    sums: { readonly data: Float64Array; readonly from: number },
  ): void {
    const [height, width] = this.#kernel;
    const [lines, columns] = this.target;
    const [down, across] = [this.#down, this.#across];
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const weight = kernel.data[kernel.from + row * width + column]!;
        for (let y = 0; y < lines; y++) {
          const line = down[y * height + row]!;
          if (line < 0) continue;
          const [from, to] = [image.from + line * this.#width, sums.from + y * columns];
          for (let x = 0; x < columns; x++) {
            const pixel = across[x * width + column]!;
            if (pixel >= 0) sums.data[to + x]! += image.data[from + pixel]! * weight;
          }
        }
      }
    }
  }

  /** How many pixels each window reads. */
  counts(): readonly number[] {
    const [height, width] = this.#kernel;
    const [down, across] = [held(this.#down, height), held(this.#across, width)];
    return down.flatMap((lines) => across.map((columns) => lines * columns));
  }

  /** For each window and each place of the kernel the pixel that it reads, or -1: `places` numbers a window. */
  get pixels(): Int32Array {
    const windows = this.target[0] * this.target[1];
    const pixels = new Int32Array(windows * this.places).fill(-1);
    for (let window = 0; window < windows; window++)
      this.each(window, (pixel, place) => {
        pixels[window * this.places + place] = pixel;
      });
    return pixels;
  }
}

/** How many of each run of taps are not in the padding. */
function held(taps: Int32Array, run: number): readonly number[] {
  return Array.from(
    { length: taps.length / run },
    (_, at) => taps.subarray(at * run, (at + 1) * run).filter((tap) => tap >= 0).length,
  );
}
