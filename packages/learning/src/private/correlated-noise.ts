// Noise that hangs together over steps: what is released of each step's exact sums, and how the gradient is read from it. Only
// what `release` is given is noised and charged; the rest is computed from what it gave back. docs/mechanisms/correlated-noise.md
// proves the price.

import { invariant } from "@unseen/base";

export type CorrelatedNoise =
  /** Sums over blocks of 1, 2, 4, ... steps, each noised once: Kairouz and others 2021 (arXiv 2103.00039). A tree for each epoch. */
  | { readonly kind: "tree" }
  /** Weighted sums over the last `bands` steps: Choquette-Choo and others 2023 (arXiv 2306.08153). From 2 to 1024. */
  | { readonly kind: "banded"; readonly bands: number };

/** Noises whole numbers, and leaves those that it was given as they were. */
export type Release = (exact: Float64Array) => Float64Array;

/** Takes one step's exact sums after another, to keep, and tells each step's noised sums. */
export type NoisedSteps = (step: number, exact: Float64Array) => Float64Array;

export const mostBands = 1_024;

/** Blocks that one step is in, in a tree over so many. */
export function treeLevels(steps: number): number {
  return Math.floor(Math.log2(steps)) + 1;
}

type Block = { readonly exact: Float64Array; readonly estimate: Float64Array };

/**
 * A binary tree over the steps of each epoch, or over what is left of one. A block's sum is estimated from its own noised value
 * and its halves' estimates (Honaker 2015), and a step's gradient is by how much the estimate of all steps so far grew.
 */
export function noisedByTree(release: Release, stepsEach: number): NoisedSteps {
  let blocks: readonly (Block | undefined)[] = [];
  let told: Float64Array | undefined;
  const follows = inOrder();
  return (step, exact) => {
    follows(step);
    if (step % stepsEach === 0 || told === undefined) {
      blocks = [];
      told = new Float64Array(exact.length);
    }
    // Like adding one to a binary counter: full blocks below merge with the step into one new block.
    let level = 0;
    let merged: Block = { exact, estimate: release(exact) };
    for (let share = 1; blocks[level] !== undefined; level++) {
      const sum = plus(blocks[level]!.exact, merged.exact);
      const fromHalves = plus(blocks[level]!.estimate, merged.estimate);
      // Inverse variances: the halves' estimates have `share` of a noised block's variance each.
      share = 1 / (1 + 1 / (2 * share));
      merged = { exact: sum, estimate: mixed(release(sum), fromHalves, share) };
    }
    blocks = [...new Array<undefined>(level).fill(undefined), merged, ...blocks.slice(level + 1)];
    const before = told;
    const sofar = new Float64Array(exact.length);
    for (const block of blocks) if (block !== undefined) addTimes(sofar, block.estimate, 1);
    told = sofar;
    return sofar.map((value, at) => value - before[at]!);
  };
}

/** What the newest step is multiplied with: weights are whole, so that weighted sums of whole numbers are too. */
const firstWeight = 1_024;

/**
 * The weights of the newest step, the one before, and so on: those of the square root of adding up, (1 - x)^(-1/2), cut off
 * after `bands` (Kalinin and Lampert 2024, arXiv 2405.13763), and rounded. They fall, so that dividing by them is stable.
 */
export function bandWeights(bands: number): Float64Array {
  const weights = new Float64Array(bands);
  let weight = 1;
  for (let at = 0; at < bands; at++) {
    weights[at] = Math.round(firstWeight * weight);
    weight *= (2 * at + 1) / (2 * at + 2);
  }
  return weights;
}

/** Each step releases a weighted sum of the last steps; the gradient is what remains of it without the earlier gradients. */
export function noisedByBands(release: Release, bands: number): NoisedSteps {
  const weights = bandWeights(bands);
  /** Exact sums and told gradients of the last steps, the newest first. Since a training began or went on. */
  let last: readonly { readonly exact: Float64Array; readonly gradient: Float64Array }[] = [];
  const follows = inOrder();
  return (step, exact) => {
    follows(step);
    const row = exact.map((value) => value * weights[0]!);
    for (const [at, { exact: earlier }] of last.entries()) addTimes(row, earlier, weights[at + 1]!);
    const gradient = release(row);
    for (const [at, { gradient: earlier }] of last.entries()) addTimes(gradient, earlier, -weights[at + 1]!);
    for (let at = 0; at < gradient.length; at++) gradient[at]! /= weights[0]!;
    last = [{ exact, gradient }, ...last].slice(0, bands - 1);
    return gradient;
  };
}

/** A step that came twice would be noised anew beside what was told of it. */
function inOrder(): (step: number) => void {
  let next: number | undefined;
  return (step) => {
    invariant(next === undefined || step === next, "steps are noised one after the other");
    next = step + 1;
  };
}

function addTimes(to: Float64Array, each: Float64Array, factor: number): void {
  for (let at = 0; at < to.length; at++) to[at]! += each[at]! * factor;
}

function plus(one: Float64Array, other: Float64Array): Float64Array {
  return one.map((value, at) => value + other[at]!);
}

function mixed(own: Float64Array, halves: Float64Array, share: number): Float64Array {
  return own.map((value, at) => share * value + (1 - share) * halves[at]!);
}
