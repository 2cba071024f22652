// What an asker is told where an operation would point at a person, mix people, or let rows out.

import { type Problem, problem } from "@unseen/base";

/** The operation is well formed but has no rule that would protect the people in the rows. */
export function noRule(operation: string, why: string, hint: string): Problem<"no-rule"> {
  return problem("no-rule", `${operation} over the private rows is not answered: ${why}`, { hint });
}

export function turnedRows(operation: string): Problem<"no-rule"> {
  return noRule(
    operation,
    "the rows stand on their side after a transpose, and only a matrix product can use them so",
    "transpose back first, or write transpose(x).matmul(y)",
  );
}
