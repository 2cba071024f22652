// What a program's values are while it runs on shares: shapes and ranges are public, numbers are not.

import { invariant } from "@unseen/base";
import type { Column, RingMemory } from "@unseen/compute";
import { type PlainTensor, sizeOf } from "@unseen/program";
import type { Shared } from "../protocol/shared.ts";

/**
 * Secret numbers. x stands as the integer nearest to x 2^fractionBits; whole numbers have none. Every number lies within
 * [least, greatest], which was declared or follows from the program, never from the numbers.
 */
export type SecretTensor = {
  readonly kind: "secret";
  readonly shape: readonly number[];
  readonly shared: Shared;
  readonly fractionBits: number;
  readonly least: number;
  readonly greatest: number;
};

export type PublicTensor = { readonly kind: "public"; readonly value: PlainTensor };

export type SharesValue = SecretTensor | PublicTensor;

export function shapeOf(value: SharesValue): readonly number[] {
  return value.kind === "public" ? value.value.shape : value.shape;
}

export function boundsOf(value: SharesValue): readonly [least: number, greatest: number] {
  if (value.kind === "secret") return [value.least, value.greatest];
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const number of value.value.data) {
    least = Math.min(least, number);
    greatest = Math.max(greatest, number);
  }
  return value.value.data.length === 0 ? [0, 0] : [least, greatest];
}

export function magnitudeOf(value: SharesValue): number {
  return Math.max(...boundsOf(value).map(Math.abs));
}

export function isWhole(value: SharesValue): boolean {
  return value.kind === "secret" ? value.fractionBits === 0 : value.value.data.every(Number.isInteger);
}

/** Public numbers as ring elements, to the nearest step. Whoever calls has checked that they fit. */
export function encodePublic(memory: RingMemory, value: PlainTensor, fractionBits: number): Column {
  const words = new BigUint64Array(sizeOf(value.shape));
  const scale = 2 ** fractionBits;
  for (const [at, number] of value.data.entries()) {
    const scaled = Math.round(number * scale);
    invariant(Number.isFinite(scaled), "public numbers are finite");
    words[at] = BigInt.asUintN(64, BigInt(scaled));
  }
  return memory.columnOf(words);
}

/** The least width with |x| < 2^(width - 1) for numbers of this size on this grid. */
export function bitsFor(magnitude: number, fractionBits: number): number {
  // One more than the largest step, so that the end itself is inside, and one for the sign.
  return Math.max(2, Math.ceil(Math.log2(magnitude * 2 ** fractionBits + 1)) + 1);
}
