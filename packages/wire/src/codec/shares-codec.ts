// Shares and what everybody may know of them, both ways.

import { create } from "@bufbuild/protobuf";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import {
  type ComputeResponse,
  ComputeResponseSchema,
  type IntroduceResponse,
  type Parties,
  PartiesSchema,
  type PriceSharesResponse,
  PriceSharesResponseSchema,
  SharedFactsSchema,
  type SharedFacts as WireFacts,
} from "../gen/unseen/v1/shares_pb.ts";
import { wireLimits } from "../limits.ts";
import { wholeNumber } from "./reply.ts";
import { wordsFromBytes, wordsToBytes } from "./words.ts";

const sharesProtocols = ["replicated", "verified", "provider"] as const;
export type SharesProtocol = (typeof sharesProtocols)[number];

/** Who computes, by place; a provider sits last. Fingerprints as they were written. */
export type AskedParties = { readonly protocol: SharesProtocol; readonly fingerprints: readonly string[] };

/** What everybody may know of shared numbers. */
export type SharedFacts = {
  readonly shape: readonly number[];
  readonly fractionBits: number;
  readonly least: number;
  readonly greatest: number;
};

export type SentRun = {
  readonly facts: SharedFacts;
  /** Of `verified`: the result under the asker's mask. Undefined where the result is kept, and at the provider. */
  readonly summand: BigUint64Array | undefined;
  readonly rounds: number;
  readonly sentBytes: number;
};

export type SentSharesPrice = {
  readonly rounds: number;
  /** By each party, in order. */
  readonly sentBytes: readonly number[];
};

/** Digits that fit into a share with anything before the point. */
const fractionBitsAtMost = 32;

export function encodeParties({ protocol, fingerprints }: AskedParties): Parties {
  return create(PartiesSchema, { protocol, fingerprints: [...fingerprints] });
}

export function decodeParties(message: Parties | undefined): Result<AskedParties, Problem> {
  const { protocol: named = "", fingerprints = [] } = message ?? {};
  const protocol = sharesProtocols.find((one) => one === named);
  if (protocol === undefined)
    return err(malformed("the protocol is none of replicated, verified and provider"));
  if (fingerprints.length > wireLimits.parties)
    return err(malformed(`a computation has at most ${wireLimits.parties} parties`));
  if (fingerprints.some((one) => one.length > wireLimits.fingerprintLength))
    return err(malformed("a fingerprint is too long"));
  return ok({ protocol, fingerprints: [...fingerprints] });
}

export function encodeFacts({ shape, fractionBits, least, greatest }: SharedFacts): WireFacts {
  return create(SharedFactsSchema, { shape: [...shape], fractionBits, least, greatest });
}

export function decodeFacts(message: WireFacts | undefined): Result<SharedFacts, Problem> {
  if (message === undefined) return err(malformed("the facts of a share are missing"));
  const { shape, fractionBits, least, greatest } = message;
  if (shape.length > wireLimits.tensorAxes)
    return err(malformed(`a tensor has more than ${wireLimits.tensorAxes} axes`));
  const length = shape.reduce((product, size) => product * size, 1);
  if (shape.some((size) => size > wireLimits.sharedElements) || length > wireLimits.sharedElements) {
    return err(
      problem(
        "message-too-large",
        `a shared tensor may hold ${wireLimits.sharedElements} numbers and no more`,
        {
          hint: "share it in parts",
        },
      ),
    );
  }
  if (fractionBits > fractionBitsAtMost)
    return err(malformed(`a share has at most ${fractionBitsAtMost} binary digits after the point`));
  if (!Number.isFinite(least) || !Number.isFinite(greatest) || least > greatest)
    return err(malformed("the range of a share is none"));
  return ok({ shape: [...shape], fractionBits, least, greatest });
}

export function decodeIntroduction({ fingerprint }: IntroduceResponse): string | undefined {
  return fingerprint === "" || fingerprint.length > wireLimits.fingerprintLength ? undefined : fingerprint;
}

export function encodeRun({ facts, summand, rounds, sentBytes }: SentRun): ComputeResponse {
  return create(ComputeResponseSchema, {
    facts: encodeFacts(facts),
    summand: summand === undefined ? new Uint8Array() : wordsToBytes(summand),
    rounds,
    sentBytes: BigInt(sentBytes),
  });
}

/** `isReturned`: whether this party owes its summand of the result. */
export function decodeRun(message: ComputeResponse, isReturned: boolean): Result<SentRun, Problem> {
  const facts = decodeFacts(message.facts);
  if (!facts.ok) return facts;
  const sentBytes = wholeNumber(message.sentBytes, "the number of bytes");
  if (!sentBytes.ok) return sentBytes;
  const said = { facts: facts.value, rounds: message.rounds, sentBytes: sentBytes.value };
  if (!isReturned) return ok({ ...said, summand: undefined });
  const summand = wordsFromBytes(
    message.summand,
    facts.value.shape.reduce((product, size) => product * size, 1),
  );
  return summand.ok ? ok({ ...said, summand: summand.value }) : summand;
}

export function encodeSharesPrice({ rounds, sentBytes }: SentSharesPrice): PriceSharesResponse {
  return create(PriceSharesResponseSchema, { rounds, sentBytes: sentBytes.map(BigInt) });
}

export function decodeSharesPrice(message: PriceSharesResponse): Result<SentSharesPrice, Problem> {
  if (message.sentBytes.length > wireLimits.parties)
    return err(malformed("the price names too many parties"));
  const sentBytes: number[] = [];
  for (const bytes of message.sentBytes) {
    const read = wholeNumber(bytes, "the number of bytes");
    if (!read.ok) return read;
    sentBytes.push(read.value);
  }
  return ok({ rounds: message.rounds, sentBytes });
}

function malformed(what: string): Problem<"message-malformed"> {
  return problem("message-malformed", `the message is not well formed: ${what}`);
}
