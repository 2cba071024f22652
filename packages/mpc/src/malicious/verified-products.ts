// Products of numbers: each party sends its summand, masked, to the party before, and will prove that it was right.

import { invariant } from "@unseen/base";
import { addMatmul, type Column, type MatmulSizes } from "@unseen/compute";
import { Shared } from "../protocol/shared.ts";
import type { CheckedParty } from "./checked-party.ts";
import type { WordStatement } from "./statements.ts";

/** One round, 8 bytes a product from each party. */
export function multiply(p: CheckedParty, x: Shared, y: Shared): Promise<Shared> {
  invariant(x.length === y.length, "columns that are multiplied are of one length");
  const { kernels } = p.memory;
  const { length } = x;
  return reshared(p, x, y, { m: 1, k: 0, n: length }, (out, [a, u], [b, v]) => {
    kernels.addReplicatedProduct(a.at, u.at, b.at, v.at, out.at, length);
    return (e) => kernels.addProduct(u.at, v.at, e.at, length);
  });
}

/** The same for a product of matrices, at the cost of its result: x (y + v) + u y. */
export function matmul(p: CheckedParty, x: Shared, y: Shared, sizes: MatmulSizes): Promise<Shared> {
  const { m, k, n } = sizes;
  invariant(x.length === m * k && y.length === k * n, "matrices that are multiplied fit");
  const { memory } = p;
  const { kernels } = memory;
  return reshared(p, x, y, sizes, (out, [a, u], [b, v]) => {
    const sum = memory.column(k * n);
    kernels.add(b.at, v.at, sum.at, k * n);
    addMatmul(memory, a, sum, out, sizes);
    addMatmul(memory, u, b, out, sizes);
    memory.free(sum);
    return (e) => addMatmul(memory, u, v, e, sizes);
  });
}

type Pair = readonly [Column, Column];

/** `addPart` adds this party's part of the product, and gives back what adds that which the next party did alone. */
async function reshared(
  { memory, session, masks, statements }: CheckedParty,
  { parts: xs }: Shared,
  { parts: ys }: Shared,
  sizes: WordStatement["sizes"],
  addPart: (out: Column, x: Pair, y: Pair) => (e: Column) => void,
): Promise<Shared> {
  const { kernels } = memory;
  const length = sizes.m * sizes.n;
  // Kept until the check; who brought them may let go of theirs.
  const x = [memory.copy(xs[0]!), memory.copy(xs[1]!)] as const;
  const y = [memory.copy(ys[0]!), memory.copy(ys[1]!)] as const;
  const f = { mine: masks.drawn(0, length), next: masks.drawn(1, length) };
  const [mine, received, e] = [memory.column(length), memory.column(length), memory.column(length)];
  kernels.sub(f.mine.at, f.next.at, mine.at, length);
  const addTheirs = addPart(mine, x, y);
  await session.exchange(
    [{ to: session.after(-1), from: mine }],
    [{ from: session.after(1), into: received }],
  );
  kernels.sub(f.next.at, received.at, e.at, length);
  addTheirs(e);
  for (const each of [f.mine, f.next]) kernels.scale(each.at, -1n, each.at, length);
  statements.addWords({ sizes, x, y, f, e });
  return new Shared(memory, [mine, received]);
}
