/** The likeliest x with `rows` x = `targets` + noise, where each x was drawn around `mean` with `variance`. By Cholesky. */
export function solveRidge(
  rows: readonly Float64Array[],
  targets: readonly number[],
  noiseVariance: number,
  mean: number,
  variance: number,
): Float64Array {
  const size = rows[0]?.length ?? 0;
  const matrix = Array.from({ length: size }, (_, at) => {
    const line = new Float64Array(size);
    line[at] = noiseVariance / variance;
    return line;
  });
  const moved = new Float64Array(size);
  for (const [at, row] of rows.entries()) {
    const miss = targets[at]! - mean * row.reduce((total, value) => total + value, 0);
    for (let i = 0; i < size; i++) {
      if (row[i] === 0) continue;
      moved[i]! += row[i]! * miss;
      for (let j = 0; j <= i; j++) matrix[i]![j]! += row[i]! * row[j]!;
    }
  }
  return solveSymmetric(matrix, moved).map((value) => value + mean);
}

/** Reads and overwrites the lower half of a positive definite matrix. */
function solveSymmetric(matrix: readonly Float64Array[], target: Float64Array): Float64Array {
  const size = target.length;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let value = matrix[i]![j]!;
      for (let k = 0; k < j; k++) value -= matrix[i]![k]! * matrix[j]![k]!;
      matrix[i]![j] = i === j ? Math.sqrt(value) : value / matrix[j]![j]!;
    }
  }
  const x = Float64Array.from(target);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i]! -= matrix[i]![k]! * x[k]!;
    x[i]! /= matrix[i]![i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i]! -= matrix[k]![i]! * x[k]!;
    x[i]! /= matrix[i]![i]!;
  }
  return x;
}
