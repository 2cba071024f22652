// Real numbers as ring elements: x stands as the integer nearest to x 2^fractionBits.

import { err, invariant, ok, type Result } from "@unseen/base";
import type { Column, RingMemory } from "@unseen/compute";

/**
 * Numbers of size below 2^wholeBits, in steps of 2^-fractionBits. A product must fit before it is truncated, so the two
 * add up to 31 at most.
 */
export type FixedPoint = { readonly fractionBits: number; readonly wholeBits: number };

/** A party's own number cannot stand as a ring element. `below` is what its size must stay under. */
export type Unencodable =
  | { readonly code: "not-finite" }
  | { readonly code: "out-of-range"; readonly below: number };

export function fixedPoint(fractionBits = 16, wholeBits = 31 - fractionBits): FixedPoint {
  const isWhole = Number.isInteger(fractionBits) && Number.isInteger(wholeBits);
  invariant(isWhole && fractionBits >= 0 && wholeBits >= 1, "a fixed point has whole numbers of bits");
  invariant(fractionBits + wholeBits <= 31, "a product of two fixed points must fit before it is truncated");
  return { fractionBits, wholeBits };
}

/** How many bits tell all numbers of the format apart, the sign's among them. */
export function widthOf({ fractionBits, wholeBits }: FixedPoint): number {
  return fractionBits + wholeBits + 1;
}

/** The distance between neighbours. */
export function stepOf({ fractionBits }: FixedPoint): number {
  return 2 ** -fractionBits;
}

/** The greatest number of the format; the least is its negative. */
export function greatestOf(fixed: FixedPoint): number {
  return 2 ** fixed.wholeBits - stepOf(fixed);
}

/** Each number's nearest step, ties to the even one. Refuses NaN, infinities and what rounds to 2^wholeBits or more. */
export function encode(
  memory: RingMemory,
  fixed: FixedPoint,
  values: Float64Array,
): Result<Column, Unencodable> {
  const { fractionBits, wholeBits } = fixed;
  const column = memory.column(values.length);
  memory.bytes(column).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  const [scale, limit] = [2 ** fractionBits, 2 ** (wholeBits + fractionBits)];
  const fault = memory.kernels.encodeFixed(column.at, scale, limit, column.at, values.length);
  if (fault === 0) return ok(column);
  memory.bytes(column).fill(0);
  memory.free(column);
  return err(fault >= 2 ? { code: "not-finite" } : { code: "out-of-range", below: 2 ** wholeBits });
}

export function decode(memory: RingMemory, fixed: FixedPoint, column: Column): Float64Array<ArrayBuffer> {
  const out = memory.column(column.length);
  memory.kernels.decodeFixed(column.at, stepOf(fixed), out.at, column.length);
  const values = new Float64Array(memory.bytes(out).slice().buffer);
  memory.free(out);
  return values;
}

/** A public number as a ring element, to the nearest step of 2^-bits. */
export function constant(value: number, bits: number): bigint {
  const scaled = Math.round(value * 2 ** bits);
  invariant(Number.isSafeInteger(scaled), "a constant fits its bits");
  return BigInt(scaled);
}
