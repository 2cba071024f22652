// What a recipe's model is on a card's columns. It holds nothing of the rows but what the card makes public.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  type FeaturePlan,
  type LabelPlan,
  layerOf,
  mostRowsEach,
  type Network,
  type PoissonRelation,
  planFeatures,
  planLabel,
  planNetwork,
} from "@unseen/learning";
import type { ColumnDescription, LossName, ModelRecipe } from "@unseen/wire";
import type { TrainingPolicy } from "./training-policy.ts";

/** A recipe and what the card says. May be sent to a thread. */
export type SetupOf<Recipe extends ModelRecipe> = {
  readonly recipe: Recipe;
  /** Of the columns that are used. */
  readonly declared: readonly ColumnDescription[];
  readonly relation: PoissonRelation;
  readonly rowsEach: number;
  readonly unitInWords: string;
  /** How many people there may be; where `isCountPublic`, how many there are. */
  readonly peopleAtMost: number;
  readonly isCountPublic: boolean;
  /** Of the offer, a little less than what is charged; 0 where none was offered. */
  readonly delta: number;
  readonly policy: TrainingPolicy;
};

export type LaidOutModel = {
  readonly features: FeaturePlan;
  readonly label: LabelPlan;
  readonly network: Network;
};

/** Each refusal follows from the recipe and the card. */
export function layOutModel(
  { recipe, declared, rowsEach }: Pick<SetupOf<ModelRecipe>, "recipe" | "declared" | "rowsEach">,
  loss: LossName,
): Result<LaidOutModel, Problem> {
  if (rowsEach > mostRowsEach)
    return err(
      problem(
        "training-too-large",
        `one person may have ${rowsEach} rows here, and a training takes at most ${mostRowsEach} of each`,
        { hint: 'the owner can register the rows with a smaller "mostRowsEach"' },
      ),
    );
  const features = planFeatures(recipe.x, declared);
  if (!features.ok) return features;
  const label = planLabel(recipe.y, loss, declared);
  if (!label.ok) return label;
  const shape = recipe.shape ?? [features.value.width];
  if (shape.reduce((product, size) => product * size, 1) !== features.value.width)
    return err(
      problem(
        "shapes-do-not-fit",
        `the columns of an example become ${features.value.width} numbers, and its shape is [${shape.join(", ")}]`,
      ),
    );
  const looked = looksUp(recipe, features.value);
  if (!looked.ok) return looked;
  const network = planNetwork(recipe.layers.map(layerOf), shape);
  if (!network.ok) return network;
  if (network.value.outputs !== label.value.outputs)
    return err(
      problem(
        "shapes-do-not-fit",
        `the last layer has ${network.value.outputs} results, and ${recipe.y} with the loss ${loss} needs ${label.value.outputs}`,
        { hint: `end with dense(${label.value.outputs})` },
      ),
    );
  return ok({ features: features.value, label: label.value, network: network.value });
}

/** What is looked up in a table must be a place in it, whatever a row holds: so places come straight from declared columns. */
function looksUp({ layers }: ModelRecipe, { places }: FeaturePlan): Result<undefined, Problem> {
  for (const [at, layer] of layers.entries()) {
    if (layer.kind !== "embedding") continue;
    if (at > 0 || places === undefined)
      return err(
        problem("training-invalid", "an embedding looks up columns that are places, before any other layer"),
      );
    if (places > layer.words)
      return err(
        problem("training-invalid", `an embedding of ${layer.words} words looks up one of ${places} places`, {
          hint: `embedding(${places}, ${layer.units})`,
        }),
      );
  }
  return ok(undefined);
}
