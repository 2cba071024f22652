import { ConnectError } from "@connectrpc/connect";
import type { Problem } from "@unseen/base";
import { ProblemSchema } from "../gen/unseen/v1/problem_pb.ts";
import { connectCodes } from "./connect-codes.ts";

/**
 * A refusal as it travels: the problem whole as a detail, its sentence as the error's message. Nothing of
 * a cause, a stack or the request goes with it.
 */
export function problemToConnectError({ code, message, hint, facts }: Problem): ConnectError {
  const value = { code, message, hint: hint ?? "", facts: { ...facts } };
  return new ConnectError(message, connectCodes[code], undefined, [{ desc: ProblemSchema, value }]);
}
