// Bits of parties that check each other, and the ways between numbers and bits: from products that are checked alone.

import { invariant } from "@unseen/base";
import type { Column, Place } from "@unseen/compute";
import { sumOfBits, topBitOfSum } from "../protocol/adder.ts";
import type { Protocol } from "../protocol/protocol.ts";
import { allocatePlanes, type Planes, Shared, SharedBits } from "../protocol/shared.ts";
import type { CheckedParty } from "./checked-party.ts";

export type Summand = 0 | 1 | 2;

/** Each party sends its summand of the product, masked, to the party before, and will prove that it was right. */
export async function and(p: CheckedParty, a: SharedBits, b: SharedBits): Promise<SharedBits> {
  const [wide, narrow] = a.width >= b.width ? [a, b] : [b, a];
  invariant(narrow.width === wide.width || narrow.width === 1, "bits that are multiplied are of one width");
  const { memory, session, masks, statements } = p;
  const { kernels } = memory;
  const { length, width } = wide;
  const planes = () => allocatePlanes(memory, length, width);
  const together = (bits: SharedBits, part: 0 | 1): Planes => {
    const place = planes();
    const { at } = bits.parts[part]!;
    for (let plane = 0; plane < width; plane++)
      kernels.copy(at[bits.width === 1 ? 0 : plane]!, place.at + plane * place.stride, place.stride);
    return place;
  };
  const x = [together(wide, 0), together(wide, 1)] as const;
  const y = [together(narrow, 0), together(narrow, 1)] as const;
  const [f, mine, received, e] = [{ mine: planes(), next: planes() }, planes(), planes(), planes()];
  masks.draw(0, f.mine);
  masks.draw(1, f.next);
  kernels.xor(f.mine.at, f.next.at, mine.at, mine.bytes);
  kernels.xorReplicatedAnd(x[0].at, x[1].at, y[0].at, y[1].at, mine.at, mine.bytes);
  await session.exchange(
    [{ to: session.after(-1), from: mine }],
    [{ from: session.after(1), into: received }],
  );
  kernels.xor(f.next.at, received.at, e.at, e.bytes);
  kernels.xorAnd(x[1].at, y[1].at, e.at, e.bytes);
  statements.addBits({ bytes: mine.bytes, x, y, f, e });
  return SharedBits.of(memory, length, [mine, received]);
}

export async function toBits(p: CheckedParty & Protocol, x: Shared, width: number): Promise<SharedBits> {
  const sides = await twoSummands(p, x, width);
  if (sides.length === 1) return sides[0];
  using first = sides[0];
  using second = sides[1];
  return await sumOfBits(p, first, second);
}

export async function sign(p: CheckedParty & Protocol, x: Shared, width: number): Promise<SharedBits> {
  const sides = await twoSummands(p, x, width);
  if (sides.length === 1) return sides[0];
  using first = sides[0];
  using second = sides[1];
  return await topBitOfSum(p, first, second);
}

/** Two parties know each summand, and put its bits in as they are: nobody can share other bits than the right ones. */
export function bitsOfSummand(p: CheckedParty, x: Shared, summand: Summand, width: number): SharedBits {
  const { memory, session } = p;
  const held = [0, 1].map((part) => (session.after(part) === summand ? x.parts[part]! : undefined));
  return SharedBits.of(
    memory,
    x.length,
    held.map((words) => (words === undefined ? zeroPlane(p, x.length) : planesOf(p, words, width))),
    held.map((words) => (words === undefined ? width : undefined)),
  );
}

/** The majority of three, of which two differ from the third in `a` and `b`. */
export async function majority(
  p: Protocol,
  bits: readonly [SharedBits, SharedBits, SharedBits],
): Promise<SharedBits> {
  const [x, y, z] = bits;
  using a = p.xor(x, z);
  using b = p.xor(y, z);
  using both = await p.and(a, b);
  return p.xor(both, z);
}

/** x_0 + x_1 + x_2 as two numbers in bits: the bits that the places add up to, and what they carry. One round. */
async function twoSummands(
  p: CheckedParty & Protocol,
  x: Shared,
  width: number,
): Promise<readonly [SharedBits] | readonly [SharedBits, SharedBits]> {
  using first = bitsOfSummand(p, x, 0, width);
  using second = bitsOfSummand(p, x, 1, width);
  using third = bitsOfSummand(p, x, 2, width);
  using two = p.xor(first, second);
  const sum = p.xor(two, third);
  if (width === 1) return [sum];
  const places = Array.from({ length: width - 1 }, (_, at) => at);
  using low0 = first.choose(places);
  using low1 = second.choose(places);
  using low2 = third.choose(places);
  using carried = await majority(p, [low0, low1, low2]);
  using zero = zeros(p, x.length);
  return [sum, p.concatPlanes([zero, carried])];
}

export async function fromBits(p: CheckedParty & Protocol, bits: SharedBits): Promise<Shared> {
  using planes = await planesAsNumbers(p, bits);
  return weighed(p, planes, bits.length, bits.width);
}

/** Numbers 0 and 1, plane after plane: b = b_0 XOR b_1 XOR b_2 by two products of numbers. Two rounds. */
export async function planesAsNumbers(p: CheckedParty & Protocol, bits: SharedBits): Promise<Shared> {
  using first = numbersOfSummand(p, bits, 0);
  using second = numbersOfSummand(p, bits, 1);
  using third = numbersOfSummand(p, bits, 2);
  using two = await differing(p, first, second);
  return await differing(p, two, third);
}

/** a XOR b = a + b - 2 a b for numbers 0 and 1. */
async function differing(p: Protocol, a: Shared, b: Shared): Promise<Shared> {
  using product = await p.multiply(a, b);
  using twice = p.scale(product, -2n);
  using sum = p.add(a, b);
  return p.add(sum, twice);
}

function numbersOfSummand({ memory, session }: CheckedParty, bits: SharedBits, summand: Summand): Shared {
  const { length, width } = bits;
  const parts = [0, 1].map((part): Column => {
    if (session.after(part) !== summand) return memory.zeros(length * width);
    const words = memory.column(length * width);
    for (const [plane, at] of bits.parts[part]!.at.entries())
      memory.kernels.spread(at, words.at + plane * length * 8, length);
    return words;
  });
  return new Shared(memory, parts);
}

/** The sum over planes of 2^plane times its numbers. */
function weighed({ memory }: CheckedParty, x: Shared, length: number, width: number): Shared {
  const parts = x.parts.map((part) => {
    const out = memory.zeros(length);
    const scaled = memory.column(length);
    for (let plane = 0; plane < width; plane++) {
      memory.kernels.scale(part.at + plane * length * 8, 1n << BigInt(plane), scaled.at, length);
      memory.kernels.add(out.at, scaled.at, out.at, length);
    }
    memory.free(scaled);
    return out;
  });
  return new Shared(memory, parts);
}

function planesOf({ memory }: CheckedParty, words: Column, width: number): Planes {
  const planes = allocatePlanes(memory, words.length, width);
  memory.bytes(planes).fill(0);
  memory.kernels.toPlanes(words.at, words.length, planes.at, width, planes.stride, memory.scratch);
  return planes;
}

function zeroPlane({ memory }: CheckedParty, length: number): Planes {
  const plane = allocatePlanes(memory, length, 1);
  memory.bytes(plane).fill(0);
  return plane;
}

function zeros(p: CheckedParty, length: number): SharedBits {
  return SharedBits.of(p.memory, length, [zeroPlane(p, length), zeroPlane(p, length)]);
}

/** The planes of one part, one after the other: what is sent when they are opened. */
export function planesTogether({ memory }: CheckedParty, x: SharedBits, part: 0 | 1): Planes {
  const place = allocatePlanes(memory, x.length, x.width);
  for (const [plane, at] of x.parts[part]!.at.entries())
    memory.kernels.copy(at, place.at + plane * place.stride, x.stride);
  return place;
}

/** Words from planes of which this party has two summands, and was sent the third. Takes all over. */
export function wordsOfPlanes(
  { memory }: CheckedParty,
  parts: readonly Planes[],
  missing: Planes,
  length: number,
): Column {
  for (const part of parts) memory.kernels.xor(missing.at, part.at, missing.at, missing.bytes);
  const words = memory.column(length);
  memory.kernels.fromPlanes(missing.at, missing.width, missing.stride, words.at, length, memory.scratch);
  memory.free(...(parts as readonly Place[]), missing);
  return words;
}
