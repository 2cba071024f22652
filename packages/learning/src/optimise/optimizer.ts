import type { Numbers } from "@unseen/compute";
import type { OptimizerRecipe } from "@unseen/wire";
import type { LearningRate } from "./schedule.ts";

/** How weights move after a gradient. Plain functions of numbers: what it remembers is given to it. */
export type Optimizer = {
  /** With its settings: a checkpoint is gone on from with the same one. */
  readonly name: string;
  /** As data, for whoever trains elsewhere. */
  readonly recipe: OptimizerRecipe;
  readonly rate: LearningRate;
  /** Arrays that it remembers for each parameter; all begin as zeros. */
  readonly memories: number;
  /** Moves `weights` and `memories` in place. `step` counts from 0. */
  readonly move: (
    weights: Numbers,
    gradient: Numbers,
    memories: readonly Numbers[],
    rate: number,
    step: number,
  ) => void;
};
