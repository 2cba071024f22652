// Eigenvalues and eigenvectors of a small symmetric matrix, for what is made of released sums: the
// principal components of a noised covariance.
//
// Cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, section 8.5).

import { err, ok } from "@unseen/base";
import { doesNotFit, printShape } from "../shape/shape.ts";
import type { PlainTensor } from "../tensor/plain-tensor.ts";
import type { Operation } from "./operation.ts";
import { noRule } from "./refusals.ts";

/** Largest matrix: one sweep costs 4 size^3 steps, a million here. */
const largestMatrix = 64;
/** Jacobi converges quadratically: a matrix of 64 needs 6 to 10 sweeps, and twenty are never used up. */
const mostSweeps = 20;

/**
 * Of a symmetric [k, k] gives [k, 1 + k]: a row for each eigenvalue, greatest first, followed by its
 * eigenvector of length one, whose element of greatest size is positive. The mean of the two halves is
 * taken where the matrix is not quite symmetric.
 */
export const eigenSymmetric: Operation = {
  name: "EigenSymmetric",
  inputs: [1, 1],
  attributes: {},
  shape: ([a]) => {
    const [height, width] = a!;
    if (a!.length !== 2 || height !== width || typeof width !== "number")
      return err(doesNotFit(`eigenSymmetric takes a square matrix, not ${printShape(a!)}`));
    if (width > largestMatrix)
      return err(doesNotFit(`eigenSymmetric takes at most ${largestMatrix} rows, not ${width}`));
    return ok([width, width + 1]);
  },
  plain: ([a]) => sortedPairs(a!.shape[0]!, rotateToDiagonal(a!)),
  sensitivity: {
    rowByRow: () =>
      err(
        noRule(
          "EigenSymmetric",
          "it needs a small square matrix, not rows",
          "columns(...).covariance().eigenSymmetric() gives the principal components",
        ),
      ),
  },
};

type Rotated = { readonly matrix: Float64Array; readonly vectors: Float64Array };

/** Turns pairs of axes until nothing is left beside the diagonal; the turns multiply up to the eigenvectors. */
function rotateToDiagonal({ shape, data }: PlainTensor): Rotated {
  const size = shape[0]!;
  const matrix = data.map((value, at) => value / 2 + data[(at % size) * size + Math.floor(at / size)]! / 2);
  const vectors = new Float64Array(size * size);
  for (let at = 0; at < size; at++) vectors[at * size + at] = 1;
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let turned = false;
    for (let p = 0; p < size; p++)
      for (let q = p + 1; q < size; q++) turned = turn(matrix, vectors, size, p, q) || turned;
    if (!turned) break;
  }
  return { matrix, vectors };
}

/** Makes element (p, q) zero; false where it already was, as far as the diagonal can tell. */
function turn(matrix: Float64Array, vectors: Float64Array, size: number, p: number, q: number): boolean {
  const [pp, qq, pq] = [matrix[p * size + p]!, matrix[q * size + q]!, matrix[p * size + q]!];
  if (pq === 0 || Math.abs(pq) <= Number.EPSILON * 2 ** -3 * Math.sqrt(Math.abs(pp) * Math.abs(qq)))
    return false;
  const theta = (qq - pp) / (2 * pq);
  const tangent =
    Math.abs(theta) > 1e150
      ? 1 / (2 * theta)
      : (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  rotate(matrix, size, 1, p * size, q * size, cosine, sine);
  rotate(matrix, size, size, p, q, cosine, sine);
  rotate(vectors, size, 1, p * size, q * size, cosine, sine);
  matrix[p * size + q] = 0;
  matrix[q * size + p] = 0;
  return true;
}

function rotate(
  data: Float64Array,
  size: number,
  step: number,
  first: number,
  second: number,
  cosine: number,
  sine: number,
): void {
  for (let at = 0; at < size; at++) {
    const [a, b] = [data[first + at * step]!, data[second + at * step]!];
    data[first + at * step] = cosine * a - sine * b;
    data[second + at * step] = sine * a + cosine * b;
  }
}

function sortedPairs(size: number, { matrix, vectors }: Rotated): PlainTensor {
  const valueAt = (at: number) => matrix[at * size + at]!;
  const order = Array.from({ length: size }, (_, at) => at).sort((a, b) => valueAt(b) - valueAt(a) || a - b);
  const data = new Float64Array(size * (size + 1));
  for (const [place, at] of order.entries()) {
    const vector = vectors.subarray(at * size, (at + 1) * size);
    const largest = vector.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    data[place * (size + 1)] = valueAt(at);
    for (let axis = 0; axis < size; axis++)
      data[place * (size + 1) + 1 + axis] = largest < 0 ? -vector[axis]! : vector[axis]!;
  }
  return { shape: [size, size + 1], data };
}
