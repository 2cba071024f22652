import { claimNode } from "unseen";
import { addresses } from "../researcher/sign-in.ts";
import { usageFailure } from "../shell/failure.ts";
import { choosePassword, type PasswordOptions } from "../shell/read-password.ts";
import { type Shell, say, sayJson } from "../shell/shell.ts";

export type ClaimCommand = PasswordOptions & {
  readonly at?: readonly string[];
  readonly token: string;
  readonly name: string;
  readonly json?: boolean;
};

/** Makes the owner's account at a node with the one-time token that the node printed. */
export async function claim(shell: Shell, options: ClaimCommand): Promise<void> {
  const [url, ...others] = addresses(shell, options.at);
  if (url === undefined || others.length > 0)
    throw usageFailure("one node is claimed at a time", "give one --at URL");
  const password = await choosePassword(shell, options, options.name);
  await claimNode({ url, ownerToken: options.token, username: options.name, password });
  if (options.json === true) return sayJson(shell, { claimed: url, owner: options.name });
  say(shell, `${options.name} is the owner of ${url}. The token is used up.`);
}
