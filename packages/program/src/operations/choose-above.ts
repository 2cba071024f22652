import { err, ok } from "@unseen/base";
import { doesNotFit, printShape } from "../shape/shape.ts";
import { choosePlainly } from "./choice-rule.ts";
import type { Attributes, Operation } from "./operation.ts";
import { reduceSum } from "./reduce-sum.ts";
import { noRule, turnedRows } from "./refusals.ts";

/**
 * Which sums over the rows are above a threshold: 1 above, 0 not above, -1 not asked. The columns of [n, m] are
 * asked in order, and no more once `mostAbove` were above; [n] is one sum. One threshold for all, or one each.
 * Of private rows the answers alone are released, and only those of "above" cost accuracy.
 */
export const chooseAbove: Operation = {
  name: "ChooseAbove",
  inputs: [1, 1],
  attributes: { thresholds: { kind: "numbers" }, mostAbove: { kind: "integer", default: 1 } },
  shape: ([x], attributes) => {
    const thresholds = attributes.thresholds as readonly number[];
    if (x!.length < 1 || x!.length > 2 || x!.at(-1) === (x!.length === 2 ? "rows" : undefined))
      return err(doesNotFit(`sums over the rows of [n] or [n, m] are compared, not ${printShape(x!)}`));
    const sums = x!.slice(1);
    if (thresholds.length !== 1 && thresholds.length !== (sums[0] ?? 1))
      return err(
        doesNotFit(`${thresholds.length} thresholds for ${sums[0] ?? 1} sums: one for all, or one each`),
      );
    if ((attributes.mostAbove as number) < 1)
      return err(doesNotFit("at least one sum may be above: mostAbove is 1 or more"));
    return ok(sums);
  },
  plain: ([x], attributes) => {
    const sums = reduceSum.plain([x!], { axes: [0], keepdims: 0 });
    return { shape: sums.shape, data: choosePlainly(ruleOf(attributes), sums.data) };
  },
  sensitivity: {
    rowByRow: () => err(noRule("ChooseAbove", "one row alone has no sums", "compare a sum over all rows")),
    lower: (lowering, [x], attributes) =>
      x!.rowAxis === 0 ? lowering.chooseFromSums(x!, ruleOf(attributes)) : err(turnedRows("ChooseAbove")),
  },
};

function ruleOf(attributes: Attributes) {
  const { thresholds, mostAbove } = attributes as { thresholds: readonly number[]; mostAbove: number };
  return { by: "threshold", thresholds, mostAbove } as const;
}
