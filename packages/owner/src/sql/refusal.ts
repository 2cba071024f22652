// How SQL is refused: a code, the clause in the asker's words, and the nearest thing that works. Nothing of
// the asker's own text goes into a sentence but names, shortened.

import { type Problem, problem } from "@unseen/base";
import type { WantedKeys } from "@unseen/wire";

/** Thrown on the way through a statement and caught at the one door, `translateSql`. */
export class SqlRefusal extends Error {
  readonly problem: Problem;

  constructor(refused: Problem) {
    super(refused.message);
    this.problem = refused;
  }
}

/** Thrown where the statement has an answer as soon as keys of a column of texts are given, and caught at the same door. */
export class KeysWanted extends Error {
  readonly wanted: WantedKeys;

  constructor(wanted: WantedKeys) {
    super("keys are wanted");
    this.wanted = wanted;
  }
}

/** `place` counts characters from 0. */
export function malformed(why: string, text = "", place = -1): Problem<"sql-malformed"> {
  const cleaned = printable(why);
  if (place < 0) return problem("sql-malformed", `the SQL cannot be read: ${cleaned}`);
  const before = [...text].slice(0, place);
  const line = before.filter((letter) => letter === "\n").length + 1;
  const column = before.length - before.lastIndexOf("\n");
  return problem("sql-malformed", `the SQL cannot be read at line ${line}, column ${column}: ${cleaned}`);
}

/** `clause` is not answered, for a reason; `nearest` is what works. */
export function unsupported(clause: string, why: string, nearest: string): Problem<"sql-unsupported"> {
  return problem("sql-unsupported", `${clause} is not answered: ${why}`, { hint: nearest });
}

export function refuse(refused: Problem): never {
  throw new SqlRefusal(refused);
}

export function refuseClause(clause: string, why: string, nearest: string): never {
  throw new SqlRefusal(unsupported(clause, why, nearest));
}

/** Characters of an asker's own name that a sentence repeats. */
const longestName = 60;

export function quoted(name: string): string {
  return JSON.stringify(printable(name, longestName));
}

function printable(text: string, most = 160): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it takes out
  const cleaned = text.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
  return [...cleaned].slice(0, most).join("");
}
