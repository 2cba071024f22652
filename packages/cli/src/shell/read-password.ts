// Passwords come from a hidden prompt, from standard input or from the environment: never from a flag, which
// the process list and the shell's history would show.

import { interrupted, usageFailure } from "./failure.ts";
import type { Shell } from "./shell.ts";

/** Longer is not a password but a file that was piped in by mistake. */
const mostCharacters = 4_096;

export type PasswordOptions = { readonly passwordStdin?: boolean };

/** The password of an account that exists: UNSEEN_PASSWORD, `--password-stdin`, or a prompt. */
export async function readPassword(shell: Shell, options: PasswordOptions, name: string): Promise<string> {
  if (options.passwordStdin === true) return firstLine(shell);
  const fromEnvironment = shell.env.UNSEEN_PASSWORD;
  if (fromEnvironment !== undefined && fromEnvironment !== "") return fromEnvironment;
  if (!canPrompt(shell)) throw noPassword();
  return promptHidden(shell, `Password of ${name}: `);
}

/** A password that is being chosen: asked for twice at a prompt, since it cannot be seen. */
export async function choosePassword(shell: Shell, options: PasswordOptions, name: string): Promise<string> {
  if (options.passwordStdin === true) return firstLine(shell);
  const fromEnvironment = shell.env.UNSEEN_PASSWORD;
  if (fromEnvironment !== undefined && fromEnvironment !== "") return fromEnvironment;
  if (!canPrompt(shell)) throw noPassword();
  const chosen = await promptHidden(shell, `New password of ${name}: `);
  const repeated = await promptHidden(shell, "The same again: ");
  if (chosen !== repeated) throw usageFailure("the two passwords differ", "nothing was changed; try again");
  return chosen;
}

function canPrompt({ stdin, err }: Shell): boolean {
  return stdin.isTTY === true && err.isTTY === true;
}

function noPassword() {
  return usageFailure(
    "no password was given, and there is no terminal to ask on",
    "set UNSEEN_PASSWORD, or pipe it in with --password-stdin",
  );
}

async function firstLine({ stdin }: Shell): Promise<string> {
  let text = "";
  stdin.setEncoding("utf8");
  for await (const part of stdin) {
    text += part;
    if (text.includes("\n") || text.length > mostCharacters) break;
  }
  const [line = ""] = text.split(/\r?\n/, 1);
  if (line === "") throw usageFailure("standard input held no password");
  if (line.length > mostCharacters)
    throw usageFailure("standard input held no password but something longer");
  return line;
}

const keys = {
  enter: "\r",
  newLine: "\n",
  interrupt: "\u0003",
  end: "\u0004",
  backspace: "\u007f",
  erase: "\b",
  eraseLine: "\u0015",
};

/** Reads a line without showing it. */
function promptHidden({ stdin, err }: Shell, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed: string[] = [];
    const finish = (settle: () => void) => {
      stdin.off("data", onData);
      stdin.setRawMode(false);
      stdin.pause();
      err.write("\n");
      settle();
    };
    const onData = (part: string) => {
      for (const key of part) {
        if (key === keys.enter || key === keys.newLine) return finish(() => resolve(typed.join("")));
        if (key === keys.interrupt || (key === keys.end && typed.length === 0))
          return finish(() => reject(interrupted()));
        if (key === keys.backspace || key === keys.erase) typed.pop();
        else if (key === keys.eraseLine) typed = [];
        else if (key >= " " && typed.length < mostCharacters) typed.push(key);
      }
    };
    err.write(question);
    stdin.setEncoding("utf8");
    stdin.setRawMode(true);
    stdin.resume();
    stdin.on("data", onData);
  });
}
