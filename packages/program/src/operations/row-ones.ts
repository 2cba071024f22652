import { err, ok } from "@unseen/base";
import { doesNotFit } from "../shape/shape.ts";
import type { Operation } from "./operation.ts";
import { turnedRows } from "./refusals.ts";

/** A one for each row: [rows, ...] gives [rows]. The column that an intercept or a count needs. */
export const rowOnes: Operation = {
  name: "RowOnes",
  inputs: [1, 1],
  attributes: {},
  shape: ([x]) => (x!.length === 0 ? err(doesNotFit("a single number has no rows")) : ok([x![0]!])),
  plain: ([x]) => ({ shape: [x!.shape[0]!], data: new Float64Array(x!.shape[0]!).fill(1) }),
  sensitivity: {
    rowByRow: () =>
      ok({
        kind: "rows",
        shape: [],
        lo: Float64Array.of(1),
        hi: Float64Array.of(1),
        oneHot: true,
        integral: true,
      }),
    lower: (lowering, [x]) => {
      if (x!.rowAxis !== 0) return err(turnedRows("RowOnes"));
      const column = lowering.anyColumn();
      return column.ok ? lowering.rowByRow("RowOnes", [column.value], {}) : column;
    },
  },
};
