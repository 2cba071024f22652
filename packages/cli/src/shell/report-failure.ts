import { AskRefused } from "unseen";
import { paint } from "../output/paint.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { CommandFailed, failedBy } from "./failure.ts";
import type { Shell } from "./shell.ts";

/**
 * Says on standard error why a command failed, and gives its exit code. With `isJson` that is one JSON object:
 * `{ "error": { "code", "message", "hint", "exitCode" } }`. A stack is shown only where UNSEEN_DEBUG=1.
 */
export function reportFailure(shell: Shell, error: unknown, isJson: boolean): ExitCode {
  const failure = asFailure(error);
  const { code, message, hint } = failure.told;
  if (code === "interrupted") {
    if (!isJson) shell.err.write("\n");
    return failure.exitCode;
  }
  if (isJson) {
    const told = { code, message, ...(hint === undefined ? {} : { hint }), exitCode: failure.exitCode };
    shell.err.write(`${JSON.stringify({ error: told })}\n`);
  } else {
    const lines = hint?.split("\n").map((line) => `  ${line}`) ?? [];
    const named = paint(shell.err, "dim", `[${code}]`);
    shell.err.write(`${[`${paint(shell.err, "red", "error:")} ${message} ${named}`, ...lines].join("\n")}\n`);
  }
  if (shell.env.UNSEEN_DEBUG === "1") shell.err.write(`${stackOf(error)}\n`);
  return failure.exitCode;
}

function asFailure(error: unknown): CommandFailed {
  if (error instanceof CommandFailed) return error;
  if (error instanceof AskRefused) return failedBy(error.problem);
  const hint = "UNSEEN_DEBUG=1 shows where; please report it as a bug";
  return new CommandFailed(
    { code: "unexpected", message: "something went wrong inside unseen", hint },
    exitCodes.failed,
    {
      cause: error,
    },
  );
}

/** Names and places only: the text of an unforeseen error could hold what was typed. */
function stackOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const places = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return [error instanceof Error ? error.name : typeof error, ...places].join("\n");
}
