import { problem } from "@unseen/base";
import type { PrivateTensor } from "../datasets/private-tensor.ts";
import { AskRefused } from "../refusals/ask-refused.ts";
import type { Rows } from "./rows.ts";

/**
 * How many people there are: the number of rows where each person has one. Where a person may have several,
 * no column tells them apart outside, and the question is refused rather than answered with something else.
 */
export function distinctPeople(rows: Rows, privacyUnit: string): PrivateTensor {
  const hasOneRowEach = privacyUnit === "each row is a person" || /, at most 1 row each$/.test(privacyUnit);
  const [first] = rows.schema;
  if (hasOneRowEach && first !== undefined) return rows.column(first.name).count();
  throw new AskRefused(
    problem(
      "no-rule",
      `the people in ${rows.name} are not counted: ${privacyUnit}, and rows are what is summed`,
      {
        hint: "count() gives the number of rows, to which one person may add several",
      },
    ),
  );
}
