import { err, ok } from "@unseen/base";
import { doesNotFit } from "../shape/shape.ts";
import { scalar } from "../tensor/plain-tensor.ts";
import { rowTotal } from "./moments.ts";
import type { Operation } from "./operation.ts";
import { noRule, turnedRows } from "./refusals.ts";

/** How many rows there are. Public where the owner says so; otherwise a noised sum of ones. */
export const count: Operation = {
  name: "Count",
  inputs: [1, 1],
  attributes: {},
  shape: ([x]) => (x!.length === 0 ? err(doesNotFit("a single number has no rows to count")) : ok([])),
  plain: ([x]) => scalar(x!.shape[0]!),
  sensitivity: {
    rowByRow: () => err(noRule("Count", "it counts rows, and one row is one", "count over the rows")),
    lower: (lowering, [x]) => {
      if (x!.rowAxis !== 0) return err(turnedRows("Count"));
      if (lowering.publicRowCount !== undefined)
        return ok(lowering.constant(scalar(lowering.publicRowCount)));
      return rowTotal(lowering, x!);
    },
  },
};
