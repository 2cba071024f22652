// Brings a loss onto a lattice of multiples of `step`, twice: once so that privacy can only get worse, once so that it
// can only get better. Above: connect the dots (Doroshenko, Ghazi, Kamath, Kumar, Manurangsi 2022): each bit of mass is
// split between its two neighbours so that its P- and its Q-mass both stay, which is the tightest upper curve through
// the lattice. Below, two ways, and the composition takes the better one. Merged: all outcomes within half a step of a
// lattice point become one, which is post-processing, and the merged loss, which lies within O(step^2) of the point, is
// lowered to one offset that all points share. Under the chords: see lower-chords.ts.

import type { LossPiece, LossSource } from "./loss-source.ts";
import { chordsBelow } from "./lower-chords.ts";

export type LossLattice = {
  readonly step: number;
  /** Element i stands for the loss (first + i) * step. */
  readonly first: number;
  readonly upper: Float64Array;
  /** Masses merged into their nearest point. */
  readonly merged: Float64Array;
  /** Loss of each merged group minus that of its point; at most half a step either way. */
  readonly gap: Float64Array;
  /** Masses whose curve of deltas runs below the true one by construction, after taking `shortfall` off every delta. */
  readonly chords: Float64Array;
  readonly shortfall: number;
  readonly upperInfinity: number;
  readonly lowerInfinity: number;
  readonly largestLoss: number;
  /** Most by which the loss of any outcome was misjudged in floating point. */
  readonly lossError: number;
};

/**
 * Most by which any mass here differs from the true one, relative to it: the quadrature is good to 2e-12 by its own
 * error term (below), and exp, log and the tilt to a few roundings of exponents up to 745, which is 3e-13.
 */
export const massError = 5e-12;

/** Two and three point Gauss-Legendre on [-1, 1]. */
const twoNode = 1 / Math.sqrt(3);
const threeNode = Math.sqrt(3 / 5);

/**
 * With w = width * steepness the error of n points relative to the integral is below w^(2n) (n!)^4 / ((2n+1) (2n)!^3):
 * 2.3e-4 w^4 for two, 5e-7 w^6 for three.
 */
const widthForTwo = 6e-3;
const widthForThree = 0.1;

/** Costs a few function evaluations for each half step between the smallest and the largest loss. */
export function latticeOf(source: LossSource, step: number): LossLattice {
  const [smallest, largest] = rangeOf(source);
  const first = Math.floor(smallest / step) - 1;
  const length = Math.ceil(largest / step) + 2 - first;
  const upper = new Float64Array(length);
  const merged = new Float64Array(length);
  const bump = new Float64Array(length);
  const excess = new Float64Array(length);
  const fullSplit = -Math.expm1(-step);
  const rise = Math.expm1(step);

  for (const { loss, mass } of source.atoms) {
    const cell = Math.floor(loss / step);
    put(mass, loss, cell - first, Math.round(loss / step) - first);
  }
  for (const piece of source.pieces) walk(piece);

  const { masses: chords, shortfall } = chordsBelow(upper, bump, step);
  const lowest = upper.findIndex((mass) => mass > 0);
  if (lowest >= 0) upper[lowest]! += source.cutBelow;
  const gap = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    if (merged[i]! > 0) gap[i] = -Math.log1p(Math.max(-0.999, Math.min(0.999, -excess[i]! / merged[i]!)));
  }
  return {
    step,
    first,
    upper,
    merged,
    gap,
    chords,
    shortfall,
    upperInfinity: source.infinityMass + source.cutAbove,
    lowerInfinity: source.infinityMass,
    largestLoss: source.largestLoss,
    // Losses are sums and logarithms of terms no larger than about twice the largest loss: 64 roundings of that.
    lossError: 2 ** -47 * (1 + Math.max(Math.abs(smallest), Math.abs(largest))),
  };

  function put(mass: number, loss: number, cell: number, nearest: number): void {
    const share = Math.min(1, Math.max(0, -Math.expm1((cell + first) * step - loss) / fullSplit));
    upper[cell]! += mass * (1 - share);
    upper[cell + 1]! += mass * share;
    // Most by which the split raises the curve of deltas anywhere in the cell: at the loss that was split.
    bump[cell]! += mass * share * (1 - share) * rise;
    merged[nearest]! += mass;
    // P-mass less Q-mass times e^(loss of the point): its sign and size say where the merged loss lies.
    excess[nearest]! -= mass * Math.expm1((nearest + first) * step - loss);
  }

  function walk(piece: LossPiece): void {
    const half = step / 2;
    const lastHalf = Math.floor(piece.loss(piece.to) / half);
    let a = piece.from;
    for (let k = Math.floor(piece.loss(a) / half); k <= lastHalf; k++) {
      const b = k === lastHalf ? piece.to : Math.min(piece.to, piece.outcomeAt((k + 1) * half, a));
      if (!(b > a)) continue;
      const cell = Math.floor(k / 2) - first;
      integrate(piece, a, b, cell, k % 2 === 0 ? cell : cell + 1);
      a = b;
    }
  }

  function integrate(piece: LossPiece, a: number, b: number, cell: number, nearest: number): void {
    const steepness = Math.max(piece.steepness(a), piece.steepness(b));
    const width = (b - a) * steepness;
    if (width <= widthForTwo) {
      const [middle, radius] = [(a + b) / 2, (b - a) / 2];
      node(middle - radius * twoNode, radius);
      node(middle + radius * twoNode, radius);
      return;
    }
    const parts = Math.ceil(width / widthForThree);
    const radius = (b - a) / (2 * parts);
    for (let part = 0; part < parts; part++) {
      const middle = a + (2 * part + 1) * radius;
      node(middle - radius * threeNode, (radius * 5) / 9);
      node(middle, (radius * 8) / 9);
      node(middle + radius * threeNode, (radius * 5) / 9);
    }

    function node(outcome: number, weight: number): void {
      const loss = piece.loss(outcome);
      put(weight * piece.density(outcome, loss), loss, cell, nearest);
    }
  }
}

/** Smallest and largest finite loss that the source holds. */
export function rangeOf(source: LossSource): readonly [number, number] {
  const losses = [
    ...source.atoms.map(({ loss }) => loss),
    ...source.pieces.flatMap((piece) => [piece.loss(piece.from), piece.loss(piece.to)]),
  ];
  return losses.length === 0 ? [0, 0] : [Math.min(...losses), Math.max(...losses)];
}

/** The loss as a few thousand weighted values, which is plenty for choosing a tilt, a window and a step. */
export function sketchOf(source: LossSource): {
  readonly losses: Float64Array;
  readonly masses: Float64Array;
} {
  const losses: number[] = source.atoms.map(({ loss }) => loss);
  const masses: number[] = source.atoms.map(({ mass }) => mass);
  for (const piece of source.pieces) {
    const parts = 600;
    const width = (piece.to - piece.from) / parts;
    for (let part = 0; part < parts; part++) {
      const outcome = piece.from + (part + 0.5) * width;
      const loss = piece.loss(outcome);
      losses.push(loss);
      masses.push(width * piece.density(outcome, loss));
    }
  }
  return { losses: Float64Array.from(losses), masses: Float64Array.from(masses) };
}
