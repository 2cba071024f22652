import { err, ok } from "@unseen/base";
import { doesNotFit } from "../shape/shape.ts";
import type { PlainTensor } from "../tensor/plain-tensor.ts";
import type { Attributes, Operation } from "./operation.ts";
import { turnedRows } from "./refusals.ts";

/** Most categories of a one-hot row; a wider one is a table, not a row. */
const mostCategories = 65_536;

/**
 * Adds a last axis of `depth`: 1 at the element's value, 0 elsewhere. A value that is not a whole number
 * in [0, depth) has no 1 at all (so a histogram does not count what lies outside its bins).
 */
export const oneHot: Operation = {
  name: "OneHot",
  inputs: [1, 1],
  attributes: { depth: { kind: "integer" } },
  shape: ([x], attributes) => {
    const depth = attributes.depth as number;
    if (depth < 1 || depth > mostCategories)
      return err(doesNotFit(`a one-hot of depth ${depth}: from 1 to ${mostCategories} are possible`));
    return ok([...x!, depth]);
  },
  plain: ([x], attributes) => hot(x!, attributes.depth as number),
  sensitivity: {
    rowByRow: ([x], attributes) => ok(hotFacts(x!.kind === "rows" ? x!.shape : [], attributes)),
    lower: (lowering, [x], attributes) =>
      x!.rowAxis === 0 ? lowering.rowByRow("OneHot", [x!], attributes) : err(turnedRows("OneHot")),
  },
};

function hot(x: PlainTensor, depth: number): PlainTensor {
  const data = new Float64Array(x.data.length * depth);
  for (let at = 0; at < x.data.length; at++) {
    const value = x.data[at]!;
    if (Number.isInteger(value) && value >= 0 && value < depth) data[at * depth + value] = 1;
  }
  return { shape: [...x.shape, depth], data };
}

function hotFacts(rowShape: readonly number[], attributes: Attributes) {
  const shape = [...rowShape, attributes.depth as number];
  const size = shape.reduce((product, length) => product * length, 1);
  return {
    kind: "rows",
    shape,
    lo: new Float64Array(size),
    hi: new Float64Array(size).fill(1),
    oneHot: size === attributes.depth,
    integral: true,
  } as const;
}
