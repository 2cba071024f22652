// A X = B for a symmetric positive definite A, by products of matrices alone: no pivot, no division, and no step that depends
// on the numbers. Schulz 1933 (Iterative Berechnung der reziproken Matrix), with E = I - N and N = A / 2^scaleBits:
//
//   N^-1 = (I + E)(I + E^2)(I + E^4) ...      as E's eigenvalues lie from 0 to 1 - least, both factors grow at the same time.
//
// The products double the errors of E, so two steps W (2I - NW) follow, which square them. Then X = W B 2^-scaleBits, and each
// refinement X + W (B - AX) 2^-scaleBits makes its error as many times smaller as W is right, whatever N lost against A.
//
// Nobody can see whether A was positive definite, so it is looked at on shares: where I - NW is not small, or a result is too
// large for its format, the whole result is zero. 0, the number, is what division by zero gives too.

import { invariant } from "@unseen/base";
import { atOnce, free, inTurn, type Price, times } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { compare, comparePrice } from "./compare.ts";

export type System = {
  /** A has size x size numbers, and B size x columns, row by row. */
  readonly size: number;
  readonly columns: number;
  /** Binary digits after the point of A, of B and of the result. */
  readonly aBits: number;
  readonly bBits: number;
  readonly outBits: number;
  /** 2^scaleBits is at least the greatest eigenvalue: `size` times the greatest number does. */
  readonly scaleBits: number;
};

/** Sizes of results: below 2^(30 - outBits), as in all approximated functions. */
export function greatestSolution({ outBits }: Pick<System, "outBits">): number {
  return 2 ** (30 - outBits);
}

/** Bits of fraction of E and W: W is below 2^14, and its products below 2^60. */
const innerBits = 23;
/** Squarings of E: (1 - 2^-14)^(2^16) is below 2^-5, which two more steps make 2^-20. */
const doublings = 16;
/** Half of the digits of W are enough: refining gives the others. */
const nearBits = 10;
/** Bits of fraction of what is multiplied by W: of B itself, then of what is left of it, which is ever smaller. */
const rightBits = [24, 28, 32, 36, 36] as const;
/** Results of B and of what is left are below 2^9 times the scale. */
export const leftBits = 9;
/** More equations make E's rounding more than W makes up for. */
export const largestSize = 32;

/**
 * X, or zeros where A is not positive definite, its least eigenvalue is below 2^-14 of the scale, or a result is not below 2^(30 - outBits).
 * From 2^-12 on it is off by three steps at most. Costs about twenty-seven truncated products of matrices one after the other.
 */
export async function solvePositive(protocol: Protocol, a: Shared, b: Shared, of: System): Promise<Shared> {
  const { size, columns, aBits, bBits, outBits, scaleBits } = of;
  invariant(size <= largestSize && a.length === size ** 2 && b.length === size * columns, "a small system");
  const square = { m: size, k: size, n: size };
  using n = await moved(protocol, a, innerBits - aBits - scaleBits);
  using one = identity(protocol, size);
  // What stands in several products is fixed beside the first of them.
  const [nFixed, aFixed, begun] = await Promise.all([
    protocol.fix(n),
    protocol.fix(a),
    firstInverse(protocol, n, one, square),
  ]);
  using scaledA = nFixed;
  using wholeA = aFixed;
  let w = begun;
  for (let step = 0; step < 2; step += 1) {
    using before = w;
    using product = await protocol.matmulTruncate(scaledA, before, square, innerBits);
    using rest = minusFromTwo(protocol, product, one);
    w = await protocol.matmulTruncate(before, rest, square, innerBits);
  }
  using found = w;
  const [reached, fixed] = await Promise.all([
    protocol.matmulTruncate(scaledA, found, square, innerBits),
    protocol.fix(found),
  ]);
  using product = reached;
  using inverse = fixed;
  const right = { m: size, k: size, n: columns };
  const throughInverse = async (left: Shared, bits: number) =>
    await protocol.matmulTruncate(inverse, left, right, innerBits + bits - outBits);
  using fine = protocol.scale(b, 1n << BigInt(aBits + outBits - bBits));
  using scaled = await moved(protocol, b, rightBits[0] - bBits - scaleBits);
  let x = await throughInverse(scaled, rightBits[0]);
  for (const bits of rightBits.slice(1)) {
    using before = x;
    using product = await protocol.matmul(wholeA, before, right);
    using left = protocol.sub(fine, product);
    using small = await moved(protocol, left, bits - aBits - outBits - scaleBits);
    using more = await throughInverse(small, bits);
    x = protocol.add(before, more);
  }
  using solution = x;
  using isRight = await isSolved(protocol, product, one, solution, of);
  using each = protocol.gather(isRight, new Uint32Array(size * columns));
  return await protocol.multiply(each, solution);
}

export function solvePositivePrice(prices: ProtocolPrices, of: System): Price {
  const { size, columns, aBits, bBits, outBits, scaleBits } = of;
  const sizes = { m: size, k: size, n: size };
  const [square, fixedSquare] = [prices.matmulTruncate(sizes), prices.matmulTruncate(sizes, "left")];
  const fix = prices.fix(size ** 2);
  const right = { m: size, k: size, n: columns };
  const single = prices.matmulTruncate(right, "left");
  const moving = (length: number, bits: number) => (bits < 0 ? prices.truncate(length) : free);
  const checked = 2 * (size ** 2 + size * columns);
  return inTurn(
    moving(size ** 2, innerBits - aBits - scaleBits),
    atOnce(inTurn(square, times(atOnce(square, square), doublings - 1)), fix, fix),
    times(inTurn(fixedSquare, square), 2),
    atOnce(fixedSquare, fix),
    moving(size * columns, rightBits[0] - bBits - scaleBits),
    single,
    ...rightBits
      .slice(1)
      .map((bits) =>
        inTurn(
          prices.matmul(right, "left"),
          moving(size * columns, bits - aBits - outBits - scaleBits),
          single,
        ),
      ),
    prices.sign(checked, 64),
    prices.fromBit(checked),
    comparePrice(prices, "less", 1, 16),
    prices.fromBit(1),
    prices.multiply(size * columns),
  );
}

/** (I + E)(I + E^2)(I + E^4) ..., each factor while the next square is made. */
async function firstInverse(
  protocol: Protocol,
  n: Shared,
  one: Shared,
  square: { readonly m: number; readonly k: number; readonly n: number },
): Promise<Shared> {
  const product = (x: Shared, y: Shared) => protocol.matmulTruncate(x, y, square, innerBits);
  using first = protocol.sub(one, n);
  let inverse = protocol.add(one, first);
  let error = await product(first, first);
  for (let power = 2; power <= doublings; power += 1) {
    using before = error;
    using made = inverse;
    using factor = protocol.add(one, before);
    [inverse, error] = await Promise.all([product(made, factor), product(before, before)]);
  }
  error[Symbol.dispose]();
  return inverse;
}

/** 1 where every number of I - NW is below 2^-10 and every result in its format; 0 elsewhere. One number. */
async function isSolved(
  protocol: Protocol,
  product: Shared,
  one: Shared,
  solution: Shared,
  of: System,
): Promise<Shared> {
  using rest = protocol.sub(one, product);
  using room = both(protocol, rest, 1n << BigInt(innerBits - nearBits));
  using space = both(protocol, solution, BigInt(greatestSolution(of)) << BigInt(of.outBits));
  using all = protocol.concat([room, space]);
  using isBeyond = await protocol.sign(all, 64);
  using beyond = await protocol.fromBit(isBeyond);
  using count = protocol.sumRuns(beyond, beyond.length);
  using isNone = await compare(protocol, "less", count, 1n, 16);
  return await protocol.fromBit(isNone);
}

/** end - x and end + x: both are at zero or above where x is within the ends. */
function both(protocol: Protocol, x: Shared, end: bigint): Shared {
  using negative = protocol.negate(x);
  using above = protocol.addEach(negative, end);
  using below = protocol.addEach(x, end);
  return protocol.concat([above, below]);
}

function minusFromTwo(protocol: Protocol, product: Shared, one: Shared): Shared {
  using twice = protocol.scale(one, 2n);
  return protocol.sub(twice, product);
}

/** Times 2^bits: below zero, a truncation. */
async function moved(protocol: Protocol, x: Shared, bits: number): Promise<Shared> {
  if (bits < 0) return await protocol.truncate(x, -bits);
  return protocol.scale(x, 1n << BigInt(bits));
}

/** The identity in `innerBits` bits of fraction, as shares. */
function identity(protocol: Protocol, size: number): Shared {
  const { memory } = protocol.session;
  const words = new BigUint64Array(size ** 2);
  for (let at = 0; at < size; at += 1) words[at * (size + 1)] = 1n << BigInt(innerBits);
  const column = memory.columnOf(words);
  const shared = protocol.publicly(column);
  memory.free(column);
  return shared;
}
