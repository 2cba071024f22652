// What an owner tells of teachers: what their answers promise, and the answers.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { err, invariant, ok, type Problem, type Result } from "@unseen/base";
import { decodeLoss, encodeLoss, type LossText } from "../codec/amounts.ts";
import { decodeReceipt, encodeReceipt, type SentReceipt } from "../codec/answer-codec.ts";
import { replyMalformed } from "../codec/reply.ts";
import {
  type TeachingAnswers,
  TeachingAnswersSchema,
  type TeachingPromise,
  TeachingPromiseSchema,
  type ToldAgreement,
} from "../gen/unseen/v1/learning_pb.ts";
import { wireLimits } from "../limits.ts";
import { plainText } from "../plain-text.ts";

/** A promise about everything that teachers give away, whatever they voted. */
export type SentTeachingPromise = {
  readonly epsilon: number;
  readonly delta: number;
  readonly unit: string;
  readonly relation: string;
  readonly aggregator: string;
  readonly conversion: string;
};

/** Bounds of what the votes cost the people who are there, told with noise. */
export type SentAgreement = {
  readonly order: number;
  readonly epsilonAtMost: number;
  readonly estimate: number;
  readonly independent: number;
};

export type SentAnswers = {
  /** For each query the place of its class, or -1. */
  readonly answers: readonly number[];
  readonly teachers: number;
  readonly promise: SentTeachingPromise;
  readonly agreement?: SentAgreement;
  readonly spent: LossText;
  readonly receipt: SentReceipt;
  readonly guarantee: string;
};

/** The caller vouches that `answers` and `agreement` were released: this room cannot see how they were made. */
export function encodeAnswers({
  answers,
  teachers,
  promise,
  agreement,
  ...paid
}: SentAnswers): TeachingAnswers {
  return create(TeachingAnswersSchema, {
    answers: [...answers],
    teachers,
    promise: encodeTeachingPromise(promise),
    ...(agreement === undefined ? {} : { agreement }),
    spent: encodeLoss(paid.spent),
    receipt: encodeReceipt(paid.receipt),
    guarantee: paid.guarantee,
  });
}

export function decodeAnswers(message: TeachingAnswers): Result<SentAnswers, Problem> {
  const { answers, teachers } = message;
  if (answers.length === 0 || answers.length > wireLimits.queries || answers.some((answer) => answer < -1))
    return err(replyMalformed("it does not answer queries"));
  const promise = decodeTeachingPromise(message.promise);
  if (!promise.ok) return promise;
  const agreement = decodeAgreement(message.agreement);
  if (!agreement.ok) return agreement;
  const spent = decodeLoss(message.spent);
  if (!spent.ok) return spent;
  const receipt = decodeReceipt(message.receipt);
  if (!receipt.ok) return receipt;
  return ok({
    answers,
    teachers,
    promise: promise.value,
    ...agreement.value,
    spent: spent.value,
    receipt: receipt.value,
    guarantee: plainText(message.guarantee, wireLimits.problemLength, "lines"),
  });
}

/** For the record of a ledger. */
export function answersToBytes(answers: SentAnswers): Uint8Array<ArrayBuffer> {
  return toBinary(TeachingAnswersSchema, encodeAnswers(answers));
}

/** Reads what `answersToBytes` wrote. */
export function answersFromBytes(bytes: Uint8Array): SentAnswers {
  const read = decodeAnswers(fromBinary(TeachingAnswersSchema, bytes));
  invariant(read.ok, "recorded answers are whole");
  return read.value;
}

export function encodeTeachingPromise(promise: SentTeachingPromise): TeachingPromise {
  return create(TeachingPromiseSchema, promise);
}

export function decodeTeachingPromise(
  message: TeachingPromise | undefined,
): Result<SentTeachingPromise, Problem> {
  if (message === undefined) return err(replyMalformed("the promise is missing"));
  const { epsilon, delta } = message;
  if (!areAmounts(epsilon, delta)) return err(replyMalformed("the promise has a number that is none"));
  const { unit, relation, aggregator, conversion } = message;
  const plain = (text: string) => plainText(text, wireLimits.problemLength);
  return ok({
    epsilon,
    delta,
    unit: plain(unit),
    relation: plain(relation),
    aggregator: plain(aggregator),
    conversion: plain(conversion),
  });
}

function decodeAgreement(
  message: ToldAgreement | undefined,
): Result<Pick<SentAnswers, "agreement">, Problem> {
  if (message === undefined) return ok({});
  const { order, epsilonAtMost, estimate, independent } = message;
  return areAmounts(order, epsilonAtMost, independent) && Number.isFinite(estimate)
    ? ok({ agreement: { order, epsilonAtMost, estimate, independent } })
    : err(replyMalformed("what it tells of agreement is no number"));
}

function areAmounts(...amounts: readonly number[]): boolean {
  return amounts.every((each) => Number.isFinite(each) && each >= 0);
}
