import { err, ok } from "@unseen/base";
import { doesNotFit } from "../shape/shape.ts";
import { mapTensor } from "../tensor/plain-tensor.ts";
import { isIntegral, mapIntervals } from "./bounds.ts";
import type { Attributes, Operation } from "./operation.ts";

/** Holds every element between `min` and `max`. It gives bounds back to what has lost them. */
export const clip: Operation = {
  name: "Clip",
  inputs: [1, 1],
  attributes: { min: { kind: "number" }, max: { kind: "number" } },
  shape: ([x], attributes) => {
    const [min, max] = ends(attributes);
    if (!(min <= max))
      return err(doesNotFit(`clip(${min}, ${max}): the first bound must not be above the second`));
    return ok(x!);
  },
  plain: ([x], attributes) => {
    const [min, max] = ends(attributes);
    // NaN is held too (at the value nearest to zero): Math.min and Math.max would let it through.
    const nearestZero = Math.min(Math.max(0, min), max);
    return mapTensor(x!, (value) =>
      Number.isNaN(value) ? nearestZero : Math.min(Math.max(value, min), max),
    );
  },
  sensitivity: {
    rowByRow: (inputs, attributes) => {
      const [min, max] = ends(attributes);
      const [x] = inputs;
      const hold = (value: number) => Math.min(Math.max(value, min), max);
      const facts = mapIntervals(inputs, ([interval]) => [hold(interval![0]), hold(interval![1])], {
        oneHot: min <= 0 && max >= 0 && x!.kind === "rows" && x!.oneHot,
        integral: isIntegral(x!) && Number.isInteger(min) && Number.isInteger(max),
      });
      return ok(facts);
    },
  },
};

function ends(attributes: Attributes): readonly [number, number] {
  return [attributes.min as number, attributes.max as number];
}
