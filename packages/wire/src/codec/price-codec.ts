import { create } from "@bufbuild/protobuf";
import { ok, type Problem, type Result } from "@unseen/base";
import { type PlainTensor, programLimits } from "@unseen/program";
import { type PriceResponse, PriceResponseSchema } from "../gen/unseen/v1/grid_pb.ts";
import { wireLimits } from "../limits.ts";
import { plainText } from "../plain-text.ts";
import { decodeLoss, decodeOptionalLoss, encodeLoss, type LossText } from "./amounts.ts";
import { decodeAll } from "./reply.ts";
import { decodeTensor, encodeTensor } from "./tensor-codec.ts";

/** What an answer would cost and how accurate it would be, from the card alone. */
export type SentPrice = {
  readonly cost: LossText;
  /** Half-width of the 95 % interval expected for each output. */
  readonly expectedPlusMinus: readonly PlainTensor[];
  /** What would be released, in words, a line each. */
  readonly releases: readonly string[];
  readonly remaining: LossText;
  /** What is left of the joined dataset, where there is one. */
  readonly joinedRemaining?: LossText;
  readonly isAffordable: boolean;
};

export function encodePrice(price: SentPrice): PriceResponse {
  return create(PriceResponseSchema, {
    cost: encodeLoss(price.cost),
    expectedPlusMinus: price.expectedPlusMinus.map(encodeTensor),
    releases: [...price.releases],
    remaining: encodeLoss(price.remaining),
    affordable: price.isAffordable,
    ...(price.joinedRemaining === undefined ? {} : { joinedRemaining: encodeLoss(price.joinedRemaining) }),
  });
}

export function decodePrice(message: PriceResponse): Result<SentPrice, Problem> {
  const cost = decodeLoss(message.cost);
  if (!cost.ok) return cost;
  const remaining = decodeLoss(message.remaining);
  if (!remaining.ok) return remaining;
  const joinedRemaining = decodeOptionalLoss(message.joinedRemaining);
  if (!joinedRemaining.ok) return joinedRemaining;
  const expected = decodeAll(message.expectedPlusMinus, programLimits.outputs, "half-widths", decodeTensor);
  if (!expected.ok) return expected;
  const releases = decodeAll(message.releases, programLimits.nodes, "releases", (text) =>
    ok(plainText(text, wireLimits.problemLength)),
  );
  if (!releases.ok) return releases;
  return ok({
    cost: cost.value,
    expectedPlusMinus: expected.value,
    releases: releases.value,
    remaining: remaining.value,
    ...(joinedRemaining.value === undefined ? {} : { joinedRemaining: joinedRemaining.value }),
    isAffordable: message.affordable,
  });
}
