import { err, ok } from "@unseen/base";
import { axisFromFront, doesNotFit, printShape, resolveAxis } from "../shape/shape.ts";
import { aroundAxis, type PlainTensor } from "../tensor/plain-tensor.ts";
import { isIntegral, rowsFacts } from "./bounds.ts";
import type { Operation } from "./operation.ts";
import { noRule, turnedRows } from "./refusals.ts";

/** Most tensors that one Concat joins; more can be joined in steps. */
const mostInputs = 256;

/** Joins tensors along one axis. Private rows are joined column beside column, never row below row. */
export const concat: Operation = {
  name: "Concat",
  inputs: [1, mostInputs],
  attributes: { axis: { kind: "integer" } },
  shape: (inputs, attributes) => {
    const [first] = inputs;
    const axis = resolveAxis(attributes.axis as number, first!.length);
    if (!axis.ok) return axis;
    const fits = inputs.every(
      (input) =>
        input.length === first!.length && input.every((size, at) => at === axis.value || size === first![at]),
    );
    if (!fits)
      return err(
        doesNotFit(`shapes ${inputs.map(printShape).join(", ")} cannot be joined along axis ${axis.value}`),
      );
    if (inputs.some((input) => input[axis.value] === "rows")) {
      return err(doesNotFit("private rows cannot be joined below other rows", "join columns: concat(1)"));
    }
    const joined = inputs.reduce((total, input) => total + (input[axis.value] as number), 0);
    return ok(first!.map((size, at) => (at === axis.value ? joined : size)));
  },
  plain: (inputs, attributes) =>
    join(inputs, axisFromFront(attributes.axis as number, inputs[0]!.shape.length)),
  sensitivity: {
    rowByRow: (inputs, attributes) => {
      const rows = inputs.filter((input) => input.kind === "rows");
      if (rows.length < inputs.length) {
        return err(
          noRule(
            "Concat",
            "a public tensor cannot run along the private rows",
            "make a public column from a private one: x.rowOnes().mul(value)",
          ),
        );
      }
      const axis = axisFromFront(attributes.axis as number, rows[0]!.shape.length + 1) - 1;
      const lo = join(
        rows.map(({ shape, lo: data }) => ({ shape, data })),
        axis,
      );
      const hi = join(
        rows.map(({ shape, hi: data }) => ({ shape, data })),
        axis,
      );
      return ok(rowsFacts(lo.shape, lo.data, hi.data, rows, { integral: rows.every(isIntegral) }));
    },
    lower: (lowering, inputs, attributes) => {
      if (inputs.some((input) => input.rowAxis > 0)) return err(turnedRows("Concat"));
      return lowering.rowByRow("Concat", inputs, {
        axis: axisFromFront(attributes.axis as number, inputs[0]!.shape.length),
      });
    },
  },
};

function join(inputs: readonly PlainTensor[], axis: number): PlainTensor {
  const parts = inputs.map((input) => ({ ...aroundAxis(input.shape, axis), data: input.data }));
  const joined = parts.reduce((total, part) => total + part.size, 0);
  const shape = inputs[0]!.shape.map((size, at) => (at === axis ? joined : size));
  const [{ outer }] = parts as [(typeof parts)[number]];
  const data = new Float64Array(parts.reduce((total, part) => total + part.data.length, 0));
  let at = 0;
  for (let block = 0; block < outer; block++) {
    for (const part of parts) {
      const length = part.size * part.inner;
      data.set(part.data.subarray(block * length, (block + 1) * length), at);
      at += length;
    }
  }
  return { shape, data };
}
