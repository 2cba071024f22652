// The filters of a scattering transform, as Kymatio designs them (Andreux and others 2020, arXiv 1812.11214): Morlet wavelets at
// each scale and angle, and the Gaussian that smooths. All are made for a padded image, and known before any image is.

import type { FourierGrid } from "./fourier-grid.ts";
import { type ComplexGrid, complexGrid } from "./fourier-lines.ts";

export type Wavelet = {
  readonly scale: number;
  /** Its Fourier transform, which is real, as [columns, rows], for images that were thinned out 0, 1, ... times. */
  readonly levels: readonly Float64Array[];
};

/** Kymatio writes pi so where it scales filters, and a model that learnt on its features expects ours to be alike. */
const shortPi = 31_415 / 10_000;

/** Widths and frequencies of the finest scale, as Kymatio has them. */
const [finestWidth, finestFrequency] = [0.8, (3 / 4) * Math.PI];

/** `angles` wavelets at each of `scales` scales, the finest first. */
export function waveletsFor(grid: FourierGrid, scales: number, angles: number): readonly Wavelet[] {
  return Array.from({ length: scales * angles }, (_, at) => {
    const scale = Math.floor(at / angles);
    const angle = ((Math.trunc(angles - angles / 2 - 1) - (at % angles)) * Math.PI) / angles;
    const spectrum = morletSpectrum(grid, {
      width: finestWidth * 2 ** scale,
      angle,
      frequency: finestFrequency / 2 ** scale,
      slant: 4 / angles,
    });
    const levels = Array.from({ length: Math.min(scale + 1, Math.max(scales - 1, 1)) }, (_, level) =>
      thinned(spectrum, grid.columns, grid.rows, level),
    );
    return { scale, levels };
  });
}

type Gabor = {
  readonly width: number;
  readonly angle: number;
  readonly frequency: number;
  /** Of its ellipse. */
  readonly slant: number;
};

function morletSpectrum(grid: FourierGrid, gabor: Gabor): Float64Array {
  const wave = gaborWave(grid, gabor);
  const hill = gaborWave(grid, { ...gabor, frequency: 0 });
  const total = (of: Float64Array) => of.reduce((sum, each) => sum + each, 0);
  const area = total(hill.re);
  // So that an even image leaves no trace.
  const [shareRe, shareIm] = [total(wave.re) / area, total(wave.im) / area];
  for (let at = 0; at < hill.re.length; at++) {
    wave.re[at]! -= shareRe * hill.re[at]!;
    wave.im[at]! -= shareIm * hill.re[at]!;
  }
  const spectrum = complexGrid(hill.re.length);
  grid.forward(wave, spectrum);
  return spectrum.re;
}

/** A Gaussian hill times a wave, on a grid that closes upon itself: added up over five turns each way. */
function gaborWave({ rows, columns }: FourierGrid, { width, angle, frequency, slant }: Gabor): ComplexGrid {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const twice = 2 * width * width;
  const down = (cos * cos + slant * slant * sin * sin) / twice;
  const across = (sin * sin + slant * slant * cos * cos) / twice;
  const mixed = (2 * cos * sin * (1 - slant * slant)) / twice;
  const scale = slant / (2 * shortPi * width * width);
  const wave = complexGrid(rows * columns);
  for (let x = -2 * rows; x < 3 * rows; x++) {
    for (let y = -2 * columns; y < 3 * columns; y++) {
      const height = scale * Math.exp(-(down * x * x + mixed * x * y + across * y * y));
      const phase = frequency * (x * cos + y * sin);
      const at = ((x + 2 * rows) % rows) * columns + ((y + 2 * columns) % columns);
      wave.re[at]! += height * Math.cos(phase);
      wave.im[at]! += height * Math.sin(phase);
    }
  }
  return wave;
}

/** The filter for images of which each second row and column was left out `level` times: its high frequencies are cut. */
function thinned(spectrum: Float64Array, rows: number, columns: number, level: number): Float64Array {
  const [fewRows, fewColumns] = [rows / 2 ** level, columns / 2 ** level];
  const few = new Float64Array(fewRows * fewColumns);
  for (let row = 0; row < rows; row++) {
    if (isCut(row, rows, level)) continue;
    for (let column = 0; column < columns; column++) {
      if (isCut(column, columns, level)) continue;
      few[(row % fewRows) * fewColumns + (column % fewColumns)]! += spectrum[row * columns + column]!;
    }
  }
  return few;
}

function isCut(frequency: number, length: number, level: number): boolean {
  const start = Math.trunc(length / 2 ** (level + 1));
  return frequency >= start && frequency < start + Math.trunc(length * (1 - 2 ** -level));
}

/**
 * The matrix [length / 2^scales - 2, length / 2^level] that smooths a line thinned out `level` times with a Gaussian, keeps
 * one place in 2^scales, and leaves out both ends, which are padding. The Gaussian of a grid is two such, one for each axis.
 */
export function smoothing(length: number, scales: number, level: number): Float64Array {
  const width = finestWidth * 2 ** (scales - 1);
  const spectrum = hillSpectrum(length, width);
  const [few, kept] = [length / 2 ** level, length / 2 ** scales];
  const folded = new Float64Array(few);
  for (let frequency = 0; frequency < length; frequency++) {
    if (!isCut(frequency, length, level)) folded[frequency % few]! += spectrum[frequency]!;
  }
  const matrix = new Float64Array((kept - 2) * few);
  const every = few / kept;
  for (let place = 1; place < kept - 1; place++) {
    for (let at = 0; at < few; at++) {
      let sum = 0;
      for (let frequency = 0; frequency < few; frequency++) {
        const turns = (frequency * (place * every - at)) / few;
        sum += folded[frequency]! * Math.cos(2 * Math.PI * turns);
      }
      matrix[(place - 1) * few + at] = sum / few;
    }
  }
  return matrix;
}

/** Of a Gaussian hill on a circle. Two of them together have the scale of the hill on a grid. */
function hillSpectrum(length: number, width: number): Float64Array {
  const scale = 1 / Math.sqrt(2 * shortPi * width * width);
  return Float64Array.from({ length }, (_, frequency) => {
    let sum = 0;
    for (let x = -2 * length; x < 3 * length; x++)
      sum += Math.exp((-x * x) / (2 * width * width)) * Math.cos((2 * Math.PI * frequency * x) / length);
    return scale * sum;
  });
}
