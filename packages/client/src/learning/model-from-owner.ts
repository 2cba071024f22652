// What came back from a training at an owner's: weights, and everything needed to use them on rows of one's own.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { wasmBackend } from "@unseen/compute";
import { fitsNetwork, type Promised, readSafetensors, resultsOn, type Weights } from "@unseen/learning";
import type { SentTrained } from "@unseen/wire";
import type { Receipt } from "../datasets/answer.ts";
import type { Loss } from "../datasets/offer.ts";
import { orThrow } from "../refusals/ask-refused.ts";
import {
  type ModelUse,
  numbersOf,
  type Prediction,
  predictionOf,
  type RowToPredict,
} from "./rows-to-predict.ts";

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
  readonly #use: ModelUse;
  readonly #bytes: Uint8Array;

  private constructor(trained: SentTrained, weights: Weights, remaining: Loss, use: ModelUse) {
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
    use: ModelUse,
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
    const { network } = this.#use;
    const x = orThrow(numbersOf(this.#use, rows));
    const results = orThrow(await resultsOn(wasmBackend, network, this.weights, x));
    const { outputs } = network;
    return rows.map((_, row) => results.slice(row * outputs, (row + 1) * outputs));
  }

  /** For each row the likeliest class, as its owner named it, or the number that is expected. */
  async predict(rows: readonly RowToPredict[]): Promise<readonly Prediction[]> {
    return (await this.outputs(rows)).map((row) => predictionOf(this.#use, row));
  }

  /** The weights as a safetensors file, with the promise in its metadata. */
  toSafetensors(): Uint8Array {
    return this.#bytes.slice();
  }
}
