import { err, type Problem, problem, type Result } from "@unseen/base";

export function trainingInvalid(what: string, hint?: string): Result<never, Problem<"training-invalid">> {
  return err(problem("training-invalid", what, hint === undefined ? {} : { hint }));
}

export function modelMalformed(what: string): Result<never, Problem<"model-malformed">> {
  return err(problem("model-malformed", what, { hint: "docs/learning.md lists the layers" }));
}

export function isWithin(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

export function isWhole(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && isWithin(value, least, most);
}

export function isOneOf<const Word extends string>(text: string, words: readonly Word[]): text is Word {
  return (words as readonly string[]).includes(text);
}
