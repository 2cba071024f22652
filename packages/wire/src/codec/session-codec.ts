import { create } from "@bufbuild/protobuf";
import { err, ok, type Problem, type Result } from "@unseen/base";
import {
  type HelloResponse,
  HelloResponseSchema,
  type SignInResponse,
  SignInResponseSchema,
} from "../gen/unseen/v1/grid_pb.ts";
import { wireLimits } from "../limits.ts";
import { plainText } from "../plain-text.ts";
import { replyMalformed, wholeNumber } from "./reply.ts";

export type Role = "owner" | "researcher";
/** A signed-in caller's proof, good until `expiresAtMs`. `token` is a password for that long. */
export type Session = { readonly token: string; readonly expiresAtMs: number; readonly role: Role };

/** Who a node is and what it speaks. `isUnclaimed` until the owner's account has been made. */
export type NodeGreeting = {
  readonly nodeId: string;
  readonly nodeName: string;
  readonly programVersion: number;
  readonly isUnclaimed: boolean;
};

/** What a header may hold (RFC 6750, section 2.1). */
const bearerToken = /^[A-Za-z0-9._~+/-]+=*$/;
const longestToken = 4_096;

export function encodeSession({ token, expiresAtMs, role }: Session): SignInResponse {
  return create(SignInResponseSchema, { token, expiresAtMs: BigInt(expiresAtMs), role });
}

export function decodeSession(message: SignInResponse): Result<Session, Problem> {
  const { token, role } = message;
  if (token.length > longestToken || !bearerToken.test(token))
    return err(replyMalformed("the session is none"));
  if (role !== "owner" && role !== "researcher")
    return err(replyMalformed("the session is for a role that is not known"));
  const expiresAtMs = wholeNumber(message.expiresAtMs, "the session's end");
  return expiresAtMs.ok ? ok({ token, role, expiresAtMs: expiresAtMs.value }) : expiresAtMs;
}

export function encodeGreeting({ isUnclaimed, ...greeting }: NodeGreeting): HelloResponse {
  return create(HelloResponseSchema, { ...greeting, unclaimed: isUnclaimed });
}

export function decodeGreeting(message: HelloResponse): NodeGreeting {
  return {
    nodeId: plainText(message.nodeId, wireLimits.nameLength),
    nodeName: plainText(message.nodeName, wireLimits.nameLength),
    programVersion: message.programVersion,
    isUnclaimed: message.unclaimed,
  };
}
