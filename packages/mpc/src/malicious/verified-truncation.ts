// Truncation from products that are checked alone: floor(x / 2^d) or one more, for every |x| < 2^62. While the result stays
// shared, nobody learns anything. Which of the two it is follows from the d low places of the summands, of which each party
// knows two: once the result is opened, each knows the ends of the interval that x lies in better than the others do.
//
// X = x + 2^62 is below 2^63. Over the integers its summands add up to X + 2^64 W, W = 0, 1 or 2, and with S the sum of
// floor(x_j / 2^d)
//
//     floor(X / 2^d) = S + carry - 2^(64-d) W,      carry = what the d low places of the summands carry.
//
// Bit by bit, x_0 + x_1 + x_2 = s + 2 c with s the XOR and c the majority of the three. The top place adds s_63, c_62 and
// what is carried into it, and must come out as bit 63 of X, zero: so it carries on exactly when s_63 or c_62 is set, and
// W = c_63 + (s_63 OR c_62), without an adder. Of the carry, c_{d-1} is taken as it is; what is carried besides is 0 or 1,
// and 1 is taken for it.

import { invariant } from "@unseen/base";
import type { Protocol } from "../protocol/protocol.ts";
import { Shared } from "../protocol/shared.ts";
import type { CheckedParty } from "./checked-party.ts";
import { bitsOfSummand, majority, planesAsNumbers } from "./verified-bits.ts";

const offset = 1n << 62n;

/** Four rounds. */
export async function truncate(p: CheckedParty & Protocol, x: Shared, places: number): Promise<Shared> {
  invariant(places >= 1 && places <= 62, "a truncation takes 1 to 62 places");
  const { memory } = p;
  const { length } = x;
  using positive = p.addEach(x, offset);
  const chosen = [places - 1, 62, 63];
  const summands = ([0, 1, 2] as const).map((summand) => {
    using all = bitsOfSummand(p, positive, summand, 64);
    return all.choose(chosen);
  });
  using a = summands[0]!;
  using b = summands[1]!;
  using c = summands[2]!;
  using carries = await majority(p, [a, b, c]);
  using ab = p.xor(a, b);
  using sums = p.xor(ab, c);
  using top = sums.choose([2]);
  using below = carries.choose([1]);
  using both = await p.and(top, below);
  using oneOf = p.xor(top, below);
  using onwards = p.xor(oneOf, both);
  using ends = carries.choose([0, 2]);
  using bits = p.concatPlanes([ends, onwards]);
  using numbers = await planesAsNumbers(p, bits);
  const [low, high] = [cut(0), cut(1)];
  using carry = low;
  using wraps = high;
  using more = p.scale(wraps, -(1n << BigInt(64 - places)));
  using shifted = new Shared(
    memory,
    positive.parts.map((part) => {
      const out = memory.column(length);
      memory.kernels.shiftRightUnsigned(part.at, BigInt(places), out.at, length);
      return out;
    }),
  );
  using withCarry = p.add(shifted, carry);
  using whole = p.add(withCarry, more);
  return p.addEach(whole, 1n - (offset >> BigInt(places)));

  /** The carry, or both wraps together. */
  function cut(which: 0 | 1): Shared {
    const place = (index: number) => Uint32Array.from({ length }, (_, at) => index * length + at);
    if (which === 0) return p.gather(numbers, place(0));
    using first = p.gather(numbers, place(1));
    using second = p.gather(numbers, place(2));
    return p.add(first, second);
  }
}
