import { invariant } from "@unseen/base";
import { inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { type Exponent, powerOfTwo, powerOfTwoPrice } from "./exponential.ts";
import { type FixedPoint, greatestOf, stepOf, widthOf } from "./fixed-point.ts";
import { endOfRuns, endOfRunsPrice } from "./greatest-of-runs.ts";
import { assertApproximable, type Guarantee } from "./guarantee.ts";
import { reciprocalTo, reciprocalToPrice } from "./reciprocal.ts";

/** Bits of fraction of the sum's inverse, which is at most 1. */
const inverseBits = 28;

/**
 * e^x over the sum of e^x in its run of `run` neighbours, for every x of the format. The greatest of a run is taken off first,
 * so that nothing grows; powers are as fine as their sum, below 2^31 steps, allows.
 */
export async function softmax(
  protocol: Protocol,
  x: Shared,
  run: number,
  fixed: FixedPoint,
): Promise<Shared> {
  assertApproximable(fixed);
  const runs = x.length / run;
  using greatest = await endOfRuns(protocol, "greatest", x, run, widthOf(fixed) + 1);
  const owner = Uint32Array.from({ length: x.length }, (_, at) => Math.floor(at / run));
  using greatestEach = protocol.gather(greatest, owner);
  using below = protocol.sub(x, greatestEach);
  const exponent = belowZero(fixed, run);
  using powers = await powerOfTwo(protocol, below, exponent);
  using sums = protocol.sumRuns(powers, run);
  invariant(sums.length === runs, "a run has one sum");
  using inverse = await reciprocalTo(protocol, sums, sumFormat(run), "notNegative", inverseBits);
  using inverseEach = protocol.gather(inverse, owner);
  const surplus = exponent.outBits + inverseBits - fixed.fractionBits;
  return await protocol.multiplyTruncate(powers, inverseEach, surplus);
}

export function softmaxPrice(prices: ProtocolPrices, runs: number, run: number, fixed: FixedPoint): Price {
  return inTurn(
    endOfRunsPrice(prices, runs, run, widthOf(fixed) + 1),
    powerOfTwoPrice(prices, runs * run, belowZero(fixed, run)),
    reciprocalToPrice(prices, runs, sumFormat(run), "notNegative"),
    prices.multiplyTruncate(runs * run),
  );
}

/**
 * Each power is off by a step of its own, 2^-outBits, and the sum, at least 1, by as many as the run is long; inverses and powers
 * relatively by 2^-23; and there is the last truncation.
 */
export function softmaxGuarantee(fixed: FixedPoint, run: number): Guarantee {
  const most = greatestOf(fixed);
  const absolute = stepOf(fixed) + 2 ** -23 + (run + 1) * 2 ** -sumFormat(run).fractionBits;
  return { least: -most, most, gap: 0, absolute, relative: 0 };
}

/** Differences need a bit more than numbers. */
function belowZero({ fractionBits, wholeBits }: FixedPoint, run: number): Exponent {
  const outBits = sumFormat(run).fractionBits;
  return { fractionBits, wholeBits: wholeBits + 1, rate: Math.LOG2E, topBits: 1, outBits };
}

/** Sums of `run` powers, each at most 1. */
function sumFormat(run: number): FixedPoint {
  const wholeBits = Math.ceil(Math.log2(run)) + 1;
  const fractionBits = Math.min(24, 31 - wholeBits);
  invariant(fractionBits >= 8, "a softmax is of at most four million numbers");
  return { fractionBits, wholeBits };
}
