import { err, type Problem, problem, type Result } from "@unseen/base";

/** A layer whose own settings are no layer's. */
export function modelMalformed(what: string, hint: string): Result<never, Problem> {
  return err(problem("model-malformed", what, { hint }));
}

export function misfit(what: string, hint: string): Result<never, Problem> {
  return err(problem("shapes-do-not-fit", what, { hint }));
}

export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}
