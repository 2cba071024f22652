// Adds up independent privacy losses: the masses of a sum are a convolution, computed as a product of transforms.
// Before that every loss is tilted by e^(tilt * loss), which centres the sum on the losses that decide the answer; so
// rounding and wrap-around are small beside a tail of 1e-30 as much as beside one of 1e-3 (the saddle-point idea of
// Alghamdi et al. 2023, used here only to place the numbers, never as an approximation). The upper and the lower
// lattice travel as the real and the imaginary part of one transform. Errors are bounds, first order in roundoff
// times the number of releases, with one per cent on top for the higher orders.

import { invariant } from "@unseen/base";
import { Fourier, unitRoundoff } from "./fft.ts";
import type { LossCurve } from "./loss-curve.ts";
import { type LossLattice, massError } from "./loss-lattice.ts";
import { multiplied, type Spectra, separatedPowers } from "./spectra.ts";

export type Composed = { readonly upper: LossCurve; readonly lower: LossCurve };

export type Part = { readonly lattice: LossLattice; readonly count: number };

export type Placement = {
  readonly tilt: number;
  /** The losses that the window must hold, and the rates at which mass outside it is bounded (Chernoff). */
  readonly from: number;
  readonly to: number;
  readonly rateBelow: number;
  readonly rateAbove: number;
  /** A shortfall of a release that does not matter. */
  readonly negligible: number;
};

/** About how far apart the two bounds on epsilon will lie; cheap beside composing, and used to choose the step. */
export function gapOf(parts: readonly Part[], { tilt, negligible }: Placement): number {
  let gap = 0;
  for (const { lattice, count } of parts) {
    const shift = peakOf(lattice, tilt);
    const upper = sum(tilted(lattice.upper, lattice, tilt, shift));
    const lower = lowerOf(lattice, tilt, shift, negligible);
    gap += count * (lower.drop + Math.log(upper / sum(lower.masses)) / Math.max(tilt, 1e-3));
  }
  return gap;
}

const steepest = 20;

/** All parts have one step. Costs two transforms, and one more for each further part. */
export function composeLosses(parts: readonly Part[], placement: Placement): Composed {
  const [only] = parts;
  invariant(only !== undefined, "there is something to compose");
  if (parts.length === 1 && only.count === 1) return single(only.lattice, placement);
  const { step } = only.lattice;
  const needed = (placement.to - placement.from) / step + 4;
  const size = 2 ** Math.max(4, Math.ceil(Math.log2(needed)));
  const base = Math.floor(placement.from / step - (size - needed) / 2);
  // A tilt or a rate that changes more than this from one point to the next would overflow and gain nothing.
  const [tilt, rateBelow, rateAbove] = [placement.tilt, placement.rateBelow, placement.rateAbove].map(
    (rate) => Math.min(rate, steepest / step),
  ) as [number, number, number];
  const fourier = new Fourier(size);
  const steps = parts.reduce((sum, { count }) => sum + count, 0);

  let product: Spectra | undefined;
  const logScale = { upper: steps * Math.log1p(massError), lower: steps * Math.log1p(-massError) };
  const beyond = { upper: [0, 0], lower: [0, 0] } as { upper: [number, number]; lower: [number, number] };
  let lowerOffset = 0;
  let upperOffset = 0;
  let transformError = 0;
  let shortfalls = 0;

  for (const { lattice, count } of parts) {
    const re = new Float64Array(size);
    const im = new Float64Array(size);
    const shift = peakOf(lattice, tilt);
    const upper = totalled(tilted(lattice.upper, lattice, tilt, shift));
    const { drop, shortfall, masses } = lowerOf(lattice, tilt, shift, placement.negligible);
    const lower = totalled(masses);
    lowerOffset -= count * (drop + 2 * lattice.lossError);
    upperOffset += count * lattice.lossError;
    shortfalls += count * shortfall;
    logScale.upper += count * (shift + Math.log(upper.total));
    logScale.lower += count * (shift + Math.log(lower.total));
    let squares = 0;
    for (let j = 0; j < upper.masses.length; j++) {
      const place = (((lattice.first + j) % size) + size) % size;
      const [u, l] = [upper.masses[j]! / upper.total, lower.masses[j]! / lower.total];
      re[place]! += u;
      im[place]! += l;
    }
    for (let j = 0; j < size; j++) squares += re[j]! ** 2 + im[j]! ** 2;
    for (const [side, { masses, total }] of [
      ["upper", upper],
      ["lower", lower],
    ] as const) {
      beyond[side][0] += count * logMoment(masses, total, lattice, -rateBelow);
      beyond[side][1] += count * logMoment(masses, total, lattice, rateAbove);
    }
    transformError += count * fourier.relativeError() * Math.sqrt(squares);
    fourier.forward(re, im);
    product = multiplied(product, separatedPowers(re, im, count));
  }
  invariant(product !== undefined, "there is a product");

  const { re, im, reLower, imLower } = product;
  let squares = 0;
  for (let f = 0; f < size; f++) {
    squares += re[f]! ** 2 + im[f]! ** 2 + reLower[f]! ** 2 + imLower[f]! ** 2;
    re[f]! -= imLower[f]!;
    im[f]! += reLower[f]!;
  }
  fourier.inverse(re, im);
  // Raising to a power rounds at most three times for each factor; the way back costs one transform more.
  const length = Math.sqrt(squares / size);
  const error = 1.01 * (transformError + length * (3 * steps * unitRoundoff + fourier.relativeError()));
  const ends = [base * step, (base + size) * step] as const;
  const curve = (masses: Float64Array, side: "upper" | "lower"): LossCurve => ({
    step,
    base,
    masses: rotated(masses, base),
    tilt,
    logScale: logScale[side],
    offset: side === "upper" ? upperOffset : lowerOffset,
    euclideanError: error,
    outside: Math.min(
      1,
      Math.exp(beyond[side][0] + rateBelow * ends[0]) + Math.exp(beyond[side][1] - rateAbove * ends[1]),
    ),
    infinity: anyInfinite(parts, side) - (side === "upper" ? 0 : shortfalls),
  });
  return { upper: curve(re, "upper"), lower: curve(im, "lower") };
}

/** One release needs no sum, so no transform and no window either. */
function single(lattice: LossLattice, { tilt, negligible }: Placement): Composed {
  const { drop, shortfall, isChords } = lowerOf(lattice, tilt, peakOf(lattice, tilt), negligible);
  const masses = isChords ? lattice.chords : lowered(lattice, lattice.merged, drop, 0);
  const shared = { step: lattice.step, base: lattice.first, tilt: 0, euclideanError: 0, outside: 0 };
  return {
    upper: {
      ...shared,
      masses: lattice.upper,
      logScale: Math.log1p(massError),
      offset: lattice.lossError,
      infinity: lattice.upperInfinity,
    },
    lower: {
      ...shared,
      masses,
      logScale: Math.log1p(-massError),
      offset: -drop - 2 * lattice.lossError,
      infinity: lattice.lowerInfinity - shortfall,
    },
  };
}

/** Largest exponent of a tilted mass, so that nothing that counts is lost below the smallest double. */
function peakOf({ upper, first, step }: LossLattice, tilt: number): number {
  let peak = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < upper.length; i++) {
    if (upper[i]! > 0) peak = Math.max(peak, Math.log(upper[i]!) + tilt * (first + i) * step);
  }
  return peak;
}

function tilted(masses: Float64Array, lattice: LossLattice, tilt: number, shift: number): Float64Array {
  const result = new Float64Array(masses.length);
  for (let i = 0; i < masses.length; i++) {
    if (masses[i] !== 0) result[i] = masses[i]! * Math.exp(tilt * (lattice.first + i) * lattice.step - shift);
  }
  return result;
}

/** Whichever of the two lower lattices leaves more tilted mass, which is to say the higher bound. */
function lowerOf(lattice: LossLattice, tilt: number, shift: number, negligible: number) {
  const merged = tilted(lattice.merged, lattice, tilt, shift);
  const drop = cheapestDrop(lattice, merged);
  const sunk = lowered(lattice, merged, drop, tilt);
  if (lattice.shortfall <= negligible) {
    const chords = tilted(lattice.chords, lattice, tilt, shift);
    if (sum(chords) > sum(sunk) * Math.exp(-Math.max(tilt, 1e-3) * drop))
      return { isChords: true, drop: 0, shortfall: lattice.shortfall, masses: chords };
  }
  return { isChords: false, drop, shortfall: 0, masses: sunk };
}

/**
 * Every merged group's loss is its point's loss plus its gap. Groups whose gap is at least -drop are lowered to the
 * point less drop; the few below go one whole step down. The drop is the power-of-two part of a step that costs least,
 * counted over the tilted masses, because those decide the answer.
 */
function cheapestDrop(lattice: LossLattice, masses: Float64Array): number {
  const { gap, step } = lattice;
  const halvings = 40;
  const heavier = new Float64Array(halvings + 2);
  let total = 0;
  for (let i = 0; i < masses.length; i++) {
    total += masses[i]!;
    // Gaps within the loss error count as none, and the offset pays for that once more.
    if (masses[i] === 0 || gap[i]! >= -lattice.lossError) continue;
    const halved = Math.min(halvings, Math.floor(-Math.log2(-gap[i]! / step)));
    heavier[Math.max(0, halved)]! += masses[i]!;
  }
  let [drop, cost, sunk] = [step, step, 0];
  for (let halved = 1; halved <= halvings + 1; halved++) {
    sunk += heavier[halved - 1]!;
    const candidate = halved > halvings ? 0 : step * 2 ** -halved;
    const costs = candidate + (step * sunk) / total;
    if (costs < cost) [drop, cost] = [candidate, costs];
  }
  return drop;
}

/** `masses` are tilted by `tilt`; those that go a step down lose the tilt of that step. */
function lowered(lattice: LossLattice, masses: Float64Array, drop: number, tilt: number): Float64Array {
  const result = new Float64Array(masses.length);
  const tiltOfStep = Math.exp(-tilt * lattice.step);
  for (let i = 0; i < masses.length; i++) {
    if (masses[i] === 0) continue;
    if (lattice.gap[i]! >= -drop - lattice.lossError) result[i]! += masses[i]!;
    else result[i - 1]! += masses[i]! * tiltOfStep;
  }
  return result;
}

function logMoment(masses: Float64Array, total: number, lattice: LossLattice, rate: number): number {
  let moment = 0;
  for (let i = 0; i < masses.length; i++) {
    if (masses[i]! > 0) moment += masses[i]! * Math.exp(rate * (lattice.first + i) * lattice.step);
  }
  return Math.log(moment / total);
}

function rotated(circle: Float64Array, base: number): Float64Array {
  const size = circle.length;
  const start = ((base % size) + size) % size;
  const result = new Float64Array(size);
  result.set(circle.subarray(start));
  result.set(circle.subarray(0, start), size - start);
  return result;
}

/** Chance that any release has infinite loss; rounded up for the upper bound, down for the lower. */
function anyInfinite(parts: readonly Part[], side: "upper" | "lower"): number {
  let logNone = 0;
  for (const { lattice, count } of parts) {
    logNone +=
      count * Math.log1p(-Math.min(1, side === "upper" ? lattice.upperInfinity : lattice.lowerInfinity));
  }
  return -Math.expm1(logNone) * (side === "upper" ? 1 + 1e-12 : 1 - 1e-12);
}

function totalled(masses: Float64Array) {
  return { masses, total: sum(masses) };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
