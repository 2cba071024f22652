// Small linear systems, for what is made of released sums: regression coefficients, inverses.
//
// Gaussian elimination with partial pivoting (Golub and Van Loan, Matrix Computations, section 3.4).

import { err, ok, type Problem, type Result } from "@unseen/base";
import { doesNotFit, printShape, type Shape } from "../shape/shape.ts";
import type { PlainTensor } from "../tensor/plain-tensor.ts";
import type { Operation } from "./operation.ts";
import { noRule } from "./refusals.ts";

/** Largest system: elimination costs size^3 steps, two million here. */
const largestSystem = 128;

const onlyReleased = (name: string) =>
  err(
    noRule(
      name,
      "it needs a small square matrix, not rows",
      "solve(x.transpose().matmul(x), x.transpose().matmul(y)) fits a regression",
    ),
  );

/** x with A x = b, for a square A and a vector or matrix b. A singular A gives NaN. */
export const solve: Operation = {
  name: "Solve",
  inputs: [2, 2],
  attributes: {},
  shape: ([a, b]) => {
    const square = squareShape("solve", a!);
    if (!square.ok) return square;
    const fits = (b!.length === 1 || b!.length === 2) && b![0] === a![0];
    return fits
      ? ok(b!)
      : err(
          doesNotFit(`solve of ${printShape(a!)} takes a right side of ${a![0]} rows, not ${printShape(b!)}`),
        );
  },
  plain: ([a, b]) => eliminate(a!, b!),
  sensitivity: { rowByRow: () => onlyReleased("Solve") },
};

/** The inverse of a square matrix. A singular one gives NaN. */
export const inverse: Operation = {
  name: "Inverse",
  inputs: [1, 1],
  attributes: {},
  shape: ([a]) => squareShape("inverse", a!),
  plain: ([a]) => {
    const size = a!.shape[0]!;
    const identity = new Float64Array(size * size);
    for (let at = 0; at < size; at++) identity[at * size + at] = 1;
    return eliminate(a!, { shape: a!.shape, data: identity });
  },
  sensitivity: { rowByRow: () => onlyReleased("Inverse") },
};

function squareShape(name: string, a: Shape): Result<Shape, Problem> {
  if (a.length !== 2 || a[0] !== a[1] || a[0] === "rows")
    return err(doesNotFit(`${name} takes a square matrix, not ${printShape(a)}`));
  if ((a[0] as number) > largestSystem)
    return err(doesNotFit(`${name} takes at most ${largestSystem} unknowns, not ${a[0]}`));
  return ok(a);
}

function eliminate(a: PlainTensor, b: PlainTensor): PlainTensor {
  const size = a.shape[0]!;
  const columns = b.shape[1] ?? 1;
  const left = Float64Array.from(a.data);
  const right = Float64Array.from(b.data);
  for (let pivot = 0; pivot < size; pivot++) {
    let best = pivot;
    for (let row = pivot + 1; row < size; row++) {
      if (Math.abs(left[row * size + pivot]!) > Math.abs(left[best * size + pivot]!)) best = row;
    }
    swapRows(left, size, pivot, best);
    swapRows(right, columns, pivot, best);
    const divisor = left[pivot * size + pivot]!;
    if (divisor === 0) return { shape: b.shape, data: right.fill(Number.NaN) };
    for (let row = 0; row < size; row++) {
      if (row === pivot) continue;
      const factor = left[row * size + pivot]! / divisor;
      if (factor === 0) continue;
      for (let column = pivot; column < size; column++)
        left[row * size + column]! -= factor * left[pivot * size + column]!;
      for (let column = 0; column < columns; column++)
        right[row * columns + column]! -= factor * right[pivot * columns + column]!;
    }
  }
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < columns; column++)
      right[row * columns + column]! /= left[row * size + row]!;
  }
  return { shape: b.shape, data: right };
}

function swapRows(data: Float64Array, width: number, a: number, b: number): void {
  if (a === b) return;
  const kept = data.slice(a * width, (a + 1) * width);
  data.copyWithin(a * width, b * width, (b + 1) * width);
  data.set(kept, b * width);
}
