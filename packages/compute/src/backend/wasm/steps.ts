// What a lowering is given and gives: a node with fixed sizes becomes a function over fixed places.

import type { Attributes } from "@unseen/program";
import type { FloatKernels } from "./float-kernels.ts";

/** A value in the memory: `at` in bytes, and its sizes. Where `isTurned`, the matrix lies there with its axes exchanged. */
export type Placed = {
  readonly at: number;
  readonly shape: readonly number[];
  readonly isTurned?: true;
};

/** What runs where the node stands. */
export type Step = (kernels: FloatKernels, floats: Float32Array) => void;

export type Lowered = {
  /** Bytes of scratch that the step needs while it runs. */
  readonly scratchBytes: number;
  readonly step: (inputs: readonly Placed[], output: Placed, scratchAt: number) => Step;
};

/** Undefined where the operation, or these sizes of it, has no kernel: the node then runs by its plain rule. */
export type Lowering = (
  inputs: readonly (readonly number[])[],
  output: readonly number[],
  attributes: Attributes,
) => Lowered | undefined;

export const noScratch = (step: (inputs: readonly Placed[], output: Placed) => Step): Lowered => ({
  scratchBytes: 0,
  step,
});
