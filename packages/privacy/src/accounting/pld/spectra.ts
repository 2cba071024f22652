// The transforms of an upper and a lower lattice that travelled as one: taken apart, raised to powers and multiplied.

import { mirrored } from "./fft.ts";

/** Takes the transform of (upper + i lower) apart and raises both to the power. In place of the frequencies given. */
export function separatedPowers(re: Float64Array, im: Float64Array, count: number): Spectra {
  const size = re.length;
  const reLower = new Float64Array(size);
  const imLower = new Float64Array(size);
  const power = powerOf(count);
  for (let f = 0; f < size; f++) {
    const g = mirrored(f);
    if (g < f) continue;
    const [ar, ai, br, bi] = [re[f]!, im[f]!, re[g]!, im[g]!];
    power((ar + br) / 2, (ai - bi) / 2);
    re[f] = power.re;
    im[f] = power.im;
    re[g] = power.re;
    im[g] = -power.im;
    power((ai + bi) / 2, (br - ar) / 2);
    reLower[f] = power.re;
    imLower[f] = power.im;
    reLower[g] = power.re;
    imLower[g] = -power.im;
  }
  return { re, im, reLower, imLower };
}

type Power = { (re: number, im: number): void; re: number; im: number };

/** Repeated squaring; the result is left in its two fields, which spares an object for each frequency. */
function powerOf(count: number): Power {
  const power: Power = Object.assign(
    (re: number, im: number) => {
      // Most frequencies of a long composition vanish; a double holds nothing below e^-745, and denormals are slow.
      if ((count / 2) * Math.log(re * re + im * im) < -700) {
        power.re = 0;
        power.im = 0;
        return;
      }
      let [resultRe, resultIm] = [1, 0];
      let [squareRe, squareIm] = [re, im];
      for (let left = count; ; ) {
        if (left % 2 === 1) {
          const next = resultRe * squareRe - resultIm * squareIm;
          resultIm = resultRe * squareIm + resultIm * squareRe;
          resultRe = next;
        }
        left = Math.floor(left / 2);
        if (left === 0) break;
        const next = squareRe * squareRe - squareIm * squareIm;
        squareIm = 2 * squareRe * squareIm;
        squareRe = next;
      }
      power.re = resultRe;
      power.im = resultIm;
    },
    { re: 0, im: 0 },
  );
  return power;
}

export type Spectra = {
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly reLower: Float64Array;
  readonly imLower: Float64Array;
};

/** Frequency by frequency, into the left one. */
export function multiplied(left: Spectra | undefined, right: Spectra): Spectra {
  if (left === undefined) return right;
  for (let f = 0; f < left.re.length; f++) {
    const re = left.re[f]! * right.re[f]! - left.im[f]! * right.im[f]!;
    left.im[f] = left.re[f]! * right.im[f]! + left.im[f]! * right.re[f]!;
    left.re[f] = re;
    const reLower = left.reLower[f]! * right.reLower[f]! - left.imLower[f]! * right.imLower[f]!;
    left.imLower[f] = left.reLower[f]! * right.imLower[f]! + left.imLower[f]! * right.reLower[f]!;
    left.reLower[f] = reLower;
  }
  return left;
}
