import { invariant } from "@unseen/base";
import { atOnce, free, inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { type FixedPoint, stepOf } from "./fixed-point.ts";
import type { Guarantee } from "./guarantee.ts";

/**
 * x to a public whole power of at least 1, by squares: one truncated product after the other for each bit of it. Right while
 * the squares that are used stay within the format. Each of at most 2 n truncations is off by a step and is multiplied by
 * less than 1 + |x|^n afterwards.
 */
export async function power(
  protocol: Protocol,
  x: Shared,
  exponent: number,
  fixed: FixedPoint,
): Promise<Shared> {
  const bits = bitsOf(exponent);
  let square = protocol.copy(x);
  let result: Shared | undefined;
  for (const [at, bit] of bits.entries()) {
    using old = square;
    const isLast = at === bits.length - 1;
    const before: Shared | undefined = result;
    const [next, multiplied] = await Promise.all([
      isLast ? undefined : protocol.multiplyTruncate(old, old, fixed.fractionBits),
      bit === 0 ? before : times(protocol, before, old, fixed),
    ]);
    if (before !== multiplied) before?.[Symbol.dispose]();
    result = multiplied;
    square = next ?? protocol.copy(old);
  }
  square[Symbol.dispose]();
  invariant(result !== undefined, "a power of at least one");
  return result;
}

export function powerPrice(prices: ProtocolPrices, length: number, exponent: number): Price {
  const bits = bitsOf(exponent);
  const product = prices.multiplyTruncate(length);
  const first = bits.indexOf(1);
  const steps = bits.map((bit, at) =>
    atOnce(at < bits.length - 1 ? product : free, bit === 1 && at > first ? product : free),
  );
  return inTurn(...steps);
}

export function powerGuarantee(fixed: FixedPoint, exponent: number): Guarantee {
  const most = 2 ** (fixed.wholeBits / exponent) - stepOf(fixed);
  const off = 2 * exponent * stepOf(fixed);
  return { least: -most, most, gap: 0, absolute: off, relative: off };
}

async function times(
  protocol: Protocol,
  before: Shared | undefined,
  by: Shared,
  { fractionBits }: FixedPoint,
): Promise<Shared> {
  return before === undefined ? protocol.copy(by) : await protocol.multiplyTruncate(before, by, fractionBits);
}

/** Least first. */
function bitsOf(exponent: number): readonly number[] {
  invariant(Number.isSafeInteger(exponent) && exponent >= 1, "a power is a whole number of at least one");
  return [...exponent.toString(2)].reverse().map(Number);
}
