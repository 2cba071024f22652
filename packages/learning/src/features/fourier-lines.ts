// Fourier transforms of many short lines at once, of any length: decimation in time (Cooley and Tukey 1965), with butterflies for
// 2 and 3 and plain sums for other primes. The fast transform of the privacy losses takes powers of two alone, and keeps bounds.

/** Numbers with a real and an imaginary part each, [rows, columns], one row after the other. */
export type ComplexGrid = { readonly re: Float64Array; readonly im: Float64Array };

type Stage = {
  readonly radix: number;
  /** Length of the transforms that this stage puts together from `radix` shorter ones. */
  readonly length: number;
  /** e^(-2 pi i j k / length) at k * radix + j. */
  readonly cos: Float64Array;
  readonly sin: Float64Array;
};

export function complexGrid(size: number): ComplexGrid {
  return { re: new Float64Array(size), im: new Float64Array(size) };
}

export class FourierLines {
  readonly length: number;
  readonly #stages: readonly Stage[];
  readonly #order: Int32Array;

  constructor(length: number) {
    this.length = length;
    const radices = primeFactors(length);
    let reached = 1;
    this.#stages = radices.map((radix) => {
      reached *= radix;
      return stageOf(radix, reached);
    });
    this.#order = Int32Array.from({ length }, (_, at) => placeRead(at, radices));
  }

  /**
   * Transforms each of `width` lines, from `from` to [length, width], unscaled. An element and the next one of its line stand
   * `along` apart in `from`, and those of two lines `between`. The inverse is the same with the parts exchanged: give
   * `{ re: im, im: re }` twice.
   */
  transform(from: ComplexGrid, to: ComplexGrid, width: number, along: number, between: number): void {
    for (let row = 0, at = 0; row < this.length; row++) {
      for (let line = 0, source = this.#order[row]! * along; line < width; line++, at++, source += between) {
        to.re[at] = from.re[source]!;
        to.im[at] = from.im[source]!;
      }
    }
    for (const stage of this.#stages) {
      if (stage.radix === 2) this.#pairs(to, width, stage);
      else if (stage.radix === 3) this.#threes(to, width, stage);
      else this.#sums(to, width, stage);
    }
  }

  #pairs({ re, im }: ComplexGrid, width: number, { length, cos, sin }: Stage): void {
    const half = length / 2;
    for (let start = 0; start < this.length; start += length) {
      for (let k = 0; k < half; k++) {
        const c = cos[2 * k + 1]!;
        const s = sin[2 * k + 1]!;
        const first = (start + k) * width;
        for (let a = first, b = first + half * width; a < first + width; a++, b++) {
          const tr = re[b]! * c - im[b]! * s;
          const ti = re[b]! * s + im[b]! * c;
          re[b] = re[a]! - tr;
          im[b] = im[a]! - ti;
          re[a]! += tr;
          im[a]! += ti;
        }
      }
    }
  }

  #threes({ re, im }: ComplexGrid, width: number, { length, cos, sin }: Stage): void {
    const third = length / 3;
    const root = Math.sqrt(3) / 2;
    for (let start = 0; start < this.length; start += length) {
      for (let k = 0; k < third; k++) {
        const c1 = cos[3 * k + 1]!;
        const s1 = sin[3 * k + 1]!;
        const c2 = cos[3 * k + 2]!;
        const s2 = sin[3 * k + 2]!;
        const first = (start + k) * width;
        for (let a = first; a < first + width; a++) {
          const b = a + third * width;
          const c = b + third * width;
          const br = re[b]! * c1 - im[b]! * s1;
          const bi = re[b]! * s1 + im[b]! * c1;
          const cr = re[c]! * c2 - im[c]! * s2;
          const ci = re[c]! * s2 + im[c]! * c2;
          const sr = br + cr;
          const si = bi + ci;
          const dr = (br - cr) * root;
          const di = (bi - ci) * root;
          const mr = re[a]! - sr / 2;
          const mi = im[a]! - si / 2;
          re[a]! += sr;
          im[a]! += si;
          re[b] = mr + di;
          im[b] = mi - dr;
          re[c] = mr - di;
          im[c] = mi + dr;
        }
      }
    }
  }

  #sums({ re, im }: ComplexGrid, width: number, { radix, length, cos, sin }: Stage): void {
    const part = length / radix;
    const [ownRe, ownIm] = [new Float64Array(radix), new Float64Array(radix)];
    for (let start = 0; start < this.length; start += length) {
      for (let at = start * width; at < (start + part) * width; at++) {
        const k = Math.floor(at / width) - start;
        for (let j = 0; j < radix; j++) {
          ownRe[j] = re[at + j * part * width]!;
          ownIm[j] = im[at + j * part * width]!;
        }
        for (let out = 0; out < radix; out++) {
          let [sumRe, sumIm] = [0, 0];
          for (let j = 0; j < radix; j++) {
            const turn = (k + out * part) * radix + j;
            sumRe += ownRe[j]! * cos[turn]! - ownIm[j]! * sin[turn]!;
            sumIm += ownRe[j]! * sin[turn]! + ownIm[j]! * cos[turn]!;
          }
          re[at + out * part * width] = sumRe;
          im[at + out * part * width] = sumIm;
        }
      }
    }
  }
}

function stageOf(radix: number, length: number): Stage {
  const turns = Array.from({ length: length * radix }, (_, at) => {
    const product = (Math.floor(at / radix) * (at % radix)) % length;
    return (-2 * Math.PI * product) / length;
  });
  return {
    radix,
    length,
    cos: Float64Array.from(turns, Math.cos),
    sin: Float64Array.from(turns, Math.sin),
  };
}

function primeFactors(length: number): readonly number[] {
  const factors: number[] = [];
  let rest = length;
  for (let prime = 2; rest > 1; prime++) {
    while (rest % prime === 0) {
      factors.push(prime);
      rest /= prime;
    }
  }
  return factors;
}

/** Where the element stands in the input that the stages expect at `at`: digits of mixed radices, read backwards. */
function placeRead(at: number, radices: readonly number[]): number {
  let place = 0;
  let rest = at;
  for (const radix of radices) {
    place = place * radix + (rest % radix);
    rest = Math.floor(rest / radix);
  }
  return place;
}
