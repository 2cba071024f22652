// What a caller is told when a call failed, whatever it failed with.
//
// A node is not trusted to speak plainly: its code must be one of ours, and its text is cut and cleaned
// before anybody prints it. What it says outside a problem is not repeated at all.

import { Code, ConnectError } from "@connectrpc/connect";
import { type Problem, type ProblemCode, problem, problemCodes } from "@unseen/base";
import { ProblemSchema, type Problem as WireProblem } from "../gen/unseen/v1/problem_pb.ts";
import { wireLimits } from "../limits.ts";
import { plainText } from "../plain-text.ts";

export function problemFromError(error: unknown): Problem {
  if (!(error instanceof ConnectError)) return failed();
  const [told] = error.findDetails(ProblemSchema);
  const problem = told && decodeProblem(told);
  return problem ?? problemOfTransport(error);
}

/** A problem that a node told, or undefined where its code is not one of ours. */
export function decodeProblem(told: WireProblem): Problem | undefined {
  const { code } = told;
  if (!isProblemCode(code)) return undefined;
  const hint = plainText(told.hint, wireLimits.problemLength, "lines");
  const facts = decodeFacts(told.facts);
  return problem(code, plainText(told.message, wireLimits.problemLength, "lines"), {
    ...(hint === "" ? {} : { hint }),
    ...(facts === undefined ? {} : { facts }),
  });
}

function isProblemCode(code: string): code is ProblemCode {
  return (problemCodes as readonly string[]).includes(code);
}

function decodeFacts(told: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined {
  const entries = Object.entries(told).slice(0, wireLimits.problemFacts);
  if (entries.length === 0) return undefined;
  // `fromEntries` defines, and does not assign: a fact called "__proto__" is a fact.
  return Object.fromEntries(
    entries.map(([name, value]) => [
      plainText(name, wireLimits.nameLength),
      plainText(value, wireLimits.nameLength),
    ]),
  );
}

/** The codes that Connect's own client and server use when no problem was told. */
function problemOfTransport(error: ConnectError): Problem {
  switch (error.code) {
    case Code.DeadlineExceeded:
    case Code.Canceled:
      return problem("deadline-exceeded", "the node did not answer in time", {
        hint: "ask again under the same ask id: an ask is charged once, however often it is repeated",
      });
    case Code.ResourceExhausted:
      return problem("message-too-large", "the message is larger than the limit of its kind", {
        hint: "send less at once",
      });
    case Code.InvalidArgument:
      return unread();
    case Code.Unauthenticated:
      return problem("session-invalid", "the node does not know this session", { hint: "sign in again" });
    // Aborted is what a connection that breaks on the way gives.
    case Code.Unavailable:
    case Code.Aborted:
      return unreachable();
    case Code.Unimplemented:
      return problem("node-failed", "the node does not know this call", {
        hint: "the address may not be a node's, or the node may be of an older version",
      });
    default:
      if (isParseFailure(error)) return unread();
      return isFetchFailure(error) ? unreachable() : failed();
  }
}

/**
 * Connect answers bytes that are no message with `Internal` and these words (connect 2.2, `serialization.js`);
 * JSON that is none it answers with `InvalidArgument`. When both do, this goes.
 */
function isParseFailure({ code, rawMessage }: ConnectError): boolean {
  return code === Code.Internal && rawMessage.startsWith("parse binary");
}

/** `fetch` rejects with a TypeError when there is no connection (Fetch Standard, section 5.4); Connect keeps it as the cause. */
function isFetchFailure({ cause }: ConnectError): boolean {
  return cause instanceof TypeError;
}

function unread(): Problem<"message-malformed"> {
  return problem("message-malformed", "the message could not be read", {
    hint: "the client and the node may be of different versions",
  });
}

function unreachable(): Problem<"node-unreachable"> {
  return problem("node-unreachable", "the node cannot be reached", {
    hint: "check the address, and that the node is running",
  });
}

function failed(): Problem<"node-failed"> {
  return problem("node-failed", "something failed that should not have, and nothing was answered", {
    hint: "ask again under the same ask id: an ask is charged once, however often it is repeated",
  });
}
