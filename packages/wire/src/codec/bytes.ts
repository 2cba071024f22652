// Programs and answers as bytes, for whoever keeps them: a record that is read back is checked like a message.

import { type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import type { Program } from "@unseen/program";
import { AnswerSchema } from "../gen/unseen/v1/grid_pb.ts";
import { ProgramSchema } from "../gen/unseen/v1/tensor_pb.ts";
import { wireLimits } from "../limits.ts";
import { decodeAnswer, encodeAnswer, type SentAnswer } from "./answer-codec.ts";
import { decodeProgram, encodeProgram } from "./program-codec.ts";

/** The same program gives the same bytes: fields in their order, settings in the order of their names. */
export function programToBytes(program: Program): Uint8Array<ArrayBuffer> {
  return toBinary(ProgramSchema, encodeProgram(program));
}

/** Any bytes at all may be given. Refusals: "message-too-large", "message-malformed", and those of `decodeProgram`. */
export function programFromBytes(bytes: Uint8Array): Result<Program, Problem> {
  const message = messageFromBytes(ProgramSchema, bytes, wireLimits.askBytes);
  return message.ok ? decodeProgram(message.value) : message;
}

/** The same answer gives the same bytes. */
export function answerToBytes(answer: SentAnswer): Uint8Array<ArrayBuffer> {
  return toBinary(AnswerSchema, encodeAnswer(answer));
}

/** Any bytes at all may be given. Refusals: "message-too-large", "message-malformed". */
export function answerFromBytes(bytes: Uint8Array): Result<SentAnswer, Problem> {
  const message = messageFromBytes(AnswerSchema, bytes, wireLimits.replyBytes);
  return message.ok ? decodeAnswer(message.value) : message;
}

function messageFromBytes<Schema extends DescMessage>(
  schema: Schema,
  bytes: Uint8Array,
  most: number,
): Result<MessageShape<Schema>, Problem> {
  if (bytes.length > most)
    return err(problem("message-too-large", `the message is larger than ${most} bytes`));
  try {
    return ok(fromBinary(schema, bytes, { readUnknownFields: false }));
  } catch {
    // The library's words name its own insides, and say no more to a caller than that it could not be read.
    return err(problem("message-malformed", "the message is not one of this schema"));
  }
}
