// Clipped sums on a grid of whole numbers, what one unit moves them by at most, and the noise. Everything is in units of the
// clip, which may change from step to step. The bound is derived in docs/mechanisms/clipped-sums.md.

import { type Entropy, invariant, Secret } from "@unseen/base";
import type { Numbers, WholeNumbers } from "@unseen/compute";
import { type GaussianVector, gaussianVector, largestDeviation } from "@unseen/privacy";
import { sumError, underflow } from "../step/rounding.ts";
import { smallestClip } from "./clip.ts";
import { bandWeights, type CorrelatedNoise, noisedByBands, noisedByTree } from "./correlated-noise.ts";

export type PrivateSumsOptions = {
  readonly noiseMultiplier: number;
  /** How many numbers are learnt. */
  readonly dimension: number;
  /** Units that one run of the program adds up in float32. */
  readonly unitsEachRun: number;
  /** Runs of a step that one unit more or less can change. */
  readonly runsChanged: number;
  readonly normError: number;
  /** Whether the runs' last output counts units below the clip, each by a half to one side or the other. */
  readonly hasCount: boolean;
  /** With the steps of an epoch; noise of its own for each step if left out. */
  readonly across?: CorrelatedNoise & { readonly stepsEach: number };
};

/** What a step adds up and makes of it: the same for all steps, because new memory costs more than the numbers written to it. */
export type StepSpace = { readonly total: WholeNumbers; readonly gradient: Float32Array };

/** What a step moves the weights by. */
export type StepGradient = {
  /** Of a private training the noised sum over the units that were expected. It is good until the next step. */
  readonly gradient: Float32Array;
  /** The share of units below the clip, where they were counted. */
  readonly shareBelow: number | undefined;
};

/**
 * A unit's count weighs so much beside its gradient. It raises what a unit moves by two parts in a thousand, and the noise on
 * the share of a few hundred units is a few in a hundred.
 */
const countWeight = 2 ** -3;

export class PrivateSums {
  readonly measurement: GaussianVector;
  /** The step of the grid over the clip, a power of two. */
  readonly step: number;
  /** One unit's most, as a multiple of the clip: a little above 1. */
  readonly sensitivity: number;
  readonly #options: PrivateSumsOptions;

  /** Throws where the noise is none that can be drawn. */
  constructor(options: PrivateSumsOptions) {
    const { noiseMultiplier } = options;
    const { step, sensitivity, l2Sensitivity } = movedBy(options);
    this.#options = options;
    this.step = step;
    this.sensitivity = sensitivity;
    this.measurement = gaussianVector({ l2Sensitivity, noiseMultiplier, dimension: this.places });
  }

  /** Whether noise of such a multiplier can be drawn on so many numbers; from the settings alone. */
  static canBeNoised(options: PrivateSumsOptions): boolean {
    return Number(movedBy(options).l2Sensitivity) * options.noiseMultiplier <= largestDeviation;
  }

  /** Whether sums of so many units' parts, and noise, stay where doubles hold every whole number; from the settings alone. */
  isExactFor(units: number): boolean {
    const { across } = this.#options;
    const weight =
      across?.kind === "banded" ? bandWeights(across.bands).reduce((sum, each) => sum + each, 0) : 1;
    const { num, den } = this.measurement.sigmaSquared;
    // Noise beyond forty deviations does not come.
    return units * weight * (1.01 / this.step + 1) + 40 * Math.sqrt(Number(num) / Number(den)) < 2 ** 52;
  }

  /** Whole numbers in a step's total. */
  get places(): number {
    return this.#options.dimension + (this.#options.hasCount ? 1 : 0);
  }

  /** What the program is given to clip to: less than the clip by as much as computed norms may be too small. */
  clipInside(clip: number): Float32Array {
    return Float32Array.of(floatBelow(clip / (1 + this.#options.normError)));
  }

  /** Adds one run's sums, parameter by parameter, and its count to a step's total. */
  add(total: WholeNumbers, outputs: readonly Numbers[], clip: number): void {
    const { dimension, hasCount } = this.#options;
    let at = 0;
    const perStep = 1 / (clip * this.step);
    for (const sum of hasCount ? outputs.slice(0, -1) : outputs) {
      total.addRounded(at, sum, perStep);
      at += sum.length;
    }
    invariant(at === dimension, "a step's total has a place for each number that is learnt");
    // Halves times a power of two: whole, and exact.
    if (hasCount) total.numbers[at]! += outputs.at(-1)![0]! * (countWeight / this.step);
  }

  /** Begins to noise, also where a training goes on: nothing is kept of the noise of steps before. */
  begin(space: StepSpace, entropy: Entropy): StepNoising {
    const { across } = this.#options;
    return across === undefined ? this.#anew(space, entropy) : this.#across(across, space, entropy);
  }

  #anew({ total, gradient }: StepSpace, entropy: Entropy): StepNoising {
    return (_, clip, expects) => {
      const { value } = this.measurement.release(Secret.of(total), entropy);
      total.scaledTo(gradient, (clip * this.step) / expects);
      if (!this.#options.hasCount) return { gradient, shareBelow: undefined };
      const counted = value.at(-1)! * (this.step / countWeight);
      return { gradient, shareBelow: 0.5 + counted / expects };
    };
  }

  #across(
    across: NonNullable<PrivateSumsOptions["across"]>,
    { total, gradient }: StepSpace,
    entropy: Entropy,
  ): StepNoising {
    invariant(!this.#options.hasCount, "sums over several steps have one clip");
    const release = (exact: Float64Array) => {
      total.numbers.set(exact);
      return this.measurement.release(Secret.of(total), entropy).value.slice();
    };
    const next =
      across.kind === "tree" ? noisedByTree(release, across.stepsEach) : noisedByBands(release, across.bands);
    return (step, clip, expects) => {
      const noised = next(step, total.numbers.slice());
      const each = (clip * this.step) / expects;
      for (let at = 0; at < gradient.length; at++) gradient[at] = noised[at]! * each;
      return { gradient, shareBelow: undefined };
    };
  }
}

/** What one unit moves: as a multiple of the clip, and all that is released together, in steps of the grid. */
function movedBy({ dimension, unitsEachRun, runsChanged, hasCount, across }: PrivateSumsOptions) {
  const root = Math.sqrt(dimension);
  // Rounding to the grid then costs under a part in a thousand.
  const step = 2 ** Math.floor(Math.log2(1 / (root * 4096)));
  // With the unit and without it, each changed run is rounded once in float32 and once to the grid.
  const runs = 2 * runsChanged;
  const lost = (root * step * 0.5001 + underflow(dimension) / smallestClip) * runs;
  const ofGradient = 1 + runs * sumError(unitsEachRun) + lost;
  const sensitivity = hasCount ? Math.hypot(ofGradient, countWeight / 2) : ofGradient;
  // A unit's part in one batch moves a block by itself, and all weighted sums together by as much times the weights' length.
  const length = across?.kind === "banded" ? Math.hypot(...bandWeights(across.bands)) : 1;
  const l2Sensitivity = BigInt(Math.ceil((sensitivity / step) * length * (1 + 2 ** -40)));
  return { step, sensitivity, l2Sensitivity };
}

/** Noises one step's total after another, for a batch that was expected to hold `expects` units. Leaves no sum of rows in the space. */
export type StepNoising = (step: number, clip: number, expects: number) => StepGradient;

/** The largest float32 that is not above. */
function floatBelow(value: number): number {
  const near = Math.fround(value);
  return near <= value ? near : Math.fround(value * (1 - 2 ** -23));
}
