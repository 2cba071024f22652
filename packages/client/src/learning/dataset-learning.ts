// Training at the owner of a dataset: what `dataset.fit`, `dataset.teach` and their prices do.

import { ok, type Problem, problem, type Result } from "@unseen/base";
import type { PatePromised } from "@unseen/learning";
import type { TrainingRecipe } from "@unseen/wire";
import type { DatasetPlace } from "../datasets/dataset-place.ts";
import { entropy } from "../platform.ts";
import { randomAskId } from "../random-names.ts";
import { AskRefused, orThrow } from "../refusals/ask-refused.ts";
import type { Model } from "./model.ts";
import { ModelFromOwner } from "./model-from-owner.ts";
import { readyToTeach, studentFrom, useFor } from "./ready-to-teach.ts";
import { type RemoteColumns, type RemoteFitOptions, type RemoteFitRun, recipeFrom } from "./remote-fit.ts";
import {
  type RemoteTeachersOptions,
  type RemoteTeachOptions,
  type RemoteTeachRun,
  teachingRecipe,
} from "./remote-teach.ts";
import { type ModelUse, numbersOf, type RowToPredict, useOf } from "./rows-to-predict.ts";
import { checkAnswers, TaughtFromOwner } from "./taught-from-owner.ts";
import { askTraining, priceTraining } from "./training-calls.ts";
import { TrainingPrice } from "./training-price.ts";

export async function fitAtOwner(
  place: DatasetPlace,
  model: Model,
  options: RemoteFitOptions & RemoteFitRun,
): Promise<ModelFromOwner> {
  const recipe = orThrow(recipeAt(place, model, options));
  // What does not fit is refused here, before anything is sent.
  const use = orThrow(useOf(recipe, recipe.loss, place.described.columns));
  const askId = options.askId ?? randomAskId(entropy);
  const { trained, remaining } = orThrow(await askTraining(callsOf(place), recipe, askId, options));
  if ("answers" in trained) throw new AskRefused(ofAnotherKind());
  return orThrow(ModelFromOwner.of({ trained, remaining }, use));
}

export async function priceOfFitAtOwner(
  place: DatasetPlace,
  model: Model,
  options: RemoteFitOptions,
): Promise<TrainingPrice> {
  const recipe = orThrow(recipeAt(place, model, options));
  const price = orThrow(await priceTraining(callsOf(place), recipe));
  const { promise } = price;
  if ("aggregator" in promise) throw new AskRefused(ofAnotherKind());
  return new TrainingPrice({ ...price, promise });
}

export async function teachAtOwner(
  place: DatasetPlace,
  model: Model,
  queries: readonly RowToPredict[],
  options: RemoteTeachOptions & RemoteTeachRun,
): Promise<TaughtFromOwner> {
  const use = useAt(place, model, options);
  const ready = orThrow(readyToTeach(use, model, queries, options));
  const { askId = randomAskId(entropy), onProgress, signal } = options;
  const run: RemoteFitRun = {
    ...(signal === undefined ? {} : { signal }),
    onProgress: ({ step: taught, steps: teachers, epsilon: _, ...stands }) =>
      onProgress?.({ taught, teachers, ...stands }),
  };
  const { trained: sent, remaining } = orThrow(await askTraining(callsOf(place), ready.recipe, askId, run));
  if (!("answers" in sent)) throw new AskRefused(ofAnotherKind());
  orThrow(checkAnswers(sent, queries.length, use));
  return new TaughtFromOwner(
    sent,
    remaining,
    use,
    await studentFrom(sent, ready, model, use, options.backend),
  );
}

export async function priceOfTeachAtOwner(
  place: DatasetPlace,
  model: Model,
  queries: readonly RowToPredict[],
  options: RemoteTeachersOptions,
): Promise<TrainingPrice<PatePromised>> {
  const use = useAt(place, model, options);
  const recipe = orThrow(teachingRecipe(model, options, use, orThrow(numbersOf(use, queries))));
  const price = orThrow(await priceTraining(callsOf(place), recipe));
  const { promise } = price;
  if (!("aggregator" in promise)) throw new AskRefused(ofAnotherKind());
  return new TrainingPrice({ ...price, promise });
}

function callsOf({ node, deadlines, described }: DatasetPlace) {
  return { node, deadlines, dataset: described.name };
}

function useAt({ described }: DatasetPlace, model: Model, options: RemoteColumns): ModelUse {
  if (described.joined !== undefined) throw new AskRefused(ofAJoin());
  return orThrow(useFor(described.columns, model, options));
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

export function ofAnotherKind(): Problem<"message-malformed"> {
  return problem("message-malformed", "the node's reply is to another kind of training");
}
