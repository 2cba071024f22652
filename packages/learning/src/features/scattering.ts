// The scattering transform of images to the second order (Mallat 2012, arXiv 1101.2286; Oyallon and Mallat 2015, arXiv 1412.8659):
// features that nobody learnt. Each row's come from that row alone, so they cost no privacy, and private linear models on them
// are hard to beat (Tramer and Boneh 2021, arXiv 2011.11660). Numbers are those of Kymatio's Scattering2D.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { FourierGrid } from "./fourier-grid.ts";
import { type ComplexGrid, complexGrid } from "./fourier-lines.ts";
import { smoothing, type Wavelet, waveletsFor } from "./morlet-filters.ts";

export type ScatteringOptions = {
  /** Of an image: [channels, height, width]; each channel is transformed for itself. */
  readonly shape: readonly number[];
  /** From 1; features are as many times 2 coarser than the image. 2 if left out. */
  readonly scales?: number;
  /** Directions of the wavelets, from 1 to 32; 8 if left out. */
  readonly angles?: number;
};

/** Images thinned out as often: their transform, and the matrices that smooth them. */
type Level = {
  readonly fourier: FourierGrid;
  readonly down: Float64Array;
  readonly across: Float64Array;
  readonly space: ComplexGrid;
  readonly spectrum: ComplexGrid;
};

const largestSide = 256;

export class Scattering {
  /** Of an image's features: [channels * paths, height / 2^scales, width / 2^scales], rounded as Kymatio does. */
  readonly shape: readonly [number, number, number];
  readonly #image: readonly [number, number, number];
  readonly #levels: readonly Level[];
  readonly #wavelets: readonly Wavelet[];
  readonly #smoothed: Float64Array;

  private constructor(image: readonly [number, number, number], scales: number, angles: number) {
    const [channels, height, width] = image;
    const [rows, columns] = [paddedTo(height, scales), paddedTo(width, scales)];
    this.#image = image;
    this.#levels = Array.from({ length: scales }, (_, level) => {
      const fourier = new FourierGrid(rows / 2 ** level, columns / 2 ** level);
      const size = fourier.rows * fourier.columns;
      return {
        fourier,
        down: smoothing(rows, scales, level),
        across: smoothing(columns, scales, level),
        space: complexGrid(size),
        spectrum: complexGrid(size),
      };
    });
    this.#wavelets = waveletsFor(this.#levels[0]!.fourier, scales, angles);
    const paths = 1 + scales * angles + ((scales * (scales - 1)) / 2) * angles * angles;
    this.shape = [channels * paths, rows / 2 ** scales - 2, columns / 2 ** scales - 2];
    this.#smoothed = new Float64Array(this.shape[2] * rows);
  }

  /** Refuses images smaller than a place of features, or with a side above 256 (`training-invalid`). */
  static of({ shape, scales = 2, angles = 8 }: ScatteringOptions): Result<Scattering, Problem> {
    const [channels = 0, height = 0, width = 0] = shape;
    const isCount = (value: number, from: number, to: number) =>
      Number.isSafeInteger(value) && value >= from && value <= to;
    const isSound =
      shape.length === 3 &&
      isCount(scales, 1, 10) &&
      isCount(angles, 1, 32) &&
      isCount(channels, 1, largestSide) &&
      isCount(height, 2 ** scales, largestSide) &&
      isCount(width, 2 ** scales, largestSide);
    if (isSound) return ok(new Scattering([channels, height, width], scales, angles));
    return err(
      problem(
        "training-invalid",
        `a scattering takes images [channels, height, width] with sides from 2^scales to ${largestSide}`,
        { hint: "{ shape: [1, 28, 28], scales: 2 }" },
      ),
    );
  }

  /**
   * The features of each image, one after the other, as [rows, ...shape]. An image with a number that is not finite has no finite
   * feature. Cost: a few milliseconds for an image of 28 by 28 in 81 paths.
   */
  transform(images: ArrayLike<number>): Result<Float32Array, Problem> {
    const [channels, height, width] = this.#image;
    const size = height * width;
    if (images.length % (channels * size) !== 0)
      return err(problem("training-invalid", `the images are not of ${channels * size} numbers each`));
    const count = images.length / size;
    const each = (this.shape[0] / channels) * this.shape[1] * this.shape[2];
    const features = new Float32Array(count * each);
    for (let at = 0; at < count; at++) this.#scatter(images, at * size, features, at * each);
    return ok(features);
  }

  #scatter(images: ArrayLike<number>, from: number, features: Float32Array, start: number): void {
    const [whole] = this.#levels as readonly [Level];
    const places = this.shape[1] * this.shape[2];
    const firstOfSecondOrder = start + (1 + this.#wavelets.length) * places;
    this.#pad(images, from, whole.space);
    this.#smooth(0, features, start);
    // Its spectrum is used by all first wavelets, and those of their results by all second ones.
    const image = complexGrid(whole.space.re.length);
    whole.fourier.forward(whole.space, image);
    let second = firstOfSecondOrder;
    for (const [at, first] of this.#wavelets.entries()) {
      this.#filter(image, 0, first);
      this.#smooth(first.scale, features, start + (1 + at) * places);
      const coarser = this.#wavelets.filter(({ scale }) => scale > first.scale);
      if (coarser.length === 0) continue;
      const { fourier, space } = this.#levels[first.scale]!;
      const spectrum = complexGrid(space.re.length);
      fourier.forward(space, spectrum);
      for (const wavelet of coarser) {
        this.#filter(spectrum, first.scale, wavelet);
        this.#smooth(wavelet.scale, features, second);
        second += places;
      }
    }
  }

  /** Mirrors the image at its edges. */
  #pad(images: ArrayLike<number>, from: number, { re, im }: ComplexGrid): void {
    const [, height, width] = this.#image;
    const { rows, columns } = this.#levels[0]!.fourier;
    const [above, left] = [Math.trunc((rows - height) / 2), Math.trunc((columns - width) / 2)];
    im.fill(0);
    for (let row = 0; row < rows; row++) {
      const line = from + mirrored(row - above, height) * width;
      for (let column = 0; column < columns; column++)
        re[row * columns + column] = images[line + mirrored(column - left, width)]!;
    }
  }

  /** Filters an image of this level with a wavelet, thins the result out to the wavelet's scale and keeps its size, there in space. */
  #filter(from: ComplexGrid, level: number, { scale, levels }: Wavelet): void {
    const wavelet = levels[level]!;
    const { fourier } = this.#levels[level]!;
    const { fourier: coarse, space, spectrum } = this.#levels[scale]!;
    spectrum.re.fill(0);
    spectrum.im.fill(0);
    for (let column = 0, at = 0; column < fourier.columns; column++) {
      const line = (column % coarse.columns) * coarse.rows;
      for (let block = 0; block < fourier.rows; block += coarse.rows) {
        for (let row = line; row < line + coarse.rows; row++, at++) {
          spectrum.re[row]! += from.re[at]! * wavelet[at]!;
          spectrum.im[row]! += from.im[at]! * wavelet[at]!;
        }
      }
    }
    coarse.inverse(spectrum, space);
    const scaling = 1 / wavelet.length;
    for (let at = 0; at < space.re.length; at++) {
      const re = space.re[at]!;
      const im = space.im[at]!;
      space.re[at] = Math.sqrt(re * re + im * im) * scaling;
    }
    space.im.fill(0);
  }

  /** Smooths what stands in space at this level, along both axes. */
  #smooth(level: number, features: Float32Array, start: number): void {
    const { fourier, space, down, across } = this.#levels[level]!;
    const [, height, width] = this.shape;
    const { rows, columns } = fourier;
    const half = this.#smoothed;
    for (let row = 0; row < rows; row++) {
      for (let at = 0; at < width; at++) {
        let sum = 0;
        for (
          let column = 0, from = row * columns, weight = at * columns;
          column < columns;
          column++, from++, weight++
        )
          sum += space.re[from]! * across[weight]!;
        half[at * rows + row] = sum;
      }
    }
    for (let out = 0; out < height; out++) {
      for (let at = 0; at < width; at++) {
        let sum = 0;
        for (let row = 0, from = at * rows, weight = out * rows; row < rows; row++, from++, weight++)
          sum += half[from]! * down[weight]!;
        features[start + out * width + at] = sum;
      }
    }
  }
}

function paddedTo(side: number, scales: number): number {
  return (Math.floor(side / 2 ** scales) + 2) * 2 ** scales;
}

function mirrored(place: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const within = ((place % period) + period) % period;
  return within < length ? within : period - within;
}
