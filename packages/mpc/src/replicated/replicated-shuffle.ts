// A random order that none of three parties knows, by three passes (Laur, Willemson and Zhang 2011, Round-efficient oblivious
// database manipulation, ISC: resharing among two parties who permute).
//
// In a pass two neighbours P and Q hold all three summands between them: P the sum of two, Q the third. Both put theirs in an
// order that they drew together and mask it, each with numbers drawn together with the third party R; the two masks are new
// summands, and what P and Q send each other is uniform to whom it reaches and adds up to the third. R learns nothing and
// knows no order. Each of the three passes leaves out another party.

import { invariant } from "@unseen/base";
import type { Column } from "@unseen/compute";
import type { Price } from "../protocol/price.ts";
import { Shared } from "../protocol/shared.ts";
import type { PartyIndex } from "../session/channel.ts";
import { drawnOrder } from "./drawn-order.ts";
import type { ReplicatedParty } from "./replicated-party.ts";

const parties = 3;

/** Three rounds, 16 bytes a number from each party. */
export async function shuffleRows(p: ReplicatedParty, x: Shared, run: number): Promise<Shared> {
  invariant(run > 0 && x.length % run === 0, "rows fill the column");
  using once = await pass(p, x, run, 0);
  using twice = await pass(p, once, run, 1);
  return await pass(p, twice, run, 2);
}

export function shuffleRowsPrice(length: number): Price {
  return { rounds: parties, bytes: Array.from({ length: parties }, () => 16 * length) };
}

/** P is the party `first`, Q the next. Summand j is held by the parties j and j - 1. */
async function pass(p: ReplicatedParty, x: Shared, run: number, first: PartyIndex): Promise<Shared> {
  const { session, memory, masks } = p;
  const { length } = x;
  switch (session.after(-first)) {
    case 0: {
      const sum = memory.column(length);
      memory.kernels.add(x.parts[0]!.at, x.parts[1]!.at, sum.at, length);
      const mine = ordered(p, sum, drawnOrder(p, 1, length / run), run);
      memory.free(sum);
      const mask = masks.drawn(0, length);
      return new Shared(memory, [mask, await added(p, mine, mask, session.after(1))]);
    }
    case 1: {
      const mine = ordered(p, x.parts[1]!, drawnOrder(p, 0, length / run), run);
      const mask = masks.drawn(1, length);
      return new Shared(memory, [await added(p, mine, mask, session.after(-1)), mask]);
    }
    default: {
      const parts = [masks.drawn(0, length), masks.drawn(1, length)];
      await session.exchange([], []);
      return new Shared(memory, parts);
    }
  }
}

/** What P and Q hold, less their masks, added up at both. Takes `mine` over. */
async function added(p: ReplicatedParty, mine: Column, mask: Column, other: PartyIndex): Promise<Column> {
  const { session, memory } = p;
  const { length } = mine;
  memory.kernels.sub(mine.at, mask.at, mine.at, length);
  const theirs = memory.column(length);
  await session.exchange([{ to: other, from: mine }], [{ from: other, into: theirs }]);
  memory.kernels.add(theirs.at, mine.at, theirs.at, length);
  memory.free(mine);
  return theirs;
}

function ordered({ memory }: ReplicatedParty, column: Column, order: Uint32Array, run: number): Column {
  const index = memory.allocate(4 * column.length);
  const bytes = memory.bytes(index);
  const places = new Uint32Array(bytes.buffer, bytes.byteOffset, column.length);
  for (let row = 0, at = 0; row < order.length; row++)
    for (let each = 0; each < run; each++) places[at++] = order[row]! * run + each;
  const out = memory.column(column.length);
  memory.kernels.gather(column.at, index.at, out.at, column.length);
  bytes.fill(0);
  memory.free(index);
  return out;
}
