import { create } from "@bufbuild/protobuf";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  type StopTrainingRequest,
  type TrainRequest,
  TrainRequestSchema,
} from "../gen/unseen/v1/learning_pb.ts";
import { decodeRecipe, encodeRecipe } from "../training/recipe-codec.ts";
import { decodeTeaching, encodeTeaching } from "../training/teaching-codec.ts";
import { isTeaching, type LearningRecipe } from "../training/teaching-recipe.ts";
import { isAskId, readDatasetName } from "./grid-requests.ts";

export type PricedTraining = { readonly dataset: string; readonly recipe: LearningRecipe };
export type AskedTraining = PricedTraining & { readonly askId: string };

export function encodeTraining({ dataset, recipe }: PricedTraining, askId = ""): TrainRequest {
  return create(TrainRequestSchema, {
    askId,
    dataset,
    asked: isTeaching(recipe)
      ? { case: "teaching", value: encodeTeaching(recipe) }
      : { case: "recipe", value: encodeRecipe(recipe) },
  });
}

export function readPricedTraining(request: TrainRequest): Result<PricedTraining, Problem> {
  const dataset = readDatasetName(request);
  if (!dataset.ok) return dataset;
  const { asked } = request;
  const recipe = asked.case === "teaching" ? decodeTeaching(asked.value) : decodeRecipe(asked.value);
  return recipe.ok ? ok({ dataset: dataset.value, recipe: recipe.value }) : recipe;
}

export function readTraining(request: TrainRequest): Result<AskedTraining, Problem> {
  const askId = readTrainingName(request);
  if (!askId.ok) return askId;
  const priced = readPricedTraining(request);
  return priced.ok ? ok({ ...priced.value, askId: askId.value }) : priced;
}

export function readTrainingName({ askId }: Pick<StopTrainingRequest, "askId">): Result<string, Problem> {
  return isAskId(askId)
    ? ok(askId)
    : err(
        problem("ask-id-invalid", "an ask id has 8 to 64 of the characters A-Z a-z 0-9 _ -", {
          hint: "leave it out, and one is made",
        }),
      );
}
