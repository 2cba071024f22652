// Columns of one owner that become shares, both ways.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { isObjectId } from "@unseen/compute";
import {
  type ShareColumnsRequest,
  type ShareColumnsResponse,
  ShareColumnsResponseSchema,
} from "../gen/unseen/v1/shares_pb.ts";
import { wireLimits } from "../limits.ts";
import { wholeNumber } from "./reply.ts";
import {
  type AskedParties,
  decodeFacts,
  decodeParties,
  encodeFacts,
  type SharedFacts,
} from "./shares-codec.ts";

export type AskedColumns = {
  readonly id: Uint8Array;
  readonly parties: AskedParties;
  readonly objectId: string;
  /** Fingerprint of the party whose dataset it is. */
  readonly owner: string;
  readonly dataset: string;
  readonly columns: readonly string[];
};

/** What everybody is told of columns that were shared. */
export type SentColumns = {
  readonly facts: SharedFacts;
  readonly permitId: string;
  readonly validUntilMs: number;
};

const idBytes = 32;

export function readShareColumns(request: ShareColumnsRequest): Result<AskedColumns, Problem> {
  const { computationId, objectId, owner, dataset, columns } = request;
  if (computationId.length !== idBytes)
    return err(malformed(`a computation is known by ${idBytes} random bytes`));
  if (!isObjectId(objectId))
    return err(malformed("an object's id has 1 to 64 of the characters A-Z a-z 0-9 _ -"));
  if (owner.length > wireLimits.fingerprintLength) return err(malformed("a fingerprint is too long"));
  const names = [dataset, ...columns];
  if (names.some(({ length }) => length === 0 || length > wireLimits.nameLength))
    return err(malformed(`a name has 1 to ${wireLimits.nameLength} characters`));
  if (columns.length === 0 || columns.length > wireLimits.sharedColumns)
    return err(malformed(`1 to ${wireLimits.sharedColumns} columns are shared at once`));
  if (new Set(columns).size !== columns.length) return err(malformed("a column is named twice"));
  const parties = decodeParties(request.parties);
  if (!parties.ok) return parties;
  const id = computationId.slice();
  return ok({ id, parties: parties.value, objectId, owner, dataset, columns: [...columns] });
}

export function encodeColumns({ facts, permitId, validUntilMs }: SentColumns): ShareColumnsResponse {
  return create(ShareColumnsResponseSchema, {
    facts: encodeFacts(facts),
    permitId,
    validUntilMs: BigInt(validUntilMs),
  });
}

export function decodeColumns(message: ShareColumnsResponse): Result<SentColumns, Problem> {
  const facts = decodeFacts(message.facts);
  if (!facts.ok) return facts;
  const validUntilMs = wholeNumber(message.validUntilMs, "the end of a permit");
  if (!validUntilMs.ok) return validUntilMs;
  const { permitId } = message;
  if (!isObjectId(permitId)) return err(malformed("a permit's id is none"));
  return ok({ facts: facts.value, permitId, validUntilMs: validUntilMs.value });
}

/** As the owner's node tells it to another party. */
export function columnsToBytes(columns: SentColumns): Uint8Array<ArrayBuffer> {
  return toBinary(ShareColumnsResponseSchema, encodeColumns(columns));
}

export function columnsFromBytes(bytes: Uint8Array): Result<SentColumns, Problem> {
  try {
    return decodeColumns(fromBinary(ShareColumnsResponseSchema, bytes));
  } catch {
    return err(malformed("what was told of shared columns cannot be read"));
  }
}

function malformed(what: string): Problem<"message-malformed"> {
  return problem("message-malformed", `the message is not well formed: ${what}`);
}
