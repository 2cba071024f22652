import { err } from "@unseen/base";
import { scalar } from "../tensor/plain-tensor.ts";
import { chosenRows, chosenShape, meanDeviationOfChosen, meanOfChosen } from "./mean-where.ts";
import { factsOf, leastVarianceOf, middleOf } from "./moments.ts";
import type { Operation } from "./operation.ts";
import { noRule } from "./refusals.ts";

/** The variance over the first axis of what a condition chooses, divided by how many were chosen. As `MeanWhere`. */
export const varianceWhere: Operation = {
  name: "VarianceWhere",
  inputs: [2, 2],
  attributes: {},
  shape: ([x, condition]) => chosenShape("a variance", x!, condition!),
  plain: ([x, condition]) => {
    const mean = meanOfChosen(x!, condition!, (value) => value);
    return meanOfChosen(x!, condition!, (value, group) => (value - mean.data[group]!) ** 2);
  },
  sensitivity: {
    rowByRow: () => err(noRule("VarianceWhere", "one row alone has none", "take the variance over all rows")),
    lower: (lowering, [x, condition]) => {
      const chosen = chosenRows("VarianceWhere", lowering, x!, condition!);
      if (!chosen.ok) return chosen;
      const first = meanDeviationOfChosen(lowering, x!, chosen.value);
      if (!first.ok) return first;
      const centred = lowering.rowByRow("Sub", [x!, lowering.constant(middleOf(x!))], {});
      if (!centred.ok) return centred;
      const squares = lowering.rowByRow("Pow", [centred.value, lowering.constant(scalar(2))], {});
      if (!squares.ok) return squares;
      const second = lowering.apply("MeanWhere", [squares.value, chosen.value]);
      if (!second.ok) return second;
      const squaredFirst = lowering.apply("Mul", [first.value, first.value]);
      if (!squaredFirst.ok) return squaredFirst;
      const raw = lowering.apply("Sub", [second.value, squaredFirst.value]);
      if (!raw.ok) return raw;
      const { shape } = factsOf(x!);
      const least = lowering.constant({ shape, data: leastVarianceOf(factsOf(x!)) });
      return lowering.apply("Max", [raw.value, least]);
    },
  },
};
