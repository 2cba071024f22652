import { err, ok, type Problem, type Result } from "@unseen/base";
import { doesNotFit, printShape } from "../shape/shape.ts";
import type { Attributes, Operation } from "./operation.ts";
import { noRule } from "./refusals.ts";

/**
 * Quantiles read off the counts of equal bins over [min, max], noised or not: the first bin in which the
 * running count reaches q of the total, and within it a straight line. Greater q never gives less.
 *
 * Noise makes a running count fall here and there. It is put back in order by isotonic regression (pool
 * adjacent violators: Barlow, Bartholomew, Bremner and Brunk 1972, section 1.2), which leaves counts
 * without noise as they are. Nobody at all gives the middle of the range.
 */
export const quantileOfCounts: Operation = {
  name: "QuantileOfCounts",
  inputs: [1, 1],
  attributes: { q: { kind: "numbers" }, min: { kind: "number" }, max: { kind: "number" } },
  shape: ([x], attributes) => {
    const { min, max } = attributes as { min: number; max: number };
    const shares = sharesOf(attributes);
    if (!shares.ok) return shares;
    if (x!.length !== 1 || x![0] === "rows" || x![0] === 0)
      return err(doesNotFit(`quantiles are read off a list of counts, not ${printShape(x!)}`));
    if (!(min < max && Number.isFinite(max - min)))
      return err(doesNotFit(`quantiles from ${min} to ${max}: the first end must be below the second`));
    return ok([shares.value.length]);
  },
  plain: ([x], attributes) => {
    const { min, max } = attributes as { min: number; max: number };
    const q = attributes.q as readonly number[];
    return { shape: [q.length], data: readQuantiles(x!.data, q, min, max) };
  },
  sensitivity: {
    rowByRow: () =>
      err(
        noRule(
          "QuantileOfCounts",
          "it needs the counts of all rows",
          "histogram(...).quantileOfCounts(...), or quantile(q) of the column",
        ),
      ),
  },
};

export function sharesOf(attributes: Attributes): Result<readonly number[], Problem> {
  const q = attributes.q as readonly number[];
  if (q.length === 0) return err(doesNotFit("a quantile needs at least one share q"));
  return q.every((share) => share >= 0 && share <= 1)
    ? ok(q)
    : err(doesNotFit("a quantile's share q lies between 0 and 1: the median is quantile(0.5)"));
}

export function readQuantiles(
  counts: Float64Array,
  q: readonly number[],
  min: number,
  max: number,
): Float64Array {
  const running = inOrder(runningCounts(counts));
  const total = running.at(-1)!;
  const width = (max - min) / running.length;
  return Float64Array.from(q, (share) => {
    if (!(total > 0)) return min / 2 + max / 2;
    const wanted = share * total;
    const bin = firstReaching(running, wanted);
    const before = bin === 0 ? 0 : running[bin - 1]!;
    const inside = running[bin]! - before;
    const part = inside > 0 ? Math.min(Math.max((wanted - before) / inside, 0), 1) : 0;
    return Math.min(min + width * (bin + part), max);
  });
}

/** By halving: a short message may ask a thousand shares of as many bins. */
function firstReaching(running: readonly number[], wanted: number): number {
  let [low, high] = [0, running.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (running[middle]! >= wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

function runningCounts(counts: Float64Array): readonly number[] {
  let total = 0;
  return Array.from(counts, (count) => {
    total += count;
    return total;
  });
}

/** The nearest list in squares that never falls: runs that fall become their mean. */
function inOrder(values: readonly number[]): readonly number[] {
  const pools: { mean: number; size: number }[] = [];
  for (const value of values) {
    let pool = { mean: value, size: 1 };
    for (let last = pools.at(-1); last !== undefined && last.mean > pool.mean; last = pools.at(-1)) {
      const size = last.size + pool.size;
      pool = { mean: (last.mean * last.size + pool.mean * pool.size) / size, size };
      pools.pop();
    }
    pools.push(pool);
  }
  return pools.flatMap(({ mean, size }) => Array.from({ length: size }, () => mean));
}
