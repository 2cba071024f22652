// Truncation without a chance of a wrong answer: floor(x / 2^d) or one more, for every |x| < 2^62.
//
// Parties 0 and 1 draw r together and party 2 learns c = x + 2^62 + r, which is uniform. Because 0 <= X = x + 2^62 < 2^63,
// the low 63 bits of X are (c - r) mod 2^63, and whether that wraps around is c's top bit XOR r's (Escudero, Ghosh, Keller,
// Rachuri and Scholl 2020, edaBits, CRYPTO, on truncation over rings). So
//
//     floor(X / 2^d) = floor(c' / 2^d) - floor(r' / 2^d) + (c_top XOR r_top) 2^(63-d) - {0, 1},     c', r' the low 63 bits,
//
// and leaving the last term out gives the result or one more. The XOR is of a bit that party 2 knows and one that 0 and 1
// know: c_top + (1 - 2 c_top) r_top = r_top + (1 - 2 r_top) c_top, and party 2 shares c_top between 0 and 1.
//
// Who learns what: party 2 sees c, uniform whatever x is; 0 and 1 see uniform numbers. The result is one more than the floor
// exactly where the d digits that are cut off c are smaller than those of X: it is X / 2^d, rounded up on a grid that is moved
// by those digits of c. So where the result is opened, it tells an interval of length 2^d that X lies in, as the floor would;
// party 2 knows where the interval begins, the others only to within 2^d. Where one number is truncated several times and each
// result opened, the intervals differ, and party 2 knows that X lies in all of them.

import type { Column } from "@unseen/compute";
import { Shared } from "../protocol/shared.ts";
import type { ReplicatedParty } from "./replicated-party.ts";

/** X = x + 2^62 is not negative. */
const offset = 1n << 62n;
const lowMask = (1n << 63n) - 1n;

/** Takes one summand a party, each uniform by itself, over. Three rounds, 16 bytes a number from each party. */
export async function truncateSummands(p: ReplicatedParty, mine: Column, places: number): Promise<Shared> {
  const { session, memory, kernels, masks } = inside(p);
  const length = mine.length;
  const wrap = BigInt.asUintN(64, 1n << BigInt(63 - places));
  switch (session.me) {
    case 0: {
      // r_0 hides this summand; r = r_0, known to 0 and 1 as what is drawn of summand 1.
      const r = masks.drawn(1, length);
      kernels.add(mine.at, r.at, mine.at, length);
      await session.exchange([{ to: 2, from: mine }], []);
      const a = masks.drawn(0, length);
      const mu0 = masks.drawn(0, length);
      const y0 = memory.column(length);
      await session.exchange([], [{ from: 2, into: y0 }]);
      // t_0 + mu_0 with t_0 = (1 - 2 r_top) a 2^(63-d)
      const { rest, sign } = splitMask(p, r, places, wrap);
      kernels.mul(a.at, sign.at, a.at, length);
      kernels.add(a.at, mu0.at, a.at, length);
      const other = memory.column(length);
      await session.exchange([{ to: 1, from: a }], [{ from: 1, into: other }]);
      kernels.add(other.at, a.at, other.at, length);
      kernels.add(other.at, rest.at, other.at, length);
      memory.free(mine, r, a, mu0, rest, sign);
      return finished(p, [y0, other], places);
    }
    case 1: {
      const r = masks.drawn(0, length);
      await session.exchange([{ to: 2, from: mine }], []);
      const mu1 = masks.drawn(1, length);
      const y2 = masks.drawn(1, length);
      const b = memory.column(length);
      await session.exchange([], [{ from: 2, into: b }]);
      const { rest, sign } = splitMask(p, r, places, wrap);
      kernels.mul(b.at, sign.at, b.at, length);
      kernels.add(b.at, mu1.at, b.at, length);
      const other = memory.column(length);
      await session.exchange([{ to: 0, from: b }], [{ from: 0, into: other }]);
      kernels.add(other.at, b.at, other.at, length);
      kernels.add(other.at, rest.at, other.at, length);
      memory.free(mine, r, mu1, b, rest, sign);
      return finished(p, [other, y2], places);
    }
    default: {
      const [c, more] = [memory.column(length), memory.column(length)];
      await session.exchange(
        [],
        [
          { from: 0, into: c },
          { from: 1, into: more },
        ],
      );
      kernels.add(c.at, more.at, c.at, length);
      kernels.add(c.at, mine.at, c.at, length);
      kernels.addEach(c.at, offset, c.at, length);
      const top = memory.column(length);
      kernels.shiftRightUnsigned(c.at, 63n, top.at, length);
      kernels.maskEach(c.at, lowMask, c.at, length);
      kernels.shiftRightUnsigned(c.at, BigInt(places), c.at, length);
      const a = masks.drawn(1, length);
      const mu0 = masks.drawn(1, length);
      const mu1 = masks.drawn(0, length);
      const y2 = masks.drawn(0, length);
      kernels.sub(top.at, a.at, top.at, length);
      for (const taken of [mu0, mu1, y2]) kernels.sub(c.at, taken.at, c.at, length);
      await session.exchange(
        [
          { to: 1, from: top },
          { to: 0, from: c },
        ],
        [],
      );
      await session.exchange([], []);
      memory.free(mine, more, top, a, mu0, mu1);
      return finished(p, [y2, c], places);
    }
  }
}

/** What 0 and 1 know of r: -floor(r' / 2^d) + r_top 2^(63-d), and (1 - 2 r_top) 2^(63-d). */
function splitMask(
  p: ReplicatedParty,
  r: Column,
  places: number,
  wrap: bigint,
): { rest: Column; sign: Column } {
  const { memory, kernels } = inside(p);
  const [rest, sign] = [memory.column(r.length), memory.column(r.length)];
  kernels.shiftRightUnsigned(r.at, 63n, sign.at, r.length);
  kernels.scale(sign.at, wrap, sign.at, r.length);
  kernels.maskEach(r.at, lowMask, rest.at, r.length);
  kernels.shiftRightUnsigned(rest.at, BigInt(places), rest.at, r.length);
  kernels.sub(sign.at, rest.at, rest.at, r.length);
  kernels.scale(sign.at, BigInt.asUintN(64, -2n), sign.at, r.length);
  kernels.addEach(sign.at, wrap, sign.at, r.length);
  return { rest, sign };
}

/** Takes the offset off again: it is in summand 0, which parties 0 and 2 hold. */
function finished(p: ReplicatedParty, parts: readonly [Column, Column], places: number): Shared {
  const { memory, kernels, session } = inside(p);
  const back = BigInt.asUintN(64, -(offset >> BigInt(places)));
  const first = parts[session.me === 0 ? 0 : 1];
  if (session.me !== 1) kernels.addEach(first.at, back, first.at, first.length);
  return new Shared(memory, parts);
}

function inside(p: ReplicatedParty) {
  return { session: p.session, memory: p.memory, kernels: p.memory.kernels, masks: p.masks };
}
