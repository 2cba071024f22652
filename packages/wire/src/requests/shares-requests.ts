// Every call about shares, read at the door: lengths and counts first, then what they hold.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { isObjectId } from "@unseen/compute";
import type { Program } from "@unseen/program";
import { decodeProgram } from "../codec/program-codec.ts";
import { type AskedParties, decodeFacts, decodeParties, type SharedFacts } from "../codec/shares-codec.ts";
import { wordsFromBytes } from "../codec/words.ts";
import type { ComputeRequest, PutShareRequest } from "../gen/unseen/v1/shares_pb.ts";

export type SentShare = {
  readonly objectId: string;
  readonly parties: AskedParties;
  readonly facts: SharedFacts;
  /** One for each summand that the party holds. */
  readonly parts: readonly BigUint64Array[];
};

export type AskedComputation = {
  readonly id: Uint8Array;
  readonly parties: AskedParties;
  readonly program: Program;
  /** Where the result is kept; undefined: it is returned. */
  readonly keepAs: string | undefined;
  /** What a verified result is opened under: this party's summands of it. */
  readonly mask: readonly BigUint64Array[];
};

/** Replicated shares have two parts; no protocol has more. */
const partsAtMost = 2;
const idBytes = 32;

export function readPutShare(request: PutShareRequest): Result<SentShare, Problem> {
  const { objectId } = request;
  if (!isObjectId(objectId))
    return err(malformed("an object's id has 1 to 64 of the characters A-Z a-z 0-9 _ -"));
  if (request.parts.length > partsAtMost) return err(malformed("a share has more parts than any protocol"));
  const parties = decodeParties(request.parties);
  if (!parties.ok) return parties;
  const facts = decodeFacts(request.facts);
  if (!facts.ok) return facts;
  const length = facts.value.shape.reduce((product, size) => product * size, 1);
  const parts: BigUint64Array[] = [];
  for (const part of request.parts) {
    const words = wordsFromBytes(part, length);
    if (!words.ok) return words;
    parts.push(words.value);
  }
  return ok({ objectId, parties: parties.value, facts: facts.value, parts });
}

export function readCompute(request: ComputeRequest): Result<AskedComputation, Problem> {
  const { computationId, keepAs } = request;
  if (computationId.length !== idBytes)
    return err(malformed(`a computation is known by ${idBytes} random bytes`));
  if (keepAs !== "" && !isObjectId(keepAs))
    return err(malformed("an object's id has 1 to 64 of the characters A-Z a-z 0-9 _ -"));
  const parties = decodeParties(request.parties);
  if (!parties.ok) return parties;
  const program = decodeProgram(request.program);
  if (!program.ok) return program;
  if (program.value.outputs.length !== 1) return err(malformed("a program on shares has one output"));
  if (request.mask.length > partsAtMost) return err(malformed("a mask has more parts than any protocol"));
  const mask: BigUint64Array[] = [];
  for (const part of request.mask) {
    const words = wordsFromBytes(part, Math.floor(part.length / 8));
    if (!words.ok) return words;
    mask.push(words.value);
  }
  return ok({
    id: computationId.slice(),
    parties: parties.value,
    program: program.value,
    keepAs: keepAs === "" ? undefined : keepAs,
    mask,
  });
}

function malformed(what: string): Problem<"message-malformed"> {
  return problem("message-malformed", `the call is not well formed: ${what}`);
}
