// Numbers that a secret bit keeps or makes zero: what ReLU, choosing and clipping are made of.

import { invariant } from "@unseen/base";
import { Shared, type SharedBits } from "../protocol/shared.ts";
import type { ReplicatedParty } from "./replicated-party.ts";

/**
 * b x with b = u XOR v as in `fromBits`, and x = s + t with s = x_0 + x_1, which party 0 knows, and t = x_2, which 1 and 2
 * know. With S = s (1 - 2 u) and T = t (1 - 2 v),
 *
 *     b x = u s + v t + u T + S v,
 *
 * so party 0 shares u, S and u s between 1 and 2; each multiplies its parts by what it knows, and both send theirs, masked, to
 * party 0. Two rounds; 24 bytes a number from party 0 and 8 from each of the others. The bit as a number and a product after it
 * are three rounds and 48 bytes in all. What party 1 sees of u, S and u s hides behind what party 0 draws with party 2; what party 0
 * sees hides behind two masks that 1 and 2 draw.
 */
export async function keepWhere(p: ReplicatedParty, bit: SharedBits, x: Shared): Promise<Shared> {
  const { session, memory, masks } = p;
  const { kernels } = memory;
  const { length } = x;
  invariant(bit.width === 1 && bit.length === length, "a single plane decides for as many numbers");
  const bytes = 8 * length;
  const drawnAll = 3 * length;
  if (session.me === 0) {
    const told = memory.column(drawnAll);
    const [u, turned, kept] = [told.at, told.at + bytes, told.at + 2 * bytes];
    const xored = memory.allocate(bit.stride);
    kernels.xor(bit.parts[0]!.at[0]!, bit.parts[1]!.at[0]!, xored.at, bit.stride);
    kernels.spread(xored.at, u, length);
    kernels.add(x.parts[0]!.at, x.parts[1]!.at, turned, length);
    kernels.mul(u, turned, kept, length);
    kernels.sub(turned, kept, turned, length);
    kernels.sub(turned, kept, turned, length);
    const drawn = masks.drawn(0, drawnAll);
    kernels.sub(told.at, drawn.at, told.at, drawnAll);
    await session.exchange([{ to: 1, from: told }], []);
    memory.free(xored, drawn, told);
    const [z0, z1] = [memory.column(length), memory.column(length)];
    await session.exchange(
      [],
      [
        { from: 2, into: z0 },
        { from: 1, into: z1 },
      ],
    );
    return new Shared(memory, [z0, z1]);
  }
  const isSecond = session.me === 1;
  const part = isSecond ? 1 : 0;
  const t = x.parts[part]!;
  const v = memory.column(length);
  kernels.spread(bit.parts[part]!.at[0]!, v.at, length);
  const told = isSecond ? memory.column(drawnAll) : masks.drawn(1, drawnAll);
  await session.exchange([], isSecond ? [{ from: 0, into: told }] : []);
  const [u, turned, kept] = [told.at, told.at + bytes, told.at + 2 * bytes];
  // Summand 2 is drawn by parties 1 and 2: the mask mu, and the summand's own nu.
  const mu = masks.drawn(isSecond ? 1 : 0, length);
  const nu = masks.drawn(isSecond ? 1 : 0, length);
  const sent = memory.column(length);
  const product = memory.column(length);
  kernels.mul(v.at, t.at, product.at, length);
  if (isSecond) kernels.add(kept, product.at, kept, length);
  kernels.scale(product.at, BigInt.asUintN(64, -2n), product.at, length);
  kernels.add(product.at, t.at, product.at, length);
  kernels.mul(u, product.at, sent.at, length);
  kernels.addProduct(turned, v.at, sent.at, length);
  kernels.add(sent.at, kept, sent.at, length);
  if (isSecond) kernels.sub(sent.at, mu.at, sent.at, length);
  else {
    kernels.add(sent.at, mu.at, sent.at, length);
    kernels.sub(sent.at, nu.at, sent.at, length);
  }
  await session.exchange([{ to: 0, from: sent }], []);
  memory.free(told, v, mu, product);
  // Party 1 holds summands 1 and 2, party 2 holds 2 and 0.
  return new Shared(memory, isSecond ? [sent, nu] : [nu, sent]);
}
