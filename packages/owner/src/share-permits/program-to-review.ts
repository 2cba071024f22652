// A program whose result an owner may let be opened, as the owner reads it and as everybody names it.

import { ok, type Problem, type Result } from "@unseen/base";
import { digestOf } from "@unseen/crypto";
import { printReviewed, type ReviewedProgram, readReviewed } from "@unseen/wire";

export type ProgramToReview = {
  readonly digest: string;
  /** The columns that it reads, each with whose it is, and the program. */
  readonly text: string;
};

/** Names a program in permits and in the ledger: equal exactly for programs that are the same over the same columns. */
export function digestOfReviewed(program: ReviewedProgram): string {
  const text = new TextEncoder().encode(printReviewed(program));
  return Buffer.from(digestOf("unseen reviewed program 1", text)).toString("hex");
}

/** @param line what `review()` of the client gives */
export function programToReview(line: string): Result<ProgramToReview, Problem> {
  const program = readReviewed(line);
  if (!program.ok) return program;
  return ok({ digest: digestOfReviewed(program.value), text: printReviewed(program.value) });
}
