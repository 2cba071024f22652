// Means and second moments over private rows, written with sums. Everything after the sums is free.
//
// Each is taken around the middle of the declared bounds: |x - middle| is at most half the width, so the
// noise is half of what a sum of x itself would need when one person joins or leaves.

import { invariant, ok, type Problem, type Result } from "@unseen/base";
import { type PlainTensor, scalar } from "../tensor/plain-tensor.ts";
import { isFiniteEverywhere } from "./bounds.ts";
import type { Lowering, Planned, RowsFacts } from "./operation.ts";

/** The smallest variance that a released one is taken for, as a share of the widest possible: keeps a later division finite. */
const leastVarianceShare = 1e-9;

export function factsOf(x: Planned): RowsFacts {
  invariant(x.facts.kind === "rows", "moments are taken of rows");
  return x.facts;
}

/** The middle of a row's bounds, shaped to stand beside the rows; zero where there are no bounds (the sum is then refused). */
export function middleOf(x: Planned): PlainTensor {
  const { shape, lo, hi } = factsOf(x);
  if (!isFiniteEverywhere(factsOf(x))) return { shape, data: new Float64Array(lo.length) };
  return { shape, data: lo.map((value, at) => value / 2 + hi[at]! / 2) };
}

/** How many rows there are: public where the owner says so, and otherwise a noised sum of ones. At least one. */
export function countOverRows(lowering: Lowering, x: Planned): Result<Planned, Problem> {
  if (lowering.publicRowCount !== undefined)
    return ok(lowering.constant(scalar(Math.max(lowering.publicRowCount, 1))));
  const total = rowTotal(lowering, x);
  return total.ok ? lowering.apply("Max", [total.value, lowering.constant(scalar(1))]) : total;
}

/** The noised number of rows, which may come out below one. */
export function rowTotal(lowering: Lowering, x: Planned): Result<Planned, Problem> {
  const ones = lowering.apply("RowOnes", [x], {});
  return ones.ok ? lowering.sumRows(ones.value) : ones;
}

/** mean = middle + sum(x - middle) / count, held within the declared bounds. */
export function meanOverRows(lowering: Lowering, x: Planned): Result<Planned, Problem> {
  const middle = lowering.constant(middleOf(x));
  const deviation = meanDeviation(lowering, x, middle);
  if (!deviation.ok) return deviation;
  const mean = lowering.apply("Add", [middle, deviation.value]);
  return mean.ok ? holdWithin(lowering, mean.value, factsOf(x)) : mean;
}

/** sum(x - middle) / count. */
export function meanDeviation(lowering: Lowering, x: Planned, middle: Planned): Result<Planned, Problem> {
  const centred = lowering.rowByRow("Sub", [x, middle], {});
  if (!centred.ok) return centred;
  return quotientOfSums(lowering, centred.value);
}

export function quotientOfSums(lowering: Lowering, x: Planned): Result<Planned, Problem> {
  const total = lowering.sumRows(x);
  if (!total.ok) return total;
  const count = countOverRows(lowering, x);
  return count.ok ? lowering.apply("Div", [total.value, count.value]) : count;
}

/** E[(x - middle)^2] - E[x - middle]^2, times n / (n - correction). Never below a small positive number. */
export function varianceOverRows(
  lowering: Lowering,
  x: Planned,
  correction: number,
): Result<Planned, Problem> {
  const middle = lowering.constant(middleOf(x));
  const centred = lowering.rowByRow("Sub", [x, middle], {});
  if (!centred.ok) return centred;
  const first = quotientOfSums(lowering, centred.value);
  if (!first.ok) return first;
  const squares = lowering.rowByRow("Pow", [centred.value, lowering.constant(scalar(2))], {});
  if (!squares.ok) return squares;
  const second = meanOverRows(lowering, squares.value);
  if (!second.ok) return second;
  const squaredFirst = lowering.apply("Mul", [first.value, first.value]);
  if (!squaredFirst.ok) return squaredFirst;
  const raw = lowering.apply("Sub", [second.value, squaredFirst.value]);
  if (!raw.ok) return raw;
  const corrected = withCorrection(lowering, raw.value, x, correction);
  if (!corrected.ok) return corrected;
  const { shape } = factsOf(x);
  const least = lowering.constant({ shape, data: leastVarianceOf(factsOf(x)) });
  return lowering.apply("Max", [corrected.value, least]);
}

/** What a released variance of each element is taken for at least. */
export function leastVarianceOf({ lo, hi }: RowsFacts): Float64Array {
  return lo.map((value, at) => {
    const width = hi[at]! - value;
    return Number.isFinite(width) ? (width ** 2 / 4) * leastVarianceShare : 0;
  });
}

/** Multiplies by n / (n - correction), with at least one degree of freedom left. */
export function withCorrection(
  lowering: Lowering,
  value: Planned,
  x: Planned,
  correction: number,
): Result<Planned, Problem> {
  if (correction === 0) return ok(value);
  const count = countOverRows(lowering, x);
  if (!count.ok) return count;
  const fewer = lowering.apply("Sub", [count.value, lowering.constant(scalar(correction))]);
  if (!fewer.ok) return fewer;
  const free = lowering.apply("Max", [fewer.value, lowering.constant(scalar(1))]);
  if (!free.ok) return free;
  const share = lowering.apply("Div", [count.value, free.value]);
  return share.ok ? lowering.apply("Mul", [value, share.value]) : share;
}

export function holdWithin(
  lowering: Lowering,
  value: Planned,
  { shape, lo, hi }: RowsFacts,
): Result<Planned, Problem> {
  if (!lo.every(Number.isFinite) || !hi.every(Number.isFinite)) return ok(value);
  const above = lowering.apply("Max", [value, lowering.constant({ shape, data: lo })]);
  return above.ok ? lowering.apply("Min", [above.value, lowering.constant({ shape, data: hi })]) : above;
}
