// What an owner tells of a training: its price, how far it is, and the trained weights.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { err, invariant, ok, type Problem, type Result } from "@unseen/base";
import { decodeLoss, encodeLoss, type LossText } from "../codec/amounts.ts";
import { decodeReceipt, encodeReceipt, type SentReceipt } from "../codec/answer-codec.ts";
import { decodeAll, replyMalformed, wholeNumber } from "../codec/reply.ts";
import {
  type PriceTrainingResponse,
  PriceTrainingResponseSchema,
  type TrainedAnswer,
  TrainedAnswerSchema,
  type TrainingProgress,
  TrainingProgressSchema,
  type TrainingPromise,
  TrainingPromiseSchema,
  type TrainResponse,
} from "../gen/unseen/v1/learning_pb.ts";
import { wireLimits } from "../limits.ts";
import { plainText } from "../plain-text.ts";
import {
  decodeAnswers,
  decodeTeachingPromise,
  encodeTeachingPromise,
  type SentAnswers,
  type SentTeachingPromise,
} from "./teaching-replies.ts";

/** A promise about everything that a training gives away. */
export type SentPromise = {
  readonly epsilon: number;
  readonly delta: number;
  readonly unit: string;
  readonly relation: string;
  readonly sampler: string;
  readonly conversion: string;
  readonly noise: string;
  readonly clip: number;
  readonly noiseMultiplier: number;
};

export type SentTrainingPrice = {
  readonly cost: LossText;
  readonly promise: SentPromise | SentTeachingPromise;
  /** Or teachers. */
  readonly steps: number;
  /** Numbers that are learnt, by each. */
  readonly parameters: number;
  readonly releases: readonly string[];
  readonly remaining: LossText;
  readonly isAffordable: boolean;
};

/** Nothing in it depends on a row. Of teachers, `step` of `steps` are taught, and nothing has been paid away. */
export type SentProgress = {
  readonly step: number;
  readonly steps: number;
  readonly epsilon: number;
  /** Trainings that come first. */
  readonly waiting: number;
};

/** `weights` as safetensors. */
export type SentTrained = {
  readonly weights: Uint8Array;
  readonly steps: number;
  readonly promise: SentPromise;
  readonly spent: LossText;
  readonly receipt: SentReceipt;
  readonly guarantee: string;
};

export function encodeTrainingPrice(price: SentTrainingPrice): PriceTrainingResponse {
  return create(PriceTrainingResponseSchema, {
    cost: encodeLoss(price.cost),
    promised:
      "aggregator" in price.promise
        ? { case: "teaching", value: encodeTeachingPromise(price.promise) }
        : { case: "promise", value: encodePromise(price.promise) },
    steps: price.steps,
    parameters: BigInt(price.parameters),
    releases: [...price.releases],
    remaining: encodeLoss(price.remaining),
    affordable: price.isAffordable,
  });
}

export function decodeTrainingPrice(message: PriceTrainingResponse): Result<SentTrainingPrice, Problem> {
  const cost = decodeLoss(message.cost);
  if (!cost.ok) return cost;
  const { promised } = message;
  const promise =
    promised.case === "teaching" ? decodeTeachingPromise(promised.value) : decodePromise(promised.value);
  if (!promise.ok) return promise;
  const remaining = decodeLoss(message.remaining);
  if (!remaining.ok) return remaining;
  const parameters = wholeNumber(message.parameters, "how much is learnt");
  if (!parameters.ok) return parameters;
  const releases = decodeAll(message.releases, 16, "releases", (text) =>
    ok(plainText(text, wireLimits.problemLength)),
  );
  if (!releases.ok) return releases;
  return ok({
    cost: cost.value,
    promise: promise.value,
    steps: message.steps,
    parameters: parameters.value,
    releases: releases.value,
    remaining: remaining.value,
    isAffordable: message.affordable,
  });
}

/** The caller vouches that `weights` were released: this room cannot see how they were made. */
export function encodeTrained(trained: SentTrained): TrainedAnswer {
  return create(TrainedAnswerSchema, {
    weights: new Uint8Array(trained.weights),
    steps: trained.steps,
    promise: encodePromise(trained.promise),
    spent: encodeLoss(trained.spent),
    receipt: encodeReceipt(trained.receipt),
    guarantee: trained.guarantee,
  });
}

export function decodeTrained(message: TrainedAnswer): Result<SentTrained, Problem> {
  const promise = decodePromise(message.promise);
  if (!promise.ok) return promise;
  const spent = decodeLoss(message.spent);
  if (!spent.ok) return spent;
  const receipt = decodeReceipt(message.receipt);
  if (!receipt.ok) return receipt;
  if (message.weights.length === 0) return err(replyMalformed("there are no weights"));
  return ok({
    weights: message.weights,
    steps: message.steps,
    promise: promise.value,
    spent: spent.value,
    receipt: receipt.value,
    guarantee: plainText(message.guarantee, wireLimits.problemLength, "lines"),
  });
}

/** For the record of a ledger. */
export function trainedToBytes(trained: SentTrained): Uint8Array<ArrayBuffer> {
  return toBinary(TrainedAnswerSchema, encodeTrained(trained));
}

/** Reads what `trainedToBytes` wrote. */
export function trainedFromBytes(bytes: Uint8Array): SentTrained {
  const read = decodeTrained(fromBinary(TrainedAnswerSchema, bytes));
  invariant(read.ok, "recorded weights are whole");
  return read.value;
}

export type ToldOfTraining =
  | { readonly kind: "progress"; readonly progress: SentProgress }
  | { readonly kind: "trained"; readonly trained: SentTrained | SentAnswers; readonly remaining: LossText };

export function encodeProgress(progress: SentProgress): TrainingProgress {
  return create(TrainingProgressSchema, progress);
}

export function decodeTold({ told }: TrainResponse): Result<ToldOfTraining, Problem> {
  if (told.case === "progress") {
    const { step, steps, epsilon, waiting } = told.value;
    const isSound = step <= steps && epsilon >= 0;
    return isSound
      ? ok({ kind: "progress", progress: { step, steps, epsilon, waiting } })
      : err(replyMalformed("its progress is none"));
  }
  if (told.case === undefined) return err(replyMalformed("it tells nothing of the training"));
  const trained = told.case === "taught" ? decodeAnswers(told.value) : decodeTrained(told.value);
  if (!trained.ok) return trained;
  const remaining = decodeLoss(told.value.remaining);
  if (!remaining.ok) return remaining;
  return ok({ kind: "trained", trained: trained.value, remaining: remaining.value });
}

function encodePromise(promise: SentPromise): TrainingPromise {
  return create(TrainingPromiseSchema, promise);
}

function decodePromise(message: TrainingPromise | undefined): Result<SentPromise, Problem> {
  if (message === undefined) return err(replyMalformed("the promise is missing"));
  const { epsilon, delta, clip, noiseMultiplier } = message;
  if (![epsilon, delta, clip, noiseMultiplier].every((each) => Number.isFinite(each) && each >= 0))
    return err(replyMalformed("the promise has a number that is none"));
  const [unit, relation, sampler, conversion, noise] = [
    message.unit,
    message.relation,
    message.sampler,
    message.conversion,
    message.noise,
  ].map((text) => plainText(text, wireLimits.problemLength)) as [string, string, string, string, string];
  return ok({ epsilon, delta, unit, relation, sampler, conversion, noise, clip, noiseMultiplier });
}
