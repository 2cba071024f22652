// Every call to a workspace, read at the door.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";
import { isObjectId } from "@unseen/compute";
import { type PlainTensor, type Program, programLimits } from "@unseen/program";
import { decodeProgram } from "../codec/program-codec.ts";
import { decodeTensor } from "../codec/tensor-codec.ts";
import type { PutRequest, RunRequest } from "../gen/unseen/v1/workspace_pb.ts";

export type SentObject = { readonly objectId: string; readonly value: PlainTensor };
/** `keepAs` has a place for each output, empty where it is returned; or none at all. */
export type AskedRun = { readonly program: Program; readonly keepAs: readonly string[] };

export function readPut({ objectId, value }: PutRequest): Result<SentObject, Problem> {
  if (!isObjectId(objectId)) return err(notAnId());
  const tensor = decodeTensor(value);
  return tensor.ok ? ok({ objectId, value: tensor.value }) : tensor;
}

export function readRun({ program, keepAs }: RunRequest): Result<AskedRun, Problem> {
  if (keepAs.length > programLimits.outputs)
    return err(malformed(`it names more than ${programLimits.outputs} places`));
  if (!keepAs.every((id) => id === "" || isObjectId(id))) return err(notAnId());
  const decoded = decodeProgram(program);
  if (!decoded.ok) return decoded;
  if (keepAs.length > 0 && keepAs.length !== decoded.value.outputs.length)
    return err(malformed("it names not one place for each output"));
  return ok({ program: decoded.value, keepAs: [...keepAs] });
}

/** For Fetch and Delete, which name an object and no more. */
export function readObjectId({ objectId }: { readonly objectId: string }): Result<string, Problem> {
  return isObjectId(objectId)
    ? ok(objectId)
    : err(problem("object-unknown", "there is no object of that name in this workspace"));
}

function notAnId(): Problem<"message-malformed"> {
  return malformed("an object's id has 1 to 64 of the characters A-Z a-z 0-9 _ -");
}

function malformed(what: string): Problem<"message-malformed"> {
  return problem("message-malformed", `the call is not well formed: ${what}`);
}
