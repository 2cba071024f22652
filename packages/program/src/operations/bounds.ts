// Interval arithmetic over the elements of one row. It plans; it is not what protects: the exact part
// clamps every contribution to the planned bounds again, so a bound that is an ulp short costs accuracy
// and never privacy.

import { broadcastPlaces, broadcastSizes, type PlainTensor, sizeOf } from "../tensor/plain-tensor.ts";
import type { Facts, RowsFacts } from "./operation.ts";

export type Interval = readonly [lo: number, hi: number];

export const everything: Interval = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** An interval in order and without NaN: what cannot be bounded is bounded by nothing. */
export function tidy([lo, hi]: Interval): Interval {
  if (Number.isNaN(lo) || Number.isNaN(hi) || lo > hi) return everything;
  return [lo, hi];
}

/** The smallest interval around some corner values; NaN corners (infinity times zero) bound nothing. */
export function hull(...corners: readonly number[]): Interval {
  return tidy([Math.min(...corners), Math.max(...corners)]);
}

/** A fact as intervals over the shape of one row. A public value is exactly known. */
export type RowIntervals = {
  readonly shape: readonly number[];
  readonly lo: Float64Array;
  readonly hi: Float64Array;
};

export function rowIntervals(facts: Facts): RowIntervals {
  if (facts.kind === "rows") return facts;
  return { shape: facts.value.shape, lo: facts.value.data, hi: facts.value.data };
}

/** Whether every value that the fact allows is a whole number. */
export function isIntegral(facts: Facts): boolean {
  return facts.kind === "rows" ? facts.integral : facts.value.data.every((value) => Number.isInteger(value));
}

export function isFiniteEverywhere(facts: Facts): boolean {
  const { lo, hi } = rowIntervals(facts);
  return lo.every(Number.isFinite) && hi.every(Number.isFinite);
}

export type RowsMade = {
  readonly oneHot?: boolean;
  readonly integral?: boolean;
  /** Said when finite inputs gave an infinite bound. */
  readonly because?: string;
};

/** Writes a fact down, carrying the first reason for which something above it had no bound. */
export function rowsFacts(
  shape: readonly number[],
  lo: Float64Array,
  hi: Float64Array,
  inputs: readonly Facts[],
  made: RowsMade = {},
): RowsFacts {
  const bounded = lo.every(Number.isFinite) && hi.every(Number.isFinite);
  const earlier = inputs.find((input) => input.kind === "rows" && input.unboundedBecause !== undefined);
  const because = (earlier as RowsFacts | undefined)?.unboundedBecause ?? made.because;
  return {
    kind: "rows",
    shape,
    lo,
    hi,
    oneHot: made.oneHot ?? false,
    integral: made.integral ?? false,
    ...(bounded || because === undefined ? {} : { unboundedBecause: because }),
  };
}

/**
 * A public tensor beside a row may carry a leading axis of size 1 where the rows are; one row does not
 * see it.
 */
export function besideOneRow(value: PlainTensor, rowRank: number): PlainTensor {
  if (value.shape.length === rowRank + 1 && value.shape[0] === 1)
    return { shape: value.shape.slice(1), data: value.data };
  return value;
}

/** Applies an interval function to every element of a row after broadcasting. */
export function mapIntervals(
  inputs: readonly Facts[],
  f: (intervals: readonly Interval[]) => Interval,
  made: RowsMade,
): RowsFacts {
  const rowRank = Math.max(...inputs.map((input) => (input.kind === "rows" ? input.shape.length : 0)));
  const rows = inputs.map((input) =>
    rowIntervals(
      input.kind === "rows" ? input : { kind: "public", value: besideOneRow(input.value, rowRank) },
    ),
  );
  const shape = rows.map((row) => row.shape).reduce(broadcastSizes);
  const places = rows.map((row) => broadcastPlaces(row.shape, shape));
  const lo = new Float64Array(sizeOf(shape));
  const hi = new Float64Array(sizeOf(shape));
  for (let at = 0; at < lo.length; at++) {
    const intervals = rows.map((row, input): Interval => {
      const place = places[input]?.[at] ?? at;
      return [row.lo[place]!, row.hi[place]!];
    });
    [lo[at], hi[at]] = tidy(f(intervals)) as [number, number];
  }
  return rowsFacts(shape, lo, hi, inputs, made);
}
