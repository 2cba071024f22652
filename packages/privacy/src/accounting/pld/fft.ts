// The fast Fourier transform that composes privacy losses: radix 2 on two Float64Arrays, without reordering, and with
// the worst-case error that is added to every bound. Higham, Accuracy and Stability of Numerical Algorithms, 24.1.

import { invariant } from "@unseen/base";

/** Half the distance from 1 to the next double: the most that one rounding changes a number, relative to it. */
export const unitRoundoff = 2 ** -53;

/** Twiddles are one rounding from true here, a complex product and a sum add at most seven more; we count ten. */
const roundoffsAStage = 10;

/** Points whose stages are all done before going on, so that they stay in the first cache: 2 * 8 bytes each. */
const inCache = 2 ** 11;

export class Fourier {
  readonly size: number;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;

  /** `size` is a power of two of at least two. Costs size/2 sines and cosines. */
  constructor(size: number) {
    invariant(size >= 2 && Number.isInteger(Math.log2(size)), "a transform has a power of two of points");
    this.size = size;
    this.#cos = new Float64Array(size / 2);
    this.#sin = new Float64Array(size / 2);
    // Angles stay within an eighth of a turn, where the rounding of the angle itself does no harm.
    const eighth = size / 8;
    for (let i = 0; i < size / 2; i++) {
      const quadrant = Math.floor((i + eighth) / (size / 4));
      const angle = (2 * Math.PI * (i - (quadrant * size) / 4)) / size;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      this.#cos[i] = quadrant === 0 ? cos : quadrant === 1 ? -sin : -cos;
      this.#sin[i] = quadrant === 0 ? sin : quadrant === 1 ? cos : -sin;
    }
  }

  /** In place, unscaled; frequency f ends at the place whose bits are those of f read backwards. */
  forward(re: Float64Array, im: Float64Array): void {
    const n = this.size;
    const block = Math.min(n, inCache);
    for (let half = n / 2; half >= block; half /= 2) this.#split(re, im, 0, n, half);
    for (let start = 0; start < n; start += block) {
      for (let half = block / 2; half >= 1; half /= 2) this.#split(re, im, start, start + block, half);
    }
  }

  /** Undoes `forward`, from its order of frequencies, with the scale of 1/size. */
  inverse(re: Float64Array, im: Float64Array): void {
    const n = this.size;
    const block = Math.min(n, inCache);
    for (let start = 0; start < n; start += block) {
      for (let half = 1; half < block; half *= 2) this.#join(re, im, start, start + block, half);
    }
    for (let half = block; half < n; half *= 2) this.#join(re, im, 0, n, half);
    const scale = 1 / n;
    for (let i = 0; i < n; i++) {
      re[i]! *= scale;
      im[i]! *= scale;
    }
  }

  #split(re: Float64Array, im: Float64Array, from: number, to: number, half: number): void {
    const cos = this.#cos;
    const sin = this.#sin;
    const stride = this.size / 2 / half;
    for (let start = from; start < to; start += 2 * half) {
      for (let a = start, twiddle = 0; a < start + half; a++, twiddle += stride) {
        const b = a + half;
        const dr = re[a]! - re[b]!;
        const di = im[a]! - im[b]!;
        const c = cos[twiddle]!;
        const s = sin[twiddle]!;
        re[a]! += re[b]!;
        im[a]! += im[b]!;
        re[b] = dr * c + di * s;
        im[b] = di * c - dr * s;
      }
    }
  }

  #join(re: Float64Array, im: Float64Array, from: number, to: number, half: number): void {
    const cos = this.#cos;
    const sin = this.#sin;
    const stride = this.size / 2 / half;
    for (let start = from; start < to; start += 2 * half) {
      for (let a = start, twiddle = 0; a < start + half; a++, twiddle += stride) {
        const b = a + half;
        const c = cos[twiddle]!;
        const s = sin[twiddle]!;
        const tr = re[b]! * c - im[b]! * s;
        const ti = im[b]! * c + re[b]! * s;
        re[b] = re[a]! - tr;
        im[b] = im[a]! - ti;
        re[a]! += tr;
        im[a]! += ti;
      }
    }
  }

  /** Most that one transform moves a vector, in Euclidean length and relative to its own. A bound, not an estimate. */
  relativeError(): number {
    return Math.log2(this.size) * roundoffsAStage * unitRoundoff;
  }
}

/** The place of frequency -f, given the place of f: within each power of two the order is reversed. */
export function mirrored(place: number): number {
  return place < 2 ? place : 3 * 2 ** (31 - Math.clz32(place)) - 1 - place;
}
