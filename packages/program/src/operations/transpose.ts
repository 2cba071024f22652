import { err, ok, type Problem, type Result } from "@unseen/base";
import { doesNotFit, type Shape } from "../shape/shape.ts";
import { sizeOf, stridesOf } from "../tensor/plain-tensor.ts";
import type { Attributes, Operation } from "./operation.ts";
import { type Rearrangement, rearrange, rearrangeFacts } from "./rearrange.ts";
import { noRule } from "./refusals.ts";

/** Reorders the axes; an empty `perm` turns them all round. */
export const transpose: Operation = {
  name: "Transpose",
  inputs: [1, 1],
  attributes: { perm: { kind: "integers", default: [] } },
  shape: ([x], attributes) => {
    const order = orderOf(x!, attributes);
    return order.ok ? ok(order.value.map((axis) => x![axis]!)) : order;
  },
  plain: ([x], attributes) => {
    const order = orderOf(x!.shape, attributes);
    return rearrange(x!, reordered(x!.shape, order.ok ? order.value : []));
  },
  sensitivity: {
    rowByRow: ([x], attributes) => {
      const rowShape = x!.kind === "rows" ? x!.shape : [];
      const order = orderOf(["rows", ...rowShape], attributes);
      return order.ok
        ? ok(
            rearrangeFacts(
              x!,
              reordered(
                rowShape,
                order.value.slice(1).map((axis) => axis - 1),
              ),
            ),
          )
        : order;
    },
    lower: (lowering, [x], attributes) => {
      const order = orderOf(x!.shape, attributes);
      if (!order.ok) return order;
      if (x!.shape.length <= 2) return ok(lowering.turned(x!, order.value.indexOf(x!.rowAxis)));
      if (x!.rowAxis === 0 && order.value[0] === 0)
        return lowering.rowByRow("Transpose", [x!], { perm: order.value });
      return err(
        noRule(
          "Transpose",
          "only a matrix of rows can stand on its side",
          "keep the rows first: transpose(0, ...)",
        ),
      );
    },
  },
};

function orderOf(shape: Shape, attributes: Attributes): Result<readonly number[], Problem> {
  const perm = attributes.perm as readonly number[];
  if (perm.length === 0) return ok(shape.map((_, axis) => shape.length - 1 - axis));
  const isOrder = perm.length === shape.length && shape.every((_, axis) => perm.includes(axis));
  return isOrder
    ? ok(perm)
    : err(doesNotFit(`transpose(${perm.join(", ")}) does not name each of ${shape.length} axes once`));
}

function reordered(shape: readonly number[], order: readonly number[]): Rearrangement {
  const strides = stridesOf(shape);
  const target = order.map((axis) => shape[axis]!);
  const targetStrides = stridesOf(target);
  const places = Int32Array.from({ length: sizeOf(target) }, (_, at) =>
    order.reduce(
      (place, axis, to) => place + (Math.floor(at / targetStrides[to]!) % target[to]!) * strides[axis]!,
      0,
    ),
  );
  return { shape: target, places };
}
