// A model and how it is trained, as data: what travels to whoever has the rows. Every word is on a list, and every number
// has a range, so that nothing but these trainings can be asked for.

export type ActivationName = "relu" | "tanh" | "sigmoid" | "gelu";

export type LayerRecipe =
  | { readonly kind: "dense"; readonly units: number; readonly activation?: ActivationName }
  | {
      readonly kind: "conv2d";
      readonly units: number;
      readonly window: number;
      readonly stride: number;
      readonly padding: number | "same";
      readonly activation?: ActivationName;
    }
  | { readonly kind: "max-pool2d" | "average-pool2d"; readonly window: number; readonly stride: number }
  | { readonly kind: "embedding"; readonly words: number; readonly units: number }
  | { readonly kind: "dropout"; readonly dropped: number }
  | { readonly kind: "activation"; readonly activation: ActivationName }
  | { readonly kind: "flatten" | "average-positions" | "layer-norm" };

/** A learning rate for each step; with `warmUp` it rises evenly over so many steps first. */
export type ScheduleRecipe = { readonly rate: number; readonly warmUp?: number } & (
  | { readonly kind: "constant" | "cosine" }
  | { readonly kind: "step-decay"; readonly factor: number; readonly every: number }
);

export type OptimizerRecipe = { readonly rate: ScheduleRecipe } & (
  | { readonly kind: "sgd"; readonly momentum: number; readonly nesterov: boolean }
  | { readonly kind: "adam"; readonly beta1: number; readonly beta2: number; readonly epsilon: number }
);

export type LossName = "cross-entropy" | "logistic" | "squared-error";

/** A column of an example: a number from -1 to 1, a number for each category, or a whole number from 0. */
export type FeatureRecipe = { readonly column: string; readonly as: "scaled" | "one-hot" | "place" };

export type BatchesRecipe =
  | { readonly kind: "drawn"; readonly rate: number; readonly steps: number; readonly expects: number }
  | { readonly kind: "epochs"; readonly epochs: number; readonly batch: number };

/** `epsilon` and `delta` are decimal text. */
export type PrivacyRecipe = {
  readonly clip: number;
  readonly delta: string;
  readonly adaptive?: { readonly quantile: number; readonly rate: number };
} & ({ readonly epsilon: string } | { readonly noiseMultiplier: number });

/** What is learnt from what, and by which layers. */
export type ModelRecipe = {
  readonly x: readonly FeatureRecipe[];
  readonly y: string;
  /** Of one example; where it is left out, an example is one line. */
  readonly shape?: readonly number[];
  readonly layers: readonly LayerRecipe[];
};

export type TrainingRecipe = ModelRecipe & {
  readonly loss: LossName;
  readonly optimizer: OptimizerRecipe;
  readonly batches: BatchesRecipe;
  readonly privacy: PrivacyRecipe;
  /** Of the first weights, where none are given. */
  readonly seed: number;
  /** First weights, as safetensors. */
  readonly weights?: Uint8Array;
};

/** A newer one may have settings that an older node does not know of. */
export const recipeVersion = 1;
