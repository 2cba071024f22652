// What teachers at an owner's left: answers to public queries, and a student that learnt from them here.

import { err, type Problem, problem, type Result } from "@unseen/base";
import type { Backend } from "@unseen/compute";
import type { Measured, PatePromised, Trained, Weights } from "@unseen/learning";
import type { SentAgreement, SentAnswers } from "@unseen/wire";
import type { Receipt } from "../datasets/answer.ts";
import { type Loss, lossOf } from "../datasets/offer.ts";
import { orThrow } from "../refusals/ask-refused.ts";
import {
  classNamed,
  type ModelUse,
  numbersOf,
  type Prediction,
  predictionOf,
  type RowToPredict,
} from "./rows-to-predict.ts";
import { TrainedModel } from "./trained-model.ts";

/** All of it may be shown to anybody, and the student asked as often as one likes. */
export class TaughtFromOwner {
  /** Of everything in here together, whatever the teachers voted. */
  readonly epsilon: PatePromised;
  /** With `telling`: what it cost the people who are there. `epsilonAtMost` is safe to print. */
  readonly agreement: SentAgreement | undefined;
  /** The class of each query as its owner named it; undefined where teachers gave none. */
  readonly answers: readonly (Prediction | undefined)[];
  readonly answered: number;
  readonly spent: Loss;
  /** What this asker may still spend on the dataset. */
  readonly remaining: Loss;
  readonly receipt: Receipt;
  /** In plain words, who was protected and how. */
  readonly guarantee: string;
  readonly #student: Result<StudentOfTeachers, Problem>;

  constructor(
    { answers, promise, agreement, spent, receipt, guarantee }: SentAnswers,
    remaining: Loss,
    use: ModelUse,
    student: Result<StudentOfTeachers, Problem>,
  ) {
    this.epsilon = promise;
    this.agreement = agreement;
    this.answers = answers.map((place) => (place < 0 ? undefined : classNamed(use, place)));
    this.answered = answers.filter((place) => place >= 0).length;
    this.spent = lossOf(spent);
    this.remaining = remaining;
    this.receipt = receipt;
    this.guarantee = guarantee;
    this.#student = student;
  }

  /** Throws an `AskRefused` where nothing was answered or the student's training failed; the answers stay. */
  get student(): StudentOfTeachers {
    return orThrow(this.#student);
  }
}

/** Predicts for rows as the owner's columns have them. */
export class StudentOfTeachers {
  readonly weights: Weights;
  readonly steps: number;
  /** On held-out examples, at the end. */
  readonly heldOut: Measured | undefined;
  readonly #model: TrainedModel<PatePromised>;
  readonly #use: ModelUse;

  constructor(trained: Trained, use: ModelUse, promise: PatePromised, backend: Backend) {
    this.#model = new TrainedModel(trained, backend, promise);
    this.#use = use;
    this.weights = trained.weights;
    this.steps = trained.steps;
    this.heldOut = trained.heldOut;
  }

  /** The last layer's numbers for each row. */
  async outputs(rows: readonly RowToPredict[]): Promise<readonly Float32Array[]> {
    return this.#model.outputs(orThrow(numbersOf(this.#use, rows)));
  }

  /** For each row the likeliest class, as its owner named it. */
  async predict(rows: readonly RowToPredict[]): Promise<readonly Prediction[]> {
    return (await this.outputs(rows)).map((row) => predictionOf(this.#use, row));
  }

  /** The weights as a safetensors file, with the promise in its metadata. */
  toSafetensors(): Uint8Array {
    return this.#model.toSafetensors();
  }
}

/** Whether a node answered these queries: what it says of others, or of classes that are none, is not believed. */
export function checkAnswers(
  { answers }: SentAnswers,
  queries: number,
  { network }: ModelUse,
): Result<undefined, Problem<"message-malformed">> {
  return answers.length === queries && answers.every((place) => place >= -1 && place < network.outputs)
    ? { ok: true, value: undefined }
    : err(problem("message-malformed", "the node's reply answers other queries"));
}
