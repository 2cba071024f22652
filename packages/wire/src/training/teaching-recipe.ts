// Teachers at an owner's, as data: how they learn, which public queries they answer, and how their votes are noised.

import type { ModelRecipe, OptimizerRecipe, TrainingRecipe } from "./recipe.ts";

/** Noise is in votes. */
export type AggregatorRecipe =
  | { readonly kind: "laplace" | "gaussian"; readonly noise: number }
  | {
      readonly kind: "confident";
      readonly noise: number;
      readonly threshold: { readonly votes: number; readonly noise: number };
      readonly mostAnswered: number;
    };

export type TeachingRecipe = ModelRecipe & {
  readonly teachers: number;
  readonly teaching: {
    readonly optimizer: OptimizerRecipe;
    readonly epochs: number;
    /** Rows; a batch larger than a teacher's part is the whole part. */
    readonly batch: number;
    readonly seed: number;
  };
  readonly aggregator: AggregatorRecipe;
  /** Decimal text; left out with Laplace noise alone. */
  readonly delta?: string;
  /** Also tells what the votes cost the people who are there, for a price of its own. */
  readonly telling?: { readonly order: number; readonly releaseCost: number };
  /** One line of float32 a query, as `floatsToBytes` writes them: what `x` makes of a row. */
  readonly queries: Uint8Array;
};

/** What may be asked of a training at an owner's: one model, or teachers that answer. */
export type LearningRecipe = TrainingRecipe | TeachingRecipe;

export function isTeaching(recipe: LearningRecipe): recipe is TeachingRecipe {
  return "teachers" in recipe;
}
