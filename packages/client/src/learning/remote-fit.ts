// A training at an owner's, as its asker types it, and the recipe that travels.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  type AdaptiveClip,
  crossEntropy,
  type Optimizer,
  type TrainingLoss,
  type Weights,
  writeSafetensors,
} from "@unseen/learning";
import type {
  BatchesRecipe,
  ColumnDescription,
  FeatureRecipe,
  ModelRecipe,
  PrivacyRecipe,
  TrainingRecipe,
} from "@unseen/wire";
import type { Model } from "./model.ts";

/** Where a training at an owner's stands. Nothing in it depends on a row. */
export type RemoteProgress = {
  readonly step: number;
  readonly steps: number;
  /** What the steps so far cost. */
  readonly epsilon: number;
  /** Trainings of others that come first. */
  readonly waiting: number;
  readonly leftMs?: number;
};

/** What is learnt from what. */
export type RemoteColumns = {
  /**
   * The columns of an example, in order. A number is scaled from its declared bounds to [-1, 1], a category is one-hot; before
   * an embedding each is a place. `{ column, as }` says otherwise.
   */
  readonly x: readonly (string | FeatureRecipe)[];
  /** The column that is learnt. Classes are its categories, or its whole numbers in order. */
  readonly y: string;
  /** Of one example, as [1, 8, 8]; one line unless given. */
  readonly shape?: readonly number[];
};

export type RemoteFitOptions = RemoteColumns & {
  readonly optimizer: Optimizer;
  /** Cross entropy if left out. */
  readonly loss?: TrainingLoss;
  readonly privacy: {
    /** Norm that each person's gradient is scaled down to. */
    readonly clip: number;
    readonly adaptive?: AdaptiveClip;
    readonly delta: number | string;
  } & ({ readonly epsilon: number | string } | { readonly noiseMultiplier: number });
  /** Of first weights; 1 if left out. */
  readonly seed?: number;
  /** What training begins with. The owner sees them. */
  readonly weights?: Weights;
} & RemoteBatches;

export type RemoteBatches =
  /** Where the number of people is public. */
  | { readonly epochs: number; readonly batch: number }
  /**
   * Where it is not: the probability with which each person is in each batch. A batch's sum is divided by `expects`; unless it
   * is given, by the rate times the middle of the range that the owner declared.
   */
  | { readonly rate: number; readonly steps: number; readonly expects?: number };

/** How the training is named, watched and stopped. */
export type RemoteFitRun = {
  readonly onProgress?: (progress: RemoteProgress) => void;
  /** Stops it at the owner's. What was charged stays charged; the same ask goes on later. */
  readonly signal?: AbortSignal;
  /** Names the charge: the same training under the same name is charged once. */
  readonly askId?: string;
};

/** `middle` is that of the declared range for the number of people. */
export function recipeFrom(
  model: Model,
  options: RemoteFitOptions,
  schema: readonly ColumnDescription[],
  middle: number,
): Result<TrainingRecipe, Problem> {
  const { optimizer, loss = crossEntropy(), seed = 1, weights } = options;
  const batches = batchesOf(options, middle);
  if (!batches.ok) return batches;
  return ok({
    ...modelRecipe(model, options, schema),
    loss: loss.name,
    optimizer: optimizer.recipe,
    batches: batches.value,
    privacy: privacyOf(options.privacy),
    seed,
    ...(weights === undefined ? {} : { weights: weightsAsBytes(weights) }),
  });
}

export function modelRecipe(
  { layers }: Model,
  { x, y, shape }: RemoteColumns,
  schema: readonly ColumnDescription[],
): ModelRecipe {
  const asPlaces = layers[0]?.recipe.kind === "embedding";
  const features = x.map((feature): FeatureRecipe => {
    if (typeof feature !== "string") return feature;
    const isCategory = schema.find(({ name }) => name === feature)?.type === "category";
    return { column: feature, as: asPlaces ? "place" : isCategory ? "one-hot" : "scaled" };
  });
  const shaped = shape === undefined ? {} : { shape };
  return { x: features, y, ...shaped, layers: layers.map(({ recipe }) => recipe) };
}

function batchesOf(options: RemoteBatches, middle: number): Result<BatchesRecipe, Problem> {
  const { epochs, batch, rate, steps, expects } = options as Readonly<Record<string, number | undefined>>;
  const drawn = rate !== undefined && steps !== undefined;
  const counted = epochs !== undefined && batch !== undefined;
  if (drawn === counted || (drawn ? (epochs ?? batch) : (rate ?? steps ?? expects)) !== undefined)
    return err(
      problem("training-invalid", "a training has epochs and a batch, or a rate and steps", {
        hint: "{ epochs: 10, batch: 64 }, or where the number of people is not public { rate: 0.05, steps: 400 }",
      }),
    );
  if (counted) return ok({ kind: "epochs", epochs, batch });
  return ok({ kind: "drawn", rate: rate!, steps: steps!, expects: expects ?? Math.max(1, rate! * middle) });
}

function privacyOf(privacy: RemoteFitOptions["privacy"]): PrivacyRecipe {
  const { clip, adaptive } = privacy;
  const { quantile = 0.5, rate = 0.2 } = adaptive ?? {};
  const shared = { clip, delta: String(privacy.delta), ...(adaptive && { adaptive: { quantile, rate } }) };
  return "epsilon" in privacy
    ? { ...shared, epsilon: String(privacy.epsilon) }
    : { ...shared, noiseMultiplier: privacy.noiseMultiplier };
}

function weightsAsBytes(weights: Weights): Uint8Array {
  const tensors = new Map([...weights].map(([name, data]) => [name, { shape: [data.length], data }]));
  return writeSafetensors({ tensors, metadata: new Map() });
}
