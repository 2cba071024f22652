import type { PrivateTensor } from "../datasets/private-tensor.ts";
import type { Rows } from "./rows.ts";

/**
 * How many people there are. Where each has one row that is the number of rows; where a person may have several
 * rows, or pairs of a join, each is counted once.
 */
export function distinctPeople(rows: Rows, privacyUnit: string): PrivateTensor {
  const anyColumn = rows.column(rows.schema[0]!.name);
  const hasOneRowEach = privacyUnit === "each row is a person" || /, at most 1 row each$/.test(privacyUnit);
  return hasOneRowEach ? anyColumn.count() : anyColumn.rowOnes().countPeople();
}
