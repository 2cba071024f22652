// What is asked of a call before a byte of its message is read. A stranger could otherwise have us unpack and
// parse megabytes: 270 packed bytes once held the node for 1.3 s and took 600 MiB (measured 2026-11).

import type { HandlerContext } from "@connectrpc/connect";
import { problem } from "@unseen/base";
import { GridService, problemToConnectError, WorkspaceService, wireLimits } from "@unseen/wire";
import type { Accounts } from "../accounts/index.ts";
import { callerOfContext } from "./caller-context.ts";

/** Calls that need no session. */
const open: readonly unknown[] = [
  GridService.method.hello,
  GridService.method.signIn,
  GridService.method.claim,
];
/** The longest name, password and token in the widest characters, six bytes each where JSON escapes them. */
const openBytes = 6 * (wireLimits.nameLength + wireLimits.passwordLength + wireLimits.tokenLength) + 1_024;

/** Throws the refusal. The routes ask once more who calls, so a session that ends in between is noticed there. */
export async function requestGate(
  accounts: Accounts,
  context: Pick<HandlerContext, "method" | "requestHeader">,
): Promise<void> {
  const { method, requestHeader } = context;
  const isOpen = open.includes(method);
  if (!isOpen) await callerOfContext(accounts, context);
  const length = requestHeader.get("content-length");
  if (isOpen && length !== null && Number(length) > openBytes) throw tooLarge();
  // Numbers as JSON take fifty times their bytes on the way: tensors of any size come in binary.
  const isJson = requestHeader.get("content-type")?.startsWith("application/json") === true;
  const isShort = length !== null && Number(length) <= wireLimits.askBytes;
  if (method === WorkspaceService.method.put && isJson && !isShort) throw tooLarge();
}

function tooLarge() {
  return problemToConnectError(
    problem("message-too-large", "the message is larger than the limit of its kind", {
      hint: "send less at once, and tensors as application/proto",
    }),
  );
}
