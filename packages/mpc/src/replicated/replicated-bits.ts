// Replicated shares of bits, and the ways between numbers and bits. Mohassel and Rindal 2018 (ABY3, CCS), sections 5.2-5.4.

import { invariant } from "@unseen/base";
import type { Column } from "@unseen/compute";
import { sumOfBits, topBitOfSum } from "../protocol/adder.ts";
import type { Protocol } from "../protocol/protocol.ts";
import { allocatePlanes, type Planes, Shared, SharedBits } from "../protocol/shared.ts";
import type { PartyIndex } from "../session/channel.ts";
import type { ReplicatedParty } from "./replicated-party.ts";

/** As numbers are shared: the dealer draws one summand, sends the other, the third is zero. */
export async function shareBits(
  p: ReplicatedParty,
  from: PartyIndex,
  length: number,
  width: number,
  values: Column | undefined,
): Promise<SharedBits> {
  const { session, memory, masks } = p;
  const planes = () => allocatePlanes(memory, length, width);
  const role = session.after(-from);
  if (role === 0) {
    invariant(values?.length === length, "the party that shares brings the numbers");
    const rest = planesOf(p, values, width);
    const drawn = planes();
    masks.draw(0, drawn);
    memory.kernels.xor(rest.at, drawn.at, rest.at, rest.bytes);
    await session.exchange([{ to: session.after(1), from: rest }], []);
    return SharedBits.of(memory, length, [drawn, rest]);
  }
  if (role === 1) {
    const rest = planes();
    await session.exchange([], [{ from, into: rest }]);
    return SharedBits.of(memory, length, [rest, zeroPlane(p, length)], [undefined, width]);
  }
  const drawn = planes();
  masks.draw(1, drawn);
  await session.exchange([], []);
  return SharedBits.of(memory, length, [zeroPlane(p, length), drawn], [width, undefined]);
}

export async function and(p: ReplicatedParty, x: SharedBits, y: SharedBits): Promise<SharedBits> {
  const [wide, narrow] = x.width >= y.width ? [x, y] : [y, x];
  invariant(narrow.width === wide.width || narrow.width === 1, "bits that are multiplied are of one width");
  const { memory, session, masks } = p;
  const mine = allocatePlanes(memory, wide.length, wide.width);
  masks.zeroXor(mine);
  const [[a, u], [b, v]] = [wide.parts, narrow.parts] as const;
  for (let plane = 0; plane < wide.width; plane++) {
    const other = narrow.width === 1 ? 0 : plane;
    memory.kernels.xorReplicatedAnd(
      a!.at[plane]!,
      u!.at[plane]!,
      b!.at[other]!,
      v!.at[other]!,
      mine.at + plane * mine.stride,
      mine.stride,
    );
  }
  const next = allocatePlanes(memory, wide.length, wide.width);
  await session.exchange([{ to: session.after(-1), from: mine }], [{ from: session.after(1), into: next }]);
  return SharedBits.of(memory, wide.length, [mine, next]);
}

export async function toBits(p: ReplicatedParty & Protocol, x: Shared, width: number): Promise<SharedBits> {
  const [a, b] = await summandsAsBits(p, x, width);
  using first = a;
  using second = b;
  return await sumOfBits(p, first, second);
}

export async function sign(p: ReplicatedParty & Protocol, x: Shared, width: number): Promise<SharedBits> {
  const [a, b] = await summandsAsBits(p, x, width);
  using first = a;
  using second = b;
  return await topBitOfSum(p, first, second);
}

/** x_0 + x_1, which party 0 knows and shares, and x_2, which 1 and 2 hold already: two numbers in bits. One round. */
async function summandsAsBits(
  p: ReplicatedParty,
  x: Shared,
  width: number,
): Promise<readonly [SharedBits, SharedBits]> {
  const { session, memory } = p;
  const length = x.length;
  let sum: Column | undefined;
  if (session.me === 0) {
    sum = memory.column(length);
    memory.kernels.add(x.parts[0]!.at, x.parts[1]!.at, sum.at, length);
  }
  const first = await shareBits(p, 0, length, width, sum);
  if (sum !== undefined) memory.free(sum);
  const third = session.me === 0 ? undefined : x.parts[session.me === 1 ? 1 : 0]!;
  const held = [0, 1].map((part) => (session.after(part) === 2 ? third : undefined));
  const second = SharedBits.of(
    memory,
    length,
    held.map((words) => (words === undefined ? zeroPlane(p, length) : planesOf(p, words, width))),
    held.map((words) => (words === undefined ? width : undefined)),
  );
  return [first, second];
}

/**
 * b = u XOR v with u = b_0 XOR b_1, which party 0 knows, and v = b_2, which 1 and 2 know: b = u + v - 2 u v, for each plane.
 * Party 0 shares u as u_0 + u_1; party 1 knows u_1 v and party 2 knows u_0 v, and both send theirs, masked, to party 0.
 * Two rounds; 8 bytes a plane and number from each party.
 */
export async function fromBits(p: ReplicatedParty, bits: SharedBits): Promise<Shared> {
  const { session, memory, masks } = p;
  const { kernels } = memory;
  const { length, width } = bits;
  const all = length * width;
  if (session.me === 0) {
    const u = memory.column(all);
    const xored = memory.allocate(bits.stride);
    for (let plane = 0; plane < width; plane++) {
      kernels.xor(bits.parts[0]!.at[plane]!, bits.parts[1]!.at[plane]!, xored.at, bits.stride);
      kernels.spread(xored.at, u.at + plane * length * 8, length);
    }
    memory.free(xored);
    const u0 = masks.drawn(0, all);
    kernels.sub(u.at, u0.at, u.at, all);
    await session.exchange([{ to: 1, from: u }], []);
    const [q0, q1] = [memory.column(all), memory.column(all)];
    await session.exchange(
      [],
      [
        { from: 2, into: q0 },
        { from: 1, into: q1 },
      ],
    );
    kernels.add(u0.at, q0.at, q0.at, all);
    kernels.add(u.at, q1.at, q1.at, all);
    memory.free(u, u0);
    return weighed(p, [q0, q1], length, width);
  }
  const isSecond = session.me === 1;
  const v = memory.column(all);
  for (const [plane, at] of bits.parts[isSecond ? 1 : 0]!.at.entries())
    kernels.spread(at, v.at + plane * length * 8, length);
  const u = isSecond ? memory.column(all) : masks.drawn(1, all);
  await session.exchange([], isSecond ? [{ from: 0, into: u }] : []);
  // Summand 2 is drawn by parties 1 and 2: the mask mu, and the summand's own nu.
  const mu = masks.drawn(isSecond ? 1 : 0, all);
  const nu = masks.drawn(isSecond ? 1 : 0, all);
  const sent = memory.column(all);
  kernels.mul(u.at, v.at, sent.at, all);
  kernels.scale(sent.at, BigInt.asUintN(64, -2n), sent.at, all);
  if (isSecond) kernels.sub(sent.at, mu.at, sent.at, all);
  else {
    kernels.add(sent.at, mu.at, sent.at, all);
    kernels.sub(sent.at, nu.at, sent.at, all);
  }
  await session.exchange([{ to: 0, from: sent }], []);
  // Party 1 holds summands 1 and 2, party 2 holds 2 and 0.
  kernels.add(u.at, sent.at, u.at, all);
  kernels.add(nu.at, v.at, nu.at, all);
  memory.free(v, mu, sent);
  return weighed(p, isSecond ? [u, nu] : [nu, u], length, width);
}

export async function openBits(p: ReplicatedParty, x: SharedBits): Promise<Column> {
  const { session, memory } = p;
  const [sent, whole] = [
    allocatePlanes(memory, x.length, x.width),
    allocatePlanes(memory, x.length, x.width),
  ];
  const plane = (planes: Planes, at: number) => planes.at + at * planes.stride;
  for (const [at, from] of x.parts[0]!.at.entries()) memory.kernels.copy(from, plane(sent, at), x.stride);
  await session.exchange([{ to: session.after(1), from: sent }], [{ from: session.after(-1), into: whole }]);
  for (const part of x.parts)
    for (const [at, from] of part.at.entries())
      memory.kernels.xor(plane(whole, at), from, plane(whole, at), x.stride);
  const words = memory.column(x.length);
  memory.kernels.fromPlanes(whole.at, x.width, whole.stride, words.at, x.length, memory.scratch);
  memory.free(sent, whole);
  return words;
}

function planesOf({ memory }: ReplicatedParty, words: Column, width: number): Planes {
  const planes = allocatePlanes(memory, words.length, width);
  memory.bytes(planes).fill(0);
  memory.kernels.toPlanes(words.at, words.length, planes.at, width, planes.stride, memory.scratch);
  return planes;
}

/** One plane of zeros, which stands for as many as are asked for. */
function zeroPlane({ memory }: ReplicatedParty, length: number): Planes {
  const plane = allocatePlanes(memory, length, 1);
  memory.bytes(plane).fill(0);
  return plane;
}

/** The sum over planes of 2^plane times its numbers. Takes the columns over. */
function weighed(
  { memory }: ReplicatedParty,
  parts: readonly Column[],
  length: number,
  width: number,
): Shared {
  if (width === 1) return new Shared(memory, parts);
  const summed = parts.map((part) => {
    const out = memory.zeros(length);
    const scaled = memory.column(length);
    for (let plane = 0; plane < width; plane++) {
      memory.kernels.scale(part.at + plane * length * 8, 1n << BigInt(plane), scaled.at, length);
      memory.kernels.add(out.at, scaled.at, out.at, length);
    }
    memory.free(scaled, part);
    return out;
  });
  return new Shared(memory, summed);
}
