// Rows of one's own, as an owner's columns have them: what a model is given for them, and what it says of them in the owner's words.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  type FeaturePlan,
  type LabelPlan,
  layerOf,
  type Network,
  planFeatures,
  planLabel,
  planNetwork,
  scaledBack,
  writeFeatures,
} from "@unseen/learning";
import type { ColumnDescription, LossName, ModelRecipe } from "@unseen/wire";

/** A row to predict for: a value for each column, by name or in the order of `x`. A category is its name, or its place. */
export type RowToPredict = readonly (number | string)[] | Readonly<Record<string, number | string>>;

/** A class as its owner named it, or a number in the column's own unit. */
export type Prediction = number | string;

/** How a recipe's model reads rows. */
export type ModelUse = {
  readonly features: FeaturePlan;
  readonly label: LabelPlan;
  readonly network: Network;
  readonly schema: readonly ColumnDescription[];
};

/** From what the owner declared. Refuses what does not fit, as the owner would. */
export function useOf(
  recipe: ModelRecipe,
  loss: LossName,
  schema: readonly ColumnDescription[],
): Result<ModelUse, Problem> {
  const features = planFeatures(recipe.x, schema);
  if (!features.ok) return features;
  const label = planLabel(recipe.y, loss, schema);
  if (!label.ok) return label;
  const network = planNetwork(recipe.layers.map(layerOf), recipe.shape ?? [features.value.width]);
  if (!network.ok) return network;
  return ok({ features: features.value, label: label.value, network: network.value, schema });
}

/** One line of numbers a row. Refuses a row with a value that is not within its column's declared bounds. */
export function numbersOf(
  { features, schema }: ModelUse,
  rows: readonly RowToPredict[],
): Result<Float32Array, Problem<"training-invalid">> {
  const columns = features.features.map(({ column }, at) =>
    rows.map((row) =>
      placeOf(
        Array.isArray(row) ? row[at] : (row as Record<string, number | string>)[column],
        column,
        schema,
      ),
    ),
  );
  const { x, isUsable } = writeFeatures(features, columns, rows.length);
  return isUsable.includes(0) ? err(notWithin()) : ok(x);
}

/** The places of classes, as they or their owner name them. */
export function classesOf(
  { label, schema }: ModelUse,
  labels: readonly Prediction[],
): Result<readonly number[], Problem<"training-invalid">> {
  const places = labels.map((each) => placeOf(each, label.column, schema) - label.least);
  const isClass = (place: number) => Number.isInteger(place) && place >= 0 && place < label.outputs;
  return places.every(isClass) ? ok(places) : err(notWithin());
}

/** What the last layer's numbers say of a row. */
export function predictionOf(use: ModelUse, outputs: Float32Array): Prediction {
  const { label } = use;
  if (label.loss === "squared-error") return scaledBack(outputs[0]!, label);
  const place = label.loss === "logistic" ? Number(outputs[0]! > 0) : outputs.indexOf(Math.max(...outputs));
  return classNamed(use, place);
}

/** The class of this place, as its owner named it. */
export function classNamed({ label, schema }: ModelUse, place: number): Prediction {
  const column = schema.find(({ name }) => name === label.column);
  return column?.type === "category" ? column.categories[place]! : label.least + place;
}

function placeOf(
  value: number | string | undefined,
  column: string,
  schema: readonly ColumnDescription[],
): number {
  if (typeof value === "number") return value;
  const declared = schema.find(({ name }) => name === column);
  return declared?.type === "category" && value !== undefined
    ? declared.categories.indexOf(value)
    : Number.NaN;
}

function notWithin(): Problem<"training-invalid"> {
  return problem("training-invalid", "a row has a value that is not within its column's declared bounds", {
    hint: "a category is one of the declared ones; `dataset.schema` has the bounds",
  });
}
