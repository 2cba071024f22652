// A training's recipe as it travels. What is read here may be trained by whoever has the rows: each setting is known, finite
// and in its range. Whether shapes fit, columns are there and the price is affordable, the owner says.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { decodeOffer } from "../codec/amounts.ts";
import { OfferSchema } from "../gen/unseen/v1/grid_pb.ts";
import {
  type TrainingBatches,
  TrainingBatchesSchema,
  type TrainingPrivacy,
  TrainingPrivacySchema,
  type TrainingRecipe as TrainingRecipeMessage,
  TrainingRecipeSchema,
} from "../gen/unseen/v1/learning_pb.ts";
import { wireLimits } from "../limits.ts";
import { decodeModel, encodeModel } from "./model-codec.ts";
import { decodeOptimizer } from "./optimizer-codec.ts";
import { isOneOf, isWhole, isWithin, trainingInvalid } from "./ranges.ts";
import type { BatchesRecipe, PrivacyRecipe, TrainingRecipe } from "./recipe.ts";

export function encodeRecipe(recipe: TrainingRecipe): TrainingRecipeMessage {
  const { loss, optimizer, batches, privacy, seed, weights } = recipe;
  return create(TrainingRecipeSchema, {
    ...encodeModel(recipe),
    loss,
    optimizer,
    batches: encodeBatches(batches),
    privacy: encodePrivacy(privacy),
    seed,
    ...(weights === undefined ? {} : { weights: new Uint8Array(weights) }),
  });
}

function encodeBatches(batches: BatchesRecipe): TrainingBatches {
  if (batches.kind === "drawn") {
    const { rate, steps, expects } = batches;
    return create(TrainingBatchesSchema, { batches: { case: "drawn", value: { rate, steps, expects } } });
  }
  const { epochs, batch } = batches;
  return create(TrainingBatchesSchema, { batches: { case: "epochs", value: { epochs, batch } } });
}

function encodePrivacy(privacy: PrivacyRecipe): TrainingPrivacy {
  const { clip, delta, adaptive } = privacy;
  return create(TrainingPrivacySchema, {
    clip,
    delta,
    noise:
      "epsilon" in privacy
        ? { case: "epsilon", value: privacy.epsilon }
        : { case: "noiseMultiplier", value: privacy.noiseMultiplier },
    quantile: adaptive?.quantile ?? 0,
    clipRate: adaptive?.rate ?? 0,
  });
}

/** Refuses `program-newer`, `model-malformed`, `training-invalid`, and amounts that are none. Never throws. */
export function decodeRecipe(message: TrainingRecipeMessage | undefined): Result<TrainingRecipe, Problem> {
  if (message === undefined) return trainingInvalid("the training itself is missing");
  const model = decodeModel(message);
  if (!model.ok) return model;
  const { loss, seed, weights } = message;
  if (!isOneOf(loss, ["cross-entropy", "logistic", "squared-error"]))
    return trainingInvalid("the loss is none that is known", "cross-entropy, logistic or squared-error");
  const optimizer = decodeOptimizer(message.optimizer);
  if (!optimizer.ok) return optimizer;
  const batches = decodeBatches(message.batches);
  if (!batches.ok) return batches;
  const privacy = decodePrivacy(message.privacy);
  if (!privacy.ok) return privacy;
  if (weights.length > wireLimits.trainBytes) return err(tooLarge());
  return ok({
    ...model.value,
    loss,
    optimizer: optimizer.value,
    batches: batches.value,
    privacy: privacy.value,
    seed,
    ...(weights.length === 0 ? {} : { weights }),
  });
}

/** For whoever keeps what was asked; the same recipe gives the same bytes. */
export function recipeToBytes(recipe: TrainingRecipe): Uint8Array<ArrayBuffer> {
  return toBinary(TrainingRecipeSchema, encodeRecipe(recipe));
}

/** Any bytes at all may be given. */
export function recipeFromBytes(bytes: Uint8Array): Result<TrainingRecipe, Problem> {
  if (bytes.length > wireLimits.trainBytes) return err(tooLarge());
  try {
    const message = fromBinary(TrainingRecipeSchema, bytes, { readUnknownFields: false });
    return decodeRecipe(message);
  } catch {
    return err(problem("message-malformed", "the message is not one of this schema"));
  }
}

function decodeBatches(message: TrainingBatches | undefined): Result<BatchesRecipe, Problem> {
  const batches = message?.batches;
  if (batches?.case === "drawn") {
    const { rate, steps, expects } = batches.value;
    const isSound =
      rate > 0 &&
      rate <= 1 &&
      isWhole(steps, 1, wireLimits.trainingSteps) &&
      isWithin(expects, 1, wireLimits.batchUnits);
    if (isSound) return ok({ kind: "drawn", rate, steps, expects });
    return trainingInvalid(
      `batches are drawn at a rate above 0 and up to 1, in 1 to ${wireLimits.trainingSteps} steps, and hold at least 1 on average`,
      "{ rate: 0.05, steps: 400, expects: 50 }",
    );
  }
  if (batches?.case === "epochs") {
    const { epochs, batch } = batches.value;
    if (
      epochs > 0 &&
      isWithin(epochs, 0, wireLimits.trainingSteps) &&
      isWhole(batch, 1, wireLimits.batchUnits)
    )
      return ok({ kind: "epochs", epochs, batch });
    return trainingInvalid(
      "there are more than 0 epochs, and a batch holds at least 1",
      "{ epochs: 10, batch: 64 }",
    );
  }
  return trainingInvalid(
    "a training has a rate and steps, or epochs and a batch",
    "{ epochs: 10, batch: 64 }",
  );
}

function decodePrivacy(message: TrainingPrivacy | undefined): Result<PrivacyRecipe, Problem> {
  if (message === undefined)
    return trainingInvalid(
      "a training on other people's rows is private",
      "privacy: { clip: 1, epsilon: 2, delta: 1e-6 }",
    );
  const { clip, quantile, clipRate, noise, delta } = message;
  if (!isWithin(clip, 1e-3, 1e6)) return trainingInvalid("a clip is from 0.001 to 1000000", "clip: 1");
  const epsilon = noise.case === "epsilon" ? noise.value : "1";
  const offer = decodeOffer(create(OfferSchema, { epsilon, delta }));
  if (!offer.ok) return offer;
  if (delta === "")
    return err(problem("delta-invalid", "a training has an epsilon and a delta", { hint: "delta: 1e-6" }));
  const follows = quantile !== 0 || clipRate !== 0;
  if (follows && !(quantile > 0 && quantile < 1 && clipRate > 0 && clipRate <= 1))
    return trainingInvalid(
      "a clip follows a quantile between 0 and 1, at a rate up to 1",
      "adaptive: { quantile: 0.5 }",
    );
  const adaptive = follows ? { adaptive: { quantile, rate: clipRate } } : {};
  if (noise.case === "epsilon") return ok({ clip, delta, ...adaptive, epsilon: noise.value });
  if (noise.case === "noiseMultiplier" && isWithin(noise.value, 0.01, 1e6))
    return ok({ clip, delta, ...adaptive, noiseMultiplier: noise.value });
  return trainingInvalid(
    "a training has an epsilon, or a noise multiplier from 0.01 to a million",
    "epsilon: 2",
  );
}

function tooLarge(): Problem<"message-too-large"> {
  return problem("message-too-large", `a training is larger than ${wireLimits.trainBytes} bytes`);
}
