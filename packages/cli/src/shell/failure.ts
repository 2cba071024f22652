// How a command ends that could not do what it was asked: one sentence, a hint, a code, an exit code.

import type { Problem, ProblemCode, Result } from "@unseen/base";
import { type ExitCode, exitCodeOf, exitCodes } from "./exit-codes.ts";

/** What is wrong with a command line is the shell's own problem and crosses no door. */
type Told = {
  readonly code: ProblemCode | "usage" | "interrupted" | "unexpected";
  readonly message: string;
  readonly hint?: string;
};

export class CommandFailed extends Error {
  readonly told: Told;
  readonly exitCode: ExitCode;

  constructor(told: Told, exitCode: ExitCode, options: { readonly cause?: unknown } = {}) {
    super(told.message, options);
    this.told = told;
    this.exitCode = exitCode;
  }
}

export function failedBy(problem: Problem): CommandFailed {
  const { code, message, hint } = problem;
  return new CommandFailed({ code, message, ...(hint === undefined ? {} : { hint }) }, exitCodeOf[code]);
}

export function usageFailure(message: string, hint?: string): CommandFailed {
  return new CommandFailed(
    { code: "usage", message, ...(hint === undefined ? {} : { hint }) },
    exitCodes.usage,
  );
}

export function interrupted(): CommandFailed {
  return new CommandFailed({ code: "interrupted", message: "interrupted" }, exitCodes.interrupted);
}

/** The value, or the command ends. */
export function orFail<T>(result: Result<T, Problem>): T {
  if (!result.ok) throw failedBy(result.problem);
  return result.value;
}
