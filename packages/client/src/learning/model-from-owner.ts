// What came back from a training at an owner's: weights, and everything needed to use them on rows of one's own.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { wasmBackend } from "@unseen/compute";
import {
  type FeaturePlan,
  fitsNetwork,
  type LabelPlan,
  layerOf,
  type Network,
  type Promised,
  planFeatures,
  planLabel,
  planNetwork,
  readSafetensors,
  resultsOn,
  scaledBack,
  type Weights,
  writeFeatures,
} from "@unseen/learning";
import type { ColumnDescription, SentTrained, TrainingRecipe } from "@unseen/wire";
import type { Receipt } from "../datasets/answer.ts";
import type { Loss } from "../datasets/offer.ts";
import { AskRefused, orThrow } from "../refusals/ask-refused.ts";

/** A row to predict for: a value for each column, by name or in the order of `x`. A category is its name, or its place. */
export type RowToPredict = readonly (number | string)[] | Readonly<Record<string, number | string>>;

/** A class as its owner named it, or a number in the column's own unit. */
export type Prediction = number | string;

type Use = {
  readonly features: FeaturePlan;
  readonly label: LabelPlan;
  readonly network: Network;
  readonly schema: readonly ColumnDescription[];
};

/** A model that was trained at an owner's. All of it may be shown to anybody. */
export class ModelFromOwner {
  /** What was promised to everybody whose rows it learnt from. */
  readonly epsilon: Promised;
  readonly weights: Weights;
  readonly steps: number;
  readonly spent: Loss;
  /** What this asker may still spend on the dataset. */
  readonly remaining: Loss;
  readonly receipt: Receipt;
  /** In plain words, who was protected and how. */
  readonly guarantee: string;
  readonly #use: Use;
  readonly #bytes: Uint8Array;

  private constructor(trained: SentTrained, weights: Weights, remaining: Loss, use: Use) {
    this.epsilon = trained.promise;
    this.weights = weights;
    this.steps = trained.steps;
    this.spent = { epsilon: Number(trained.spent.epsilon), delta: Number(trained.spent.delta) };
    this.remaining = remaining;
    this.receipt = trained.receipt;
    this.guarantee = trained.guarantee;
    this.#use = use;
    this.#bytes = trained.weights;
  }

  /** Refuses weights that are not those of the model that was asked for. */
  static of(
    { trained, remaining }: { readonly trained: SentTrained; readonly remaining: Loss },
    use: Use,
  ): Result<ModelFromOwner, Problem> {
    const read = readSafetensors(trained.weights);
    if (!read.ok) return read;
    const weights = new Map([...read.value.tensors].map(([name, { data }]) => [name, data]));
    if (!fitsNetwork(weights, use.network))
      return err(problem("message-malformed", "the node's reply holds the weights of another model"));
    return ok(new ModelFromOwner(trained, weights, remaining, use));
  }

  /** The last layer's numbers for each row. */
  async outputs(rows: readonly RowToPredict[]): Promise<readonly Float32Array[]> {
    const { features, network, schema } = this.#use;
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
    if (isUsable.includes(0)) throw new AskRefused(notWithin());
    const results = orThrow(await resultsOn(wasmBackend, network, this.weights, x));
    const { outputs } = network;
    return rows.map((_, row) => results.slice(row * outputs, (row + 1) * outputs));
  }

  /** For each row the likeliest class, as its owner named it, or the number that is expected. */
  async predict(rows: readonly RowToPredict[]): Promise<readonly Prediction[]> {
    const { label, schema } = this.#use;
    const outputs = await this.outputs(rows);
    const column = schema.find(({ name }) => name === label.column);
    return outputs.map((row) => {
      if (label.loss === "squared-error") return scaledBack(row[0]!, label);
      const place = label.loss === "logistic" ? Number(row[0]! > 0) : row.indexOf(Math.max(...row));
      return column?.type === "category" ? column.categories[place]! : label.least + place;
    });
  }

  /** The weights as a safetensors file, with the promise in its metadata. */
  toSafetensors(): Uint8Array {
    return this.#bytes.slice();
  }
}

/** How a recipe's model reads rows, from what the owner declared. */
export function useOf(recipe: TrainingRecipe, schema: readonly ColumnDescription[]): Result<Use, Problem> {
  const features = planFeatures(recipe.x, schema);
  if (!features.ok) return features;
  const label = planLabel(recipe.y, recipe.loss, schema);
  if (!label.ok) return label;
  const network = planNetwork(recipe.layers.map(layerOf), recipe.shape ?? [features.value.width]);
  if (!network.ok) return network;
  return ok({ features: features.value, label: label.value, network: network.value, schema });
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
