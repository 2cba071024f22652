// The shape of a value that nobody outside may see: every size is public except the number of rows.

import { err, ok, type Problem, problem, type Result } from "@unseen/base";

/** `"rows"` is the private row axis: its size is the number of rows that the owner holds. */
export type Dimension = number | "rows";
export type Shape = readonly Dimension[];

/** ONNX allows any rank; nothing in the operation set needs more, and a small bound keeps a message small. */
export const mostDimensions = 8;

export function printShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The row axis, or -1 for a value that has none. */
export function rowAxisOf(shape: Shape): number {
  return shape.indexOf("rows");
}

/** How many numbers a value of this shape holds, a row counted once. */
export function elementsARow(shape: Shape): number {
  return shape.reduce<number>((product, size) => (size === "rows" ? product : product * size), 1);
}

export function doesNotFit(message: string, hint?: string): Problem<"shapes-do-not-fit"> {
  return problem("shapes-do-not-fit", message, hint === undefined ? {} : { hint });
}

/**
 * Multidirectional broadcasting (ONNX "Broadcasting", numpy's rule): shapes are aligned at their last
 * axis and a size of 1 stretches. The row axis stretches a 1 and equals itself, and nothing else.
 */
export function broadcastShapes(a: Shape, b: Shape): Result<Shape, Problem<"shapes-do-not-fit">> {
  const rank = Math.max(a.length, b.length);
  const result: Dimension[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === right || right === 1) result.push(left);
    else if (left === 1) result.push(right);
    else return err(misfit(a, b, left, right));
  }
  if (result.filter((size) => size === "rows").length > 1) {
    return err(
      doesNotFit(
        `shapes ${printShape(a)} and ${printShape(b)} would pair every row with every other row`,
        "give the column a second axis with reshape([0, 1])",
      ),
    );
  }
  return ok(result);
}

function misfit(a: Shape, b: Shape, left: Dimension, right: Dimension): Problem<"shapes-do-not-fit"> {
  const besideRows = left === "rows" || right === "rows";
  return doesNotFit(
    `shapes ${printShape(a)} and ${printShape(b)} do not fit together`,
    besideRows
      ? "a public tensor cannot run along the private rows; to work on the columns give the rows their own first axis with reshape([0, 1])"
      : undefined,
  );
}

/** Turns a negative axis into its place from the front. */
export function resolveAxis(axis: number, rank: number): Result<number, Problem<"shapes-do-not-fit">> {
  const resolved = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(resolved) || resolved < 0 || resolved >= rank) {
    return err(doesNotFit(`axis ${axis} does not exist in a tensor of ${rank} axes`));
  }
  return ok(resolved);
}

/** The place from the front of an axis that a shape rule has let through. */
export function axisFromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** Resolves several axes; an empty list means all of them. Sorted, each once. */
export function resolveAxes(
  axes: readonly number[],
  rank: number,
): Result<readonly number[], Problem<"shapes-do-not-fit">> {
  if (axes.length === 0) return ok(Array.from({ length: rank }, (_, axis) => axis));
  const resolved = new Set<number>();
  for (const axis of axes) {
    const one = resolveAxis(axis, rank);
    if (!one.ok) return one;
    resolved.add(one.value);
  }
  return ok([...resolved].sort((a, b) => a - b));
}

/** The shape after the axes have been reduced away, or to size 1. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDimensions: boolean): Shape {
  if (keepDimensions) return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return shape.filter((_, axis) => !axes.includes(axis));
}
