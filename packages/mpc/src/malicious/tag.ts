// Comparing two parties' versions of a message without sending it twice.
//
// The tag is the sum of u_row v_column word modulo 2^128 over the words of the message, in rows of 4096, with fresh uniform
// 64-bit keys u and v. Take two messages that differ in some word, by less than 2^64 in size. The sum over that word's row
// differs, and is divisible by 2^t with a chance of at most 2^-(t - 63); times u it is the difference of two given tags with
// a chance of at most 2^-(128 - t), or 2^-64 if that is more. Summed over t: whoever does not know the keys gets another
// message past with a chance below 2^-57.

import type { Place, RingMemory } from "@unseen/compute";
import type { SeedStream } from "../session/seed-stream.ts";
import { drawn } from "./purpose-streams.ts";

export const tagBytes = 16;
/** Words of a row: its keys stay in the processor's cache. */
const columns = 4096;

/** The tag of a place of whole words, under keys that its sender and its receiver draw alike. */
export function tagOf(memory: RingMemory, keys: SeedStream, { at, bytes }: Place): Place {
  const { kernels } = memory;
  const words = bytes / 8;
  const rows = Math.floor(words / columns);
  const rest = words - rows * columns;
  const v = drawn(memory, keys, Math.min(words, columns));
  const u = drawn(memory, keys, rows + 1);
  const tag = memory.allocate(tagBytes);
  kernels.wideForm(u.at, at, v.at, rows, columns, tag.at);
  const whole = readWide(memory, tag.at);
  kernels.wideForm(u.at + 8 * rows, at + 8 * rows * columns, v.at, 1, rest, tag.at);
  writeWide(memory, tag.at, whole + readWide(memory, tag.at));
  memory.free(u, v);
  return tag;
}

export function isSame(memory: RingMemory, a: Place, b: Place): boolean {
  const [left, right] = [memory.bytes(a), memory.bytes(b)];
  let difference = left.length ^ right.length;
  for (const [at, byte] of left.entries()) difference |= byte ^ right[at]!;
  return difference === 0;
}

/** Numbers modulo 2^128, low word first. */
export function readWide(memory: RingMemory, at: number): bigint {
  const [low, high] = memory.words({ at, bytes: 16, length: 2 });
  return low! + (high! << 64n);
}

export function writeWide(memory: RingMemory, at: number, value: bigint): void {
  const words = memory.words({ at, bytes: 16, length: 2 });
  words[0] = BigInt.asUintN(64, value);
  words[1] = BigInt.asUintN(64, value >> 64n);
}
