// What every recipe says of a model: its columns, its shape and its layers.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { TeachingRecipe, TrainingRecipe } from "../gen/unseen/v1/learning_pb.ts";
import { wireLimits } from "../limits.ts";
import { decodeLayer, encodeLayer } from "./layer-codec.ts";
import { isOneOf, isWhole, trainingInvalid } from "./ranges.ts";
import { type FeatureRecipe, type LayerRecipe, type ModelRecipe, recipeVersion } from "./recipe.ts";

type ModelMessage = Pick<TrainingRecipe | TeachingRecipe, "version" | "x" | "y" | "shape" | "layers">;

export function encodeModel({ x, y, shape = [], layers }: ModelRecipe) {
  return {
    version: recipeVersion,
    x: x.map(({ column, as }) => ({ column, as })),
    y,
    shape: [...shape],
    layers: layers.map(encodeLayer),
  };
}

/** Refuses `program-newer`, `model-malformed` and `training-invalid`. */
export function decodeModel(message: ModelMessage): Result<ModelRecipe, Problem> {
  const { version, y } = message;
  if (version > recipeVersion)
    return err(
      problem("program-newer", "the training has settings that this node does not know", {
        hint: "use the client of the node's version",
      }),
    );
  if (version !== recipeVersion) return trainingInvalid("the training is of no known version");
  const x = decodeFeatures(message);
  if (!x.ok) return x;
  const shape = decodeShape(message.shape);
  if (!shape.ok) return shape;
  const layers = decodeLayers(message);
  if (!layers.ok) return layers;
  if (!isColumn(y)) return trainingInvalid("the column that is learnt is not named");
  const shaped = shape.value.length === 0 ? {} : { shape: shape.value };
  return ok({ x: x.value, y, ...shaped, layers: layers.value });
}

function decodeFeatures({ x, y }: ModelMessage): Result<readonly FeatureRecipe[], Problem> {
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

function decodeLayers({ layers }: ModelMessage): Result<readonly LayerRecipe[], Problem> {
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
