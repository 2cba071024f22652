import type { HandlerContext } from "@connectrpc/connect";
import { problem } from "@unseen/base";
import { problemToConnectError } from "@unseen/wire";
import type { Accounts, Caller } from "../accounts/index.ts";

/** The one gate: who calls is who the bearer token says. There is no other way to name a caller. */
export async function callerOfContext(
  accounts: Accounts,
  { requestHeader }: Pick<HandlerContext, "requestHeader">,
): Promise<Caller> {
  const token = /^Bearer ([^\s]+)$/i.exec(requestHeader.get("authorization") ?? "")?.[1];
  if (token === undefined) {
    throw problemToConnectError(
      problem("session-invalid", "this call needs a session", { hint: "sign in with a name and a password" }),
    );
  }
  const caller = await accounts.callerOf(token);
  if (caller.ok) return caller.value;
  throw problemToConnectError(caller.problem);
}
