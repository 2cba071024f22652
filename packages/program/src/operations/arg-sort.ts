import { err, ok, type Problem, type Result } from "@unseen/base";
import { resolveAxis, rowAxisOf, type Shape } from "../shape/shape.ts";
import { aroundAxis, type PlainTensor } from "../tensor/plain-tensor.ts";
import type { Operation } from "./operation.ts";
import { noRule } from "./refusals.ts";

/** The places of the elements along one axis in order: least first, or greatest first. Equals keep their order; NaN stands last. */
export const argSort: Operation = {
  name: "ArgSort",
  inputs: [1, 1],
  attributes: { axis: { kind: "integer", default: -1 }, descending: { kind: "integer", default: 0 } },
  shape: ([x], attributes) => {
    const axis = sortedAxis("ArgSort", x!, attributes.axis as number);
    return axis.ok ? ok(x!) : axis;
  },
  plain: ([x], attributes) => {
    const { shape } = x!;
    const resolved = resolveAxis(attributes.axis as number, shape.length);
    const data = new Float64Array(x!.data.length);
    alongAxis(x!, resolved.ok ? resolved.value : 0, attributes.descending === 1, (order, placeOf) => {
      for (const [rank, at] of order.entries()) data[placeOf(rank)] = at;
    });
    return { shape, data };
  },
  sensitivity: { rowByRow: () => onlyReleased("ArgSort") },
};

/** The axis that is put in order, never the private rows. */
export function sortedAxis(name: string, x: Shape, axis: number): Result<number, Problem> {
  const resolved = resolveAxis(axis, x.length);
  return resolved.ok && resolved.value === rowAxisOf(x) ? onlyReleased(name) : resolved;
}

export function onlyReleased(name: string) {
  return err(
    noRule(
      name,
      "an order of rows would name people, and each row by itself is not answered",
      "put in order what was released: a column's counts, as topK(category, 3)",
    ),
  );
}

/** Calls back once for each line along the axis, with the places of its elements in order. */
export function alongAxis(
  { shape, data }: PlainTensor,
  axis: number,
  isDescending: boolean,
  each: (order: readonly number[], placeOf: (step: number) => number, line: number) => void,
): void {
  const { outer, size, inner } = aroundAxis(shape, axis);
  for (let line = 0; line < outer * inner; line++) {
    const placeOf = (step: number) => (Math.floor(line / inner) * size + step) * inner + (line % inner);
    const values = Float64Array.from({ length: size }, (_, step) => data[placeOf(step)]!);
    const order = Array.from({ length: size }, (_, step) => step).sort((a, b) => {
      const [x, y] = isDescending ? [values[b]!, values[a]!] : [values[a]!, values[b]!];
      if (x < y) return -1;
      if (x > y) return 1;
      return Number(Number.isNaN(values[a])) - Number(Number.isNaN(values[b])) || a - b;
    });
    each(order, placeOf, line);
  }
}
