// X' Y over private rows: each row adds the outer product of what it holds on the two sides.
//
// X' X is symmetric, so a row gives each pair of columns once, which nearly halves what one person can
// move; the mirror image is made afterwards from the noised half.

import { err, invariant, type Problem, problem, type Result } from "@unseen/base";
import { programLimits } from "../graph/limits.ts";
import type { Lowering, Planned } from "./operation.ts";

/** Pairs of columns that one product may take: their places on both sides are constants of the row's program. */
const mostPairs = programLimits.constants / 2;

/** Both sides stand upright: [rows] or [rows, k], and [rows] or [rows, m]. Gives [k, m], an absent axis left out. */
export function crossProduct(lowering: Lowering, x: Planned, y: Planned): Result<Planned, Problem> {
  const isSymmetric = x.node === y.node;
  const width = (x.shape[1] ?? 1) as number;
  const height = (y.shape[1] ?? 1) as number;
  const pairCount = isSymmetric ? (width * (width + 1)) / 2 : width * height;
  if (pairCount > mostPairs) {
    return err(
      problem(
        "program-too-large",
        `a sum over rows of ${pairCount} products of two columns, and at most ${mostPairs} are possible`,
        { hint: "ask about fewer columns at a time" },
      ),
    );
  }
  const pairs: (readonly [number, number])[] = [];
  const places = new Float64Array(width * height);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < height; j++) {
      const isMirrored = isSymmetric && j < i;
      places[i * height + j] = isMirrored ? places[j * height + i]! : pairs.length;
      if (!isMirrored) pairs.push([i, j]);
    }
  }
  const left = pickColumns(
    lowering,
    x,
    pairs.map(([i]) => i),
  );
  if (!left.ok) return left;
  const right = pickColumns(
    lowering,
    y,
    pairs.map(([, j]) => j),
  );
  if (!right.ok) return right;
  const products = lowering.rowByRow("Mul", [left.value, right.value], {});
  if (!products.ok) return products;
  const total = lowering.sumRows(products.value);
  if (!total.ok) return total;
  const unfolded = lowering.apply(
    "Gather",
    [total.value, lowering.constant({ shape: [places.length], data: places })],
    { axis: 0 },
  );
  if (!unfolded.ok) return unfolded;
  const shape = [...x.shape.slice(1), ...y.shape.slice(1)];
  invariant(
    shape.every((size) => size !== "rows"),
    "the rows have been summed",
  );
  return lowering.apply("Reshape", [unfolded.value], { shape: shape as number[] });
}

function pickColumns(lowering: Lowering, x: Planned, columns: readonly number[]): Result<Planned, Problem> {
  const matrix: Result<Planned, Problem> =
    x.shape.length === 2 ? { ok: true, value: x } : lowering.rowByRow("Reshape", [x], { shape: [0, 1] });
  if (!matrix.ok) return matrix;
  const indices = lowering.constant({ shape: [columns.length], data: Float64Array.from(columns) });
  return lowering.rowByRow("Gather", [matrix.value, indices], { axis: 1 });
}
