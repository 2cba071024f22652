// The throwing door. Every refusal has a `Problem`; `get()` throws it inside an `AskRefused`, and
// `tryGet()` hands the same problem over as a `Result`.

import type { Problem, ProblemCode, Result } from "@unseen/base";

/**
 * A question, or a step towards one, was refused. `code` is one of docs/problems.md and is what programs
 * branch on; the message is the problem's sentence and its hint. Holds public words only.
 */
export class AskRefused extends Error {
  override readonly name: string = "AskRefused";
  readonly problem: Problem;

  constructor(problem: Problem, options: { readonly cause?: unknown } = {}) {
    super(problem.hint === undefined ? problem.message : `${problem.message}\n${problem.hint}`, options);
    this.problem = problem;
  }

  get code(): ProblemCode {
    return this.problem.code;
  }

  /**
   * Set when a reply may have been lost after the charge. Asking again with `{ ..., askId }` gives the
   * recorded answer and is charged once in all.
   */
  get askId(): string | undefined {
    return this.problem.facts?.askId;
  }
}

/** Private rows were asked for as they are. The message says what was asked, why not, and what would be answered. */
export class CannotRequestPrivateData extends AskRefused {
  override readonly name = "CannotRequestPrivateData";
}

/** The value, or the problem thrown. */
export function orThrow<T>(result: Result<T, Problem>): T {
  if (!result.ok) throw new AskRefused(result.problem);
  return result.value;
}
