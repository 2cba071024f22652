// Who asks, and where: the options that every researcher's command has.

import { type Command, Option } from "commander";
import { GridClient } from "unseen";
import { usageFailure } from "../shell/failure.ts";
import { readPassword } from "../shell/read-password.ts";
import type { Shell } from "../shell/shell.ts";

export type SignInOptions = {
  readonly at?: readonly string[];
  readonly user?: string;
  readonly passwordStdin?: boolean;
  readonly json?: boolean;
};

export function withSignIn(command: Command): Command {
  return command
    .addOption(
      new Option("--at <url>", "address of a node; may be given several times, or as UNSEEN_AT").argParser(
        (url: string, all: readonly string[] | undefined) => [...(all ?? []), url],
      ),
    )
    .option("--user <name>", "your account there, or as UNSEEN_USER")
    .option(
      "--password-stdin",
      "read the password from standard input, instead of UNSEEN_PASSWORD or a prompt",
    )
    .option("--json", "one JSON object on standard output, and nothing else");
}

/** Signs in at every node that was named. Every one of them learns the name and the password. */
export async function signIn(shell: Shell, options: SignInOptions): Promise<GridClient> {
  const urls = addresses(shell, options.at);
  const username = options.user ?? shell.env.UNSEEN_USER;
  if (username === undefined || username === "")
    throw usageFailure("it was not said who asks", "give --user NAME, or set UNSEEN_USER");
  const password = await readPassword(shell, options, username);
  return GridClient.connect({ urls, username, password });
}

/** UNSEEN_AT holds one address, or several with blanks or commas between. */
export function addresses(shell: Shell, given: readonly string[] | undefined): readonly string[] {
  const urls = given ?? (shell.env.UNSEEN_AT ?? "").split(/[\s,]+/).filter((url) => url !== "");
  if (urls.length > 0) return urls;
  throw usageFailure("it was not said which node to ask", "give --at URL, or set UNSEEN_AT");
}
