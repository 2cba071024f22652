// Quantiles of all groups at once, read off one sum over rows: how many rows of each group lie in each of
// equal bins between the declared bounds. A row is in one bin of one group, so a hundred groups carry the
// noise of one, and further quantiles of the same rows are read off the same counts for nothing.

import { invariant } from "@unseen/base";
import type { Expression } from "@unseen/program";
import type { Node } from "libpg-query";
import type { Groups } from "./group-keys.ts";
import { refuseClause } from "./refusal.ts";
import { rowValue } from "./row-expression.ts";
import { constantOf, mostGroups } from "./row-value.ts";
import type { Cell, RowWriter } from "./row-writer.ts";
import type { Scope } from "./scope.ts";

/** As `Quantile` of the program room counts unless told otherwise: `docs/questions.md` has how close they read. */
export const binsOfQuantiles = 64;

const mostGroupsOfQuantiles = mostGroups / binsOfQuantiles;

export type Ends = { readonly least: number; readonly greatest: number };

/** Below which the given share of each group's rows lies: a number, or one for each group. Of nobody, the middle. */
export function quantileOf(
  writer: RowWriter,
  x: Cell,
  share: number,
  { least, greatest }: Ends,
  groups: Groups | undefined,
  mask: Cell | undefined,
): Expression {
  if (groups !== undefined && groups.count > mostGroupsOfQuantiles)
    return refuseClause(
      `a median or a quantile of ${groups.count} groups`,
      `each group is counted in ${binsOfQuantiles} bins, and at most ${mostGroupsOfQuantiles} groups of them are answered at once`,
      "group by fewer keys, or by coarser ones: WIDTH_BUCKET, or CASE",
    );
  const count = groups?.count ?? 1;
  const bin = binOf(writer, x, { least, greatest });
  const place =
    groups === undefined
      ? bin
      : writer.apply("Add", [writer.apply("Mul", [groups.index, writer.number(binsOfQuantiles)]), bin]);
  // No bin has the number -1, so a row that is left out is in none.
  const kept = mask === undefined ? place : writer.apply("Where", [mask, place, writer.number(-1)]);
  const hot = writer.node("OneHot", [kept.expression], { depth: count * binsOfQuantiles });
  const counts = writer.node("ReduceSum", [hot], { axes: [0], keepdims: 0 });
  const read = (bins: Expression) =>
    writer.node("QuantileOfCounts", [bins], { q: [share], min: least, max: greatest });
  if (groups === undefined) return writer.node("Reshape", [read(counts)], { shape: [] });
  const each = Array.from({ length: count }, (_, group) => {
    const start = group * binsOfQuantiles;
    return read(writer.node("Slice", [counts], { axis: 0, start, end: start + binsOfQuantiles, step: 1 }));
  });
  return writer.node("Concat", each, { axis: 0 });
}

/** The share of a quantile: a constant between 0 and 1, ends left out. */
export function shareOf(node: Node, shown: string, scope: Scope): number {
  if ("A_ArrayExpr" in node)
    return refuseClause(
      `${shown} of an ARRAY`,
      "a cell of the table holds one number",
      `write one ${shown} for each: they are read off the same counts and cost no more than one`,
    );
  const share = constantOf(rowValue(node, scope));
  if (share === undefined)
    return refuseClause(
      `${shown} of a share that is no constant number`,
      "which share is asked for must be known beforehand",
      `write a number between 0 and 1, as 0.5 for the median`,
    );
  if (share > 0 && share < 1) return share;
  return refuseClause(
    `${shown} of the share ${share}`,
    share === 0 || share === 1
      ? "the least and the greatest value are a single person's"
      : "a share lies between 0 and 1",
    "take a share inside, as 0.01 or 0.99; the median is 0.5",
  );
}

/** From 0 to the last; each bin takes its lower end, and the last its upper end too. */
function binOf(writer: RowWriter, x: Cell, { least, greatest }: Ends): Cell {
  invariant(least < greatest, "a column of one value is not counted in bins");
  const width = (greatest - least) / binsOfQuantiles;
  if (!(Number.isFinite(greatest - least) && Number.isFinite(1 / width)))
    return refuseClause(
      `a quantile of what lies between ${least} and ${greatest}`,
      "bins of that are too wide or too narrow to tell apart",
      "hold it between bounds that you choose without looking: LEAST(GREATEST(x, 0), 10)",
    );
  const scaled = writer.apply("Mul", [
    writer.apply("Sub", [x, writer.number(least)]),
    writer.number(1 / width),
  ]);
  return writer.apply("Clip", [writer.apply("Floor", [scaled])], { min: 0, max: binsOfQuantiles - 1 });
}
