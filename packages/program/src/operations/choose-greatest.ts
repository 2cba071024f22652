import { err, ok } from "@unseen/base";
import { doesNotFit, printShape } from "../shape/shape.ts";
import { choosePlainly } from "./choice-rule.ts";
import type { Attributes, Operation } from "./operation.ts";
import { reduceSum } from "./reduce-sum.ts";
import { noRule, turnedRows } from "./refusals.ts";

/** Places of the k greatest, one chosen after the other; each costs a share of the price. */
const mostChosen = 64;

/**
 * Which columns of [n, m] have the greatest sums over its rows: the places of the `k` greatest, greatest first.
 * Of private rows the places alone are released, which costs far less accuracy than noised sums of many columns.
 */
export const chooseGreatest: Operation = {
  name: "ChooseGreatest",
  inputs: [1, 1],
  attributes: { k: { kind: "integer", default: 1 } },
  shape: ([x], attributes) => {
    const { k } = attributes as { k: number };
    if (x!.length !== 2 || x![1] === "rows")
      return err(doesNotFit(`the greatest is chosen of the columns of [n, m], not of ${printShape(x!)}`));
    const most = Math.min(x![1] as number, mostChosen);
    return k >= 1 && k <= most
      ? ok([k])
      : err(doesNotFit(`the ${k} greatest of ${x![1]} columns: from 1 to ${most} can be chosen`));
  },
  plain: ([x], attributes) => {
    const sums = reduceSum.plain([x!], { axes: [0], keepdims: 0 });
    const data = choosePlainly(ruleOf(attributes), sums.data);
    return { shape: [data.length], data };
  },
  sensitivity: {
    rowByRow: () =>
      err(noRule("ChooseGreatest", "one row alone has no sums", "choose the greatest over all rows")),
    lower: (lowering, [x], attributes) =>
      x!.rowAxis === 0 ? lowering.chooseFromSums(x!, ruleOf(attributes)) : err(turnedRows("ChooseGreatest")),
  },
};

function ruleOf(attributes: Attributes) {
  return { by: "greatest", count: attributes.k as number } as const;
}
