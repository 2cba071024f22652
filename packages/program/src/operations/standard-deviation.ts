import { ok } from "@unseen/base";
import { mapTensor } from "../tensor/plain-tensor.ts";
import type { Operation } from "./operation.ts";
import { reductionAttributes, reductionShape } from "./reduce-sum.ts";
import { variance } from "./variance.ts";

/** The square root of Variance, with the same attributes. */
export const standardDeviation: Operation = {
  name: "StandardDeviation",
  inputs: [1, 1],
  attributes: { ...reductionAttributes, correction: { kind: "integer", default: 0 } },
  shape: ([x], attributes) => reductionShape(x!, attributes),
  plain: (inputs, attributes) => mapTensor(variance.plain(inputs, attributes), Math.sqrt),
  sensitivity: {
    rowByRow: (inputs, attributes) => {
      const squared = variance.sensitivity.rowByRow!(inputs, attributes);
      return squared.ok ? ok({ ...squared.value, hi: squared.value.hi.map(Math.sqrt) }) : squared;
    },
    lower: (lowering, inputs, attributes) => {
      const squared = lowering.apply("Variance", inputs, attributes);
      return squared.ok ? lowering.apply("Sqrt", [squared.value]) : squared;
    },
  },
};
