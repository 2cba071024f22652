// Clipped sums on a grid of whole numbers, what one unit moves them by at most, and the noise. The bound is derived in
// docs/mechanisms/clipped-sums.md.

import { type Entropy, invariant, Secret } from "@unseen/base";
import type { Numbers } from "@unseen/compute";
import { type GaussianVector, gaussianVector } from "@unseen/privacy";
import { sumError, underflow } from "../step/rounding.ts";

export type PrivateSumsOptions = {
  /** Above 0: the norm that a unit's gradient is scaled down to. */
  readonly clip: number;
  readonly noiseMultiplier: number;
  /** How many numbers are learnt. */
  readonly dimension: number;
  /** Units that one run of the program adds up in float32. */
  readonly unitsEachRun: number;
  /** Runs of a step that one unit more or less can change. */
  readonly runsChanged: number;
  readonly normError: number;
};

export class PrivateSums {
  readonly measurement: GaussianVector;
  /** What the program is given to clip to: less than `clip` by as much as computed norms may be too small. */
  readonly clipInside: number;
  /** The step of the grid, a power of two. */
  readonly step: number;
  /** One unit's most, as a multiple of the clip: a little above 1. */
  readonly sensitivity: number;

  constructor(options: PrivateSumsOptions) {
    const { clip, noiseMultiplier, dimension, unitsEachRun, runsChanged, normError } = options;
    this.clipInside = floatBelow(clip / (1 + normError));
    const root = Math.sqrt(dimension);
    // Rounding to the grid then costs under a part in a thousand.
    this.step = 2 ** Math.floor(Math.log2(clip / (root * 4096)));
    // With the unit and without it, each changed run is rounded once in float32 and once to the grid.
    const runs = 2 * runsChanged;
    const most =
      clip * (1 + runs * sumError(unitsEachRun)) + runs * ((root * this.step) / 2 + underflow(dimension));
    this.sensitivity = most / clip;
    const l2Sensitivity = BigInt(Math.ceil((most / this.step) * (1 + 2 ** -40)));
    this.measurement = gaussianVector({ l2Sensitivity, noiseMultiplier, dimension });
  }

  /** Adds one run's sums, parameter by parameter, to a step's total. */
  add(total: Float64Array, sums: readonly Numbers[]): void {
    let at = 0;
    // Exact: a step is a power of two.
    const perStep = 1 / this.step;
    for (const sum of sums) {
      for (let own = 0; own < sum.length; own++) total[at++]! += Math.round(sum[own]! * perStep);
    }
    invariant(at === total.length, "a step's total has a place for each number that is learnt");
  }

  /** The noised mean gradient of a step, for a batch that was expected to hold `expects` units. */
  noisedMean(total: Float64Array, expects: number, entropy: Entropy): Float32Array {
    const { value } = this.measurement.release(Secret.of(total), entropy);
    const mean = new Float32Array(value.length);
    const each = this.step / expects;
    for (let at = 0; at < mean.length; at++) mean[at] = value[at]! * each;
    return mean;
  }
}

/** The largest float32 that is not above. */
function floatBelow(value: number): number {
  const near = Math.fround(value);
  return near <= value ? near : Math.fround(value * (1 - 2 ** -23));
}
