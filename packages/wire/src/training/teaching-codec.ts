// A teaching's recipe as it travels. What is read here may be run by whoever has the rows: each setting is known, finite and in
// its range. Whether queries are rows of the columns, and the price is affordable, the owner says.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { decodeOffer } from "../codec/amounts.ts";
import { OfferSchema } from "../gen/unseen/v1/grid_pb.ts";
import {
  type TeachingRecipe as TeachingRecipeMessage,
  TeachingRecipeSchema,
  type TellingOfAgreement,
  type VoteAggregator,
} from "../gen/unseen/v1/learning_pb.ts";
import { wireLimits } from "../limits.ts";
import { decodeModel, encodeModel } from "./model-codec.ts";
import { decodeOptimizer } from "./optimizer-codec.ts";
import { isOneOf, isWhole, isWithin, trainingInvalid } from "./ranges.ts";
import type { AggregatorRecipe, TeachingRecipe } from "./teaching-recipe.ts";

export function encodeTeaching(recipe: TeachingRecipe): TeachingRecipeMessage {
  const { teachers, teaching, aggregator, delta = "", telling, queries } = recipe;
  const { optimizer, epochs, batch, seed } = teaching;
  return create(TeachingRecipeSchema, {
    ...encodeModel(recipe),
    teachers,
    optimizer,
    epochs: { epochs, batch },
    seed,
    aggregator: encodeAggregator(aggregator),
    delta,
    ...(telling === undefined ? {} : { telling }),
    queries: new Uint8Array(queries),
  });
}

function encodeAggregator(aggregator: AggregatorRecipe) {
  const { kind, noise } = aggregator;
  if (aggregator.kind !== "confident") return { kind, noise };
  const { threshold, mostAnswered } = aggregator;
  return { kind, noise, thresholdVotes: threshold.votes, thresholdNoise: threshold.noise, mostAnswered };
}

/** Refuses `program-newer`, `model-malformed`, `training-invalid`, and a delta that is none. Never throws. */
export function decodeTeaching(message: TeachingRecipeMessage): Result<TeachingRecipe, Problem> {
  const model = decodeModel(message);
  if (!model.ok) return model;
  const { teachers, seed, queries } = message;
  if (!isWhole(teachers, 1, wireLimits.teachers))
    return trainingInvalid(`there are 1 to ${wireLimits.teachers} teachers`, "teachers: 50");
  const optimizer = decodeOptimizer(message.optimizer);
  if (!optimizer.ok) return optimizer;
  const { epochs = 0, batch = 0 } = message.epochs ?? {};
  if (!(epochs > 0 && epochs <= wireLimits.trainingSteps && isWhole(batch, 1, wireLimits.batchUnits)))
    return trainingInvalid(
      "a teacher learns for more than 0 epochs, in batches of at least 1",
      "teaching: { optimizer: adam(0.05), epochs: 20, batch: 16 }",
    );
  const aggregator = decodeAggregator(message.aggregator);
  if (!aggregator.ok) return aggregator;
  const delta = decodeDelta(message.delta);
  if (!delta.ok) return delta;
  const telling = decodeTelling(message.telling);
  if (!telling.ok) return telling;
  if (queries.length === 0 || queries.length % 4 !== 0 || queries.length > wireLimits.queryBytes)
    return trainingInvalid(
      `queries are at least one row of numbers, and at most ${wireLimits.queryBytes} bytes`,
      "ask in two calls, each with a part of them",
    );
  return ok({
    ...model.value,
    teachers,
    teaching: { optimizer: optimizer.value, epochs, batch, seed },
    aggregator: aggregator.value,
    ...delta.value,
    ...telling.value,
    queries,
  });
}

/** For whoever keeps what was asked; the same recipe gives the same bytes. */
export function teachingToBytes(recipe: TeachingRecipe): Uint8Array<ArrayBuffer> {
  return toBinary(TeachingRecipeSchema, encodeTeaching(recipe));
}

/** Any bytes at all may be given. */
export function teachingFromBytes(bytes: Uint8Array): Result<TeachingRecipe, Problem> {
  if (bytes.length > wireLimits.teachBytes)
    return err(problem("message-too-large", `a teaching is larger than ${wireLimits.teachBytes} bytes`));
  try {
    return decodeTeaching(fromBinary(TeachingRecipeSchema, bytes, { readUnknownFields: false }));
  } catch {
    return err(problem("message-malformed", "the message is not one of this schema"));
  }
}

/** What noise on votes may be: room `privacy` draws no other. */
const [leastNoise, mostNoise] = [2 ** -10, 2 ** 20];

function decodeAggregator(message: VoteAggregator | undefined): Result<AggregatorRecipe, Problem> {
  const { kind = "", noise = 0, thresholdVotes = 0, thresholdNoise = 0, mostAnswered = 0 } = message ?? {};
  if (kind === "interactive")
    return trainingInvalid(
      "an interactive run asks in rounds, with a student between them, and is done where the rows are",
      'aggregator: { kind: "confident", ... }, which costs the same',
    );
  if (!isOneOf(kind, ["laplace", "gaussian", "confident"]) || !isWithin(noise, leastNoise, mostNoise))
    return trainingInvalid(
      "votes are told with laplace, gaussian or confident noise, from 2^-10 to 2^20 votes",
      'aggregator: { kind: "gaussian", noise: 10 }',
    );
  if (kind !== "confident")
    return thresholdVotes === 0 && thresholdNoise === 0 && mostAnswered === 0
      ? ok({ kind, noise })
      : trainingInvalid("a threshold goes with confident noise alone");
  const isTest =
    thresholdVotes <= wireLimits.teachers &&
    isWithin(thresholdNoise, leastNoise, mostNoise) &&
    isWhole(mostAnswered, 1, wireLimits.queries);
  if (!isTest)
    return trainingInvalid(
      "a threshold is a number of votes, with noise of its own, and at least one query is answered",
      'aggregator: { kind: "confident", noise: 10, threshold: { votes: 30, noise: 14 }, mostAnswered: 75 }',
    );
  const threshold = { votes: thresholdVotes, noise: thresholdNoise };
  return ok({ kind, noise, threshold, mostAnswered });
}

function decodeDelta(delta: string): Result<{ readonly delta?: string }, Problem> {
  const offer = decodeOffer(create(OfferSchema, { epsilon: "1", delta }));
  if (!offer.ok) return offer;
  return ok(delta === "" ? {} : { delta });
}

function decodeTelling(
  telling: TellingOfAgreement | undefined,
): Result<Pick<TeachingRecipe, "telling">, Problem> {
  if (telling === undefined) return ok({});
  const { order, releaseCost } = telling;
  return order > 1 && order <= 1e6 && isWithin(releaseCost, 1e-6, 1e6)
    ? ok({ telling: { order, releaseCost } })
    : trainingInvalid(
        "telling agreement has an order above 1 and costs from a millionth to a million",
        "telling: { order: 20, releaseCost: 0.1 }",
      );
}
