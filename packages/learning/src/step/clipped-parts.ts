// For each kind of ghost: the squared norm of every unit's gradient, and the sum of the gradients times the units' shares.

import { sizeOfShape } from "../model/network.ts";
import type { Ghost } from "../model/pass.ts";
import { apply, constant, number, reshape, sumOver, times, type Value } from "../model/value.ts";
import { largestFactor, largestGradient } from "./rounding.ts";
import type { Units } from "./units.ts";

export type Clipped = {
  /** [units, 1], never negative, infinite or NaN where something is not finite. */
  readonly squaredNorm: Value;
  /** How many numbers are added up to it, one after the other at worst. */
  readonly terms: number;
  /** Squared lengths [units, 1] that must stay below a bound, or the norm is not computed well enough. */
  readonly limits: readonly (readonly [Value, number])[];
  /** From each unit's share [units, 1] and whether it counts at all [units, 1] to the parameter's shape. */
  readonly sum: (share: Value, isCounted: Value) => Value;
};

/** `value` is the ghost's left, factor or places; `gradient` the gradient at its place. Both have one line for each row. */
export function clippedParts(
  ghost: Ghost,
  value: Value,
  gradient: Value,
  units: Units,
  shape: readonly number[],
): Clipped {
  switch (ghost.kind) {
    case "outer":
      return units.rowsEach === 1
        ? outer(value, gradient)
        : products(
            turnedColumns(value),
            reshape(gradient, [gradient.shape[0]!, 1, gradient.shape[1]!]),
            units,
            (sum) => sum,
          );
    case "products":
      return products(value, ghost.lay(gradient), units, ghost.finish);
    case "sums": {
      const each = ghost.factor === undefined ? gradient : times(gradient, value);
      const own = ghost.over.length === 0 ? each : sumOver(each, ghost.over);
      return materialised(unitSums(own, units), (sum) => reshape(sum, shape));
    }
    case "looked-up":
      return lookedUp(value, gradient, units, shape);
    default:
      return ghost satisfies never;
  }
}

/** |a d'| = |a| |d|, so the products of a unit are never made. */
function outer(left: Value, gradient: Value): Clipped {
  const [a, d] = [squaredLengths(left), squaredLengths(gradient)];
  return {
    squaredNorm: times(a, d),
    terms: left.shape[1]! + gradient.shape[1]!,
    limits: [
      [a, largestFactor],
      [d, largestGradient],
    ],
    sum: (share, isCounted) => {
      const shared = cleaned(times(gradient, share), isCounted);
      return apply("Gemm", [cleaned(left, isCounted), shared], { transA: 1 });
    },
  };
}

/** Where a unit has several positions, its products may cancel, and no norm of parts tells the norm of their sum: the sum is made. */
function products(left: Value, gradient: Value, units: Units, finish: (sum: Value) => Value): Clipped {
  const [, inner, positions] = left.shape as readonly [number, number, number];
  const outer = gradient.shape[2]!;
  const { count, rowsEach } = units;
  const apart = reshape(left, [count, rowsEach, inner, positions]);
  const together = rowsEach === 1 ? left : apply("Transpose", [apart], { perm: [0, 2, 1, 3] });
  const own = apply("MatMul", [
    reshape(together, [count, inner, rowsEach * positions]),
    reshape(gradient, [count, rowsEach * positions, outer]),
  ]);
  return materialised(reshape(own, [count, inner * outer]), (sum) => finish(reshape(sum, [inner, outer])));
}

/** [units, size]: each unit's whole gradient of the parameter. */
function materialised(own: Value, finish: (sum: Value) => Value): Clipped {
  return {
    squaredNorm: squaredLengths(own),
    terms: own.shape[1]!,
    limits: [],
    sum: (share, isCounted) => {
      const row = reshape(share, [1, share.shape[0]!]);
      const sum = apply("MatMul", [row, cleaned(own, isCounted)]);
      return finish(reshape(sum, [own.shape[1]!]));
    },
  };
}

/** A line that a unit looks up several times has the sum of those gradients, counted at the first of them. */
function lookedUp(
  places: Value,
  gradient: Value,
  { count, rowsEach }: Units,
  shape: readonly number[],
): Clipped {
  const positions = places.shape[1]! * rowsEach;
  const width = gradient.shape[2]!;
  const own = reshape(places, [count, positions]);
  const same = apply("Equal", [reshape(own, [count, positions, 1]), reshape(own, [count, 1, positions])]);
  const earlier = times(same, constant({ shape: [positions, positions], data: belowDiagonal(positions) }));
  const isFirst = apply("Equal", [sumOver(earlier, [2], 1), number(0)]);
  const sums = apply("MatMul", [same, reshape(gradient, [count, positions, width])]);
  const counted = reshape(times(sums, isFirst), [count, positions * width]);
  return {
    squaredNorm: squaredLengths(counted),
    terms: counted.shape[1]!,
    limits: [],
    sum: (share, isCounted) => {
      const lines = reshape(cleaned(times(counted, share), isCounted), [count * positions, width]);
      const line = reshape(own, [count * positions, 1]);
      const at = apply("Expand", [line], { shape: [count * positions, width] });
      const zeros = apply("Expand", [number(0)], { shape: [...shape] });
      return apply("ScatterAdd", [zeros, at, lines], { axis: 0 });
    },
  };
}

/** From [rows, k] to [units, k], a unit's rows added up. */
function unitSums(rows: Value, { count, rowsEach }: Units): Value {
  const size = sizeOfShape(rows.shape.slice(1));
  return rowsEach === 1 ? reshape(rows, [count, size]) : sumOver(reshape(rows, [count, rowsEach, size]), [1]);
}

function turnedColumns(left: Value): Value {
  return reshape(left, [left.shape[0]!, left.shape[1]!, 1]);
}

function squaredLengths(lines: Value): Value {
  return sumOver(times(lines, lines), [1], 1);
}

/** What is not finite in a unit that does not count would poison a sum even with a share of zero. */
function cleaned(lines: Value, isCounted: Value): Value {
  return apply("Where", [isCounted, lines, number(0)]);
}

function belowDiagonal(size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, at) => (at % size < Math.floor(at / size) ? 1 : 0));
}
