// A training's recipe as it travels. What is read here may be trained by whoever has the rows: each setting is known, finite
// and in its range. Whether shapes fit, columns are there and the price is affordable, the owner says.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { decodeOffer } from "../codec/amounts.ts";
import { OfferSchema } from "../gen/unseen/v1/grid_pb.ts";
import {
  type TrainingBatches,
  TrainingBatchesSchema,
  type TrainingOptimizer,
  type TrainingPrivacy,
  TrainingPrivacySchema,
  type TrainingRecipe as TrainingRecipeMessage,
  TrainingRecipeSchema,
  type TrainingSchedule,
} from "../gen/unseen/v1/learning_pb.ts";
import { wireLimits } from "../limits.ts";
import { decodeLayer, encodeLayer } from "./layer-codec.ts";
import { isOneOf, isWhole, isWithin, trainingInvalid } from "./ranges.ts";
import {
  type BatchesRecipe,
  type FeatureRecipe,
  type LayerRecipe,
  type OptimizerRecipe,
  type PrivacyRecipe,
  recipeVersion,
  type ScheduleRecipe,
  type TrainingRecipe,
} from "./recipe.ts";

export function encodeRecipe(recipe: TrainingRecipe): TrainingRecipeMessage {
  const { x, y, shape = [], layers, loss, optimizer, batches, privacy, seed, weights } = recipe;
  return create(TrainingRecipeSchema, {
    version: recipeVersion,
    x: x.map(({ column, as }) => ({ column, as })),
    y,
    shape: [...shape],
    layers: layers.map(encodeLayer),
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
  if (message.version > recipeVersion)
    return err(
      problem("program-newer", "the training has settings that this node does not know", {
        hint: "use the client of the node's version",
      }),
    );
  if (message.version !== recipeVersion) return trainingInvalid("the training is of no known version");
  const x = decodeFeatures(message);
  if (!x.ok) return x;
  const shape = decodeShape(message.shape);
  if (!shape.ok) return shape;
  const layers = decodeLayers(message);
  if (!layers.ok) return layers;
  const { loss, y, seed, weights } = message;
  if (!isOneOf(loss, ["cross-entropy", "logistic", "squared-error"]))
    return trainingInvalid("the loss is none that is known", "cross-entropy, logistic or squared-error");
  if (!isColumn(y)) return trainingInvalid("the column that is learnt is not named");
  const optimizer = decodeOptimizer(message.optimizer);
  if (!optimizer.ok) return optimizer;
  const batches = decodeBatches(message.batches);
  if (!batches.ok) return batches;
  const privacy = decodePrivacy(message.privacy);
  if (!privacy.ok) return privacy;
  return ok({
    x: x.value,
    y,
    ...(shape.value.length === 0 ? {} : { shape: shape.value }),
    layers: layers.value,
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
  if (bytes.length > wireLimits.trainBytes)
    return err(problem("message-too-large", `a training is larger than ${wireLimits.trainBytes} bytes`));
  try {
    const message = fromBinary(TrainingRecipeSchema, bytes, { readUnknownFields: false });
    return decodeRecipe(message);
  } catch {
    return err(problem("message-malformed", "the message is not one of this schema"));
  }
}

function decodeFeatures({ x, y }: TrainingRecipeMessage): Result<readonly FeatureRecipe[], Problem> {
  if (x.length === 0 || x.length > wireLimits.features)
    return trainingInvalid(`an example is made of 1 to ${wireLimits.features} columns`, 'x: ["age", "bmi"]');
  const names = new Set<string>();
  const features: FeatureRecipe[] = [];
  for (const { column, as } of x) {
    if (!isColumn(column) || !isOneOf(as, ["scaled", "one-hot", "place"]))
      return trainingInvalid("a column of the examples is not named, or not told what it becomes");
    if (column === y) return trainingInvalid("the column that is learnt is one of those it is learnt from");
    if (names.has(column)) return trainingInvalid("a column of the examples is named twice");
    names.add(column);
    features.push({ column, as });
  }
  return ok(features);
}

function isColumn(name: string): boolean {
  return name !== "" && name.length <= wireLimits.nameLength;
}

function decodeShape(shape: readonly number[]): Result<readonly number[], Problem> {
  return shape.length <= 3 && shape.every((size) => isWhole(size, 1, wireLimits.layerSize))
    ? ok([...shape])
    : trainingInvalid("an example has up to three axes, none of them empty");
}

function decodeLayers({ layers }: TrainingRecipeMessage): Result<readonly LayerRecipe[], Problem> {
  if (layers.length === 0 || layers.length > wireLimits.layers)
    return trainingInvalid(`a model has 1 to ${wireLimits.layers} layers`);
  const read: LayerRecipe[] = [];
  for (const [place, layer] of layers.entries()) {
    const decoded = decodeLayer(layer, place);
    if (!decoded.ok) return decoded;
    read.push(decoded.value);
  }
  return ok(read);
}

/** Beyond, float32 holds no weight that moved by it. */
const largestRate = 1e6;

function decodeOptimizer(message: TrainingOptimizer | undefined): Result<OptimizerRecipe, Problem> {
  const wrong = () => trainingInvalid("the optimiser has a setting that is out of its range", "sgd(0.5)");
  if (message === undefined) return trainingInvalid("the optimiser is missing", "sgd(0.5)");
  const { kind, momentum, nesterov, beta1, beta2, epsilon } = message;
  const rate = decodeSchedule(message.rate);
  if (!rate.ok) return rate;
  if (kind === "sgd") {
    const isSound = momentum >= 0 && momentum < 1 && beta1 === 0 && beta2 === 0 && epsilon === 0;
    return isSound ? ok({ kind, rate: rate.value, momentum, nesterov }) : wrong();
  }
  if (kind !== "adam") return wrong();
  const isSound =
    [beta1, beta2].every((beta) => beta >= 0 && beta < 1) &&
    isWithin(epsilon, 1e-12, 1) &&
    momentum === 0 &&
    !nesterov;
  return isSound ? ok({ kind, rate: rate.value, beta1, beta2, epsilon }) : wrong();
}

function decodeSchedule(message: TrainingSchedule | undefined): Result<ScheduleRecipe, Problem> {
  const wrong = () => trainingInvalid("the learning rate has a setting that is out of its range", "sgd(0.5)");
  if (message === undefined) return wrong();
  const { kind, rate, factor, every, warmUp } = message;
  if (!isWithin(rate, 1e-12, largestRate) || warmUp > wireLimits.trainingSteps) return wrong();
  const warmed = warmUp === 0 ? {} : { warmUp };
  if (kind === "step-decay") {
    const isSound = isWithin(factor, 1e-6, 1) && isWhole(every, 1, wireLimits.trainingSteps);
    return isSound ? ok({ kind, rate, factor, every, ...warmed }) : wrong();
  }
  if (!isOneOf(kind, ["constant", "cosine"]) || factor !== 0 || every !== 0) return wrong();
  return ok({ kind, rate, ...warmed });
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
