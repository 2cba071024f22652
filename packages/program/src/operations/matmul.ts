import { err, ok, type Problem, type Result } from "@unseen/base";
import { doesNotFit, printShape, type Shape } from "../shape/shape.ts";
import { type PlainTensor, sizeOf } from "../tensor/plain-tensor.ts";
import { hull, rowIntervals, rowsFacts } from "./bounds.ts";
import { crossProduct } from "./cross-product.ts";
import type { Facts, Lowering, Operation, Planned, RowsFacts } from "./operation.ts";
import { noRule } from "./refusals.ts";

/**
 * numpy.matmul of one or two axes a side, or of three on both sides with one number of products in front. X' Y over the
 * private rows is a sum of each row's outer product.
 */
export const matMul: Operation = {
  name: "MatMul",
  inputs: [2, 2],
  attributes: {},
  shape: ([x, y]) => productShape(x!, y!),
  plain: ([x, y]) => product(x!, y!),
  sensitivity: {
    rowByRow: ([x, y]) => productBounds(x!, y!),
    lower: (lowering, [x, y]) => lowerProduct(lowering, x!, y!),
  },
};

function productShape(x: Shape, y: Shape): Result<Shape, Problem> {
  if (x.length === 3 && y.length === 3) return productsShape(x, y);
  if (x.length < 1 || x.length > 2 || y.length < 1 || y.length > 2) {
    return err(
      doesNotFit(`a matrix product takes one or two axes a side, not ${printShape(x)} and ${printShape(y)}`),
    );
  }
  const inner = x[x.length - 1]!;
  const outer = y[0]!;
  if (inner !== outer) {
    return err(
      doesNotFit(`a matrix product of ${printShape(x)} and ${printShape(y)} needs ${inner} to be ${outer}`),
    );
  }
  const result = [...x.slice(0, -1), ...y.slice(1)];
  if (result.filter((size) => size === "rows").length > 1) {
    return err(
      doesNotFit(
        `a product of ${printShape(x)} and ${printShape(y)} would pair every row with every other row`,
        "put the transposed side first: x.transpose().matmul(y)",
      ),
    );
  }
  return ok(result);
}

/** Several products of public sizes: the private rows have no place in them. */
function productsShape(x: Shape, y: Shape): Result<Shape, Problem> {
  const fits = x[0] === y[0] && x[2] === y[1] && ![...x, ...y].includes("rows");
  return fits
    ? ok([...x.slice(0, 2), y[2]!])
    : err(
        doesNotFit(
          `products of ${printShape(x)} and ${printShape(y)} are [n, i, k] by [n, k, j], all public`,
        ),
      );
}

function product(x: PlainTensor, y: PlainTensor): PlainTensor {
  if (x.shape.length === 3) return products(x, y);
  const [rows, inner] = x.shape.length === 1 ? [1, x.shape[0]!] : [x.shape[0]!, x.shape[1]!];
  const columns = y.shape.length === 1 ? 1 : y.shape[1]!;
  const data = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let step = 0; step < inner; step++) {
      const left = x.data[row * inner + step]!;
      for (let column = 0; column < columns; column++) {
        data[row * columns + column]! += left * y.data[step * columns + column]!;
      }
    }
  }
  return { shape: [...x.shape.slice(0, -1), ...y.shape.slice(1)], data };
}

function products(x: PlainTensor, y: PlainTensor): PlainTensor {
  const [count, rows, inner] = x.shape as readonly [number, number, number];
  const columns = y.shape[2]!;
  const data = new Float64Array(count * rows * columns);
  for (let at = 0; at < count; at++) {
    const left = x.data.subarray(at * rows * inner, (at + 1) * rows * inner);
    const right = y.data.subarray(at * inner * columns, (at + 1) * inner * columns);
    const each = product({ shape: [rows, inner], data: left }, { shape: [inner, columns], data: right });
    data.set(each.data, at * rows * columns);
  }
  return { shape: [count, rows, columns], data };
}

/** One row [k] times a public [k, m] or [k]. */
function productBounds(x: Facts, y: Facts): Result<RowsFacts, Problem> {
  if (x.kind !== "rows" || y.kind !== "public") {
    return err(
      noRule(
        "MatMul",
        "a row can be multiplied by a public matrix only",
        "multiply element by element and sum the columns",
      ),
    );
  }
  const inner = x.lo.length;
  const matrix = rowIntervals(y);
  const columns = sizeOf(matrix.shape.slice(1));
  const lo = new Float64Array(columns);
  const hi = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    for (let step = 0; step < inner; step++) {
      const weight = matrix.lo[step * columns + column]!;
      const [least, most] = hull(x.lo[step]! * weight, x.hi[step]! * weight);
      lo[column]! += weight === 0 ? 0 : least;
      hi[column]! += weight === 0 ? 0 : most;
    }
  }
  return ok(rowsFacts(matrix.shape.slice(1), lo, hi, [x, y]));
}

function lowerProduct(lowering: Lowering, x: Planned, y: Planned): Result<Planned, Problem> {
  const contractsRows = x.rowAxis === x.shape.length - 1 && y.rowAxis === 0;
  if (x.rowAxis >= 0 && y.rowAxis >= 0) {
    if (contractsRows) return crossProduct(lowering, lowering.turned(x, 0), lowering.turned(y, 0));
    return err(
      noRule(
        "MatMul",
        "both sides hold private rows and the rows are not what is summed",
        "x.transpose().matmul(y)",
      ),
    );
  }
  if (x.rowAxis === 0 && x.shape.length === 2) return lowering.rowByRow("MatMul", [x, y], {});
  if (y.rowAxis === 1) {
    // A (Y') is (Y A')': the rows of Y stand on their side, and so do those of the result.
    const upright = lowering.turned(y, 0);
    const weights = x.shape.length === 2 ? lowering.apply("Transpose", [x], { perm: [1, 0] }) : ok(x);
    if (!weights.ok) return weights;
    const result = lowering.rowByRow("MatMul", [upright, weights.value], {});
    if (!result.ok || result.value.shape.length === 1) return result;
    return ok(lowering.turned(result.value, 1));
  }
  return err(
    noRule(
      "MatMul",
      "a public tensor cannot run along the private rows",
      "multiply the columns by public weights: x.matmul(weights)",
    ),
  );
}
