// Training at the owner of a dataset: what `dataset.fit` and its price do.

import { ok, type Problem, problem, type Result } from "@unseen/base";
import type { TrainingRecipe } from "@unseen/wire";
import type { DatasetPlace } from "../datasets/dataset-place.ts";
import { entropy } from "../platform.ts";
import { randomAskId } from "../random-names.ts";
import { AskRefused, orThrow } from "../refusals/ask-refused.ts";
import type { Model } from "./model.ts";
import { ModelFromOwner, useOf } from "./model-from-owner.ts";
import { type RemoteFitOptions, type RemoteFitRun, recipeFrom } from "./remote-fit.ts";
import { askTraining, priceTraining } from "./training-calls.ts";
import { TrainingPrice } from "./training-price.ts";

export async function fitAtOwner(
  place: DatasetPlace,
  model: Model,
  options: RemoteFitOptions & RemoteFitRun,
): Promise<ModelFromOwner> {
  const recipe = orThrow(recipeAt(place, model, options));
  // What does not fit is refused here, before anything is sent.
  const use = orThrow(useOf(recipe, place.described.columns));
  const askId = options.askId ?? randomAskId(entropy);
  const answered = orThrow(await askTraining(callsOf(place), recipe, askId, options));
  return orThrow(ModelFromOwner.of(answered, use));
}

export async function priceOfFitAtOwner(
  place: DatasetPlace,
  model: Model,
  options: RemoteFitOptions,
): Promise<TrainingPrice> {
  const recipe = orThrow(recipeAt(place, model, options));
  return new TrainingPrice(orThrow(await priceTraining(callsOf(place), recipe)));
}

function callsOf({ node, deadlines, described }: DatasetPlace) {
  return { node, deadlines, dataset: described.name };
}

function recipeAt(
  { described }: DatasetPlace,
  model: Model,
  options: RemoteFitOptions,
): Result<TrainingRecipe, Problem> {
  if (described.joined !== undefined) throw new AskRefused(ofAJoin());
  const { rows, mostRowsEach, columns } = described;
  const middle =
    rows.kind === "exact" ? rows.exact : (rows.least + rows.greatest) / 2 / Math.max(1, mostRowsEach ?? 1);
  const recipe = recipeFrom(model, options, columns, middle);
  return recipe.ok ? ok(recipe.value) : recipe;
}

function ofAJoin(): Problem<"join-refused"> {
  return problem("join-refused", "a model is trained on one dataset, and not on two that are joined", {
    hint: "the owner can register the joined rows as one dataset",
  });
}
