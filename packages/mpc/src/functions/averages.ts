// Sums that are divided by how many there are, products that are summed before they are truncated.

import { invariant } from "@unseen/base";
import { free, inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { constant, type FixedPoint, greatestOf, stepOf } from "./fixed-point.ts";
import type { Guarantee } from "./guarantee.ts";
import { innerBits } from "./reciprocal.ts";

/** The average of each run of `run` neighbours. Off by two steps more than 2^-29 of it. */
export async function meanOfRuns(protocol: Protocol, x: Shared, run: number): Promise<Shared> {
  using sums = protocol.sumRuns(x, run);
  return await overCount(protocol, sums, run);
}

export function meanOfRunsPrice(prices: ProtocolPrices, runs: number, run: number): Price {
  return overCountPrice(prices, runs, run);
}

export function meanGuarantee(fixed: FixedPoint): Guarantee {
  const most = greatestOf(fixed);
  return { least: -most, most, gap: 0, absolute: 2 * stepOf(fixed), relative: 2 ** -29 };
}

/**
 * The average square of the distance from the mean, of each run. Right while every distance is below 2^(wholeBits / 2). Off by
 * four steps more than 2^-29 of it: one of the squares, two of their mean. That the mean is off by the same for the whole run
 * adds the square of that, because the distances from the true mean add up to zero.
 */
export async function varianceOfRuns(
  protocol: Protocol,
  x: Shared,
  run: number,
  fixed: FixedPoint,
): Promise<Shared> {
  using mean = await meanOfRuns(protocol, x, run);
  const owner = Uint32Array.from({ length: x.length }, (_, at) => Math.floor(at / run));
  using meanEach = protocol.gather(mean, owner);
  using distance = protocol.sub(x, meanEach);
  using square = await protocol.multiplyTruncate(distance, distance, fixed.fractionBits);
  return await meanOfRuns(protocol, square, run);
}

export function varianceOfRunsPrice(prices: ProtocolPrices, runs: number, run: number): Price {
  const mean = meanOfRunsPrice(prices, runs, run);
  return inTurn(mean, prices.multiplyTruncate(runs * run), mean);
}

/** Of runs whose numbers are within the ends. */
export function varianceGuarantee(fixed: FixedPoint): Guarantee {
  const most = 2 ** (Math.floor(fixed.wholeBits / 2) - 1);
  return { least: -most, most, gap: 0, absolute: 4 * stepOf(fixed), relative: 2 ** -29 };
}

/** The sum of products of each run. Off by a step, while every sum is below 2^(62 - 2 fractionBits) in size. */
export async function dotOfRuns(
  protocol: Protocol,
  x: Shared,
  y: Shared,
  run: number,
  fixed: FixedPoint,
): Promise<Shared> {
  invariant(x.length % run === 0, "runs fill the column");
  const runs = x.length / run;
  if (runs === 1) return await protocol.matmulTruncate(x, y, { m: 1, k: run, n: 1 }, fixed.fractionBits);
  using products = await protocol.multiply(x, y);
  using sums = protocol.sumRuns(products, run);
  return await protocol.truncate(sums, fixed.fractionBits);
}

/** One run costs its one sum; several, their products. */
export function dotOfRunsPrice(prices: ProtocolPrices, runs: number, run: number): Price {
  if (runs === 1) return prices.matmulTruncate({ m: 1, k: run, n: 1 });
  return inTurn(prices.multiply(runs * run), prices.truncate(runs));
}

/**
 * A sum of `count` numbers of a format over their public count: first the power of two in it, then the rest, which lies
 * between 1 and 2, so that its inverse is off by 2^-30 at most.
 */
async function overCount(protocol: Protocol, sums: Shared, count: number): Promise<Shared> {
  const { places, rest } = split(count);
  if (places === 0) return protocol.copy(sums);
  if (rest === 1) return await protocol.truncate(sums, places);
  using near = await protocol.truncate(sums, places);
  using scaled = protocol.scale(near, constant(1 / rest, innerBits));
  return await protocol.truncate(scaled, innerBits);
}

function overCountPrice(prices: ProtocolPrices, length: number, count: number): Price {
  const { places, rest } = split(count);
  const one = prices.truncate(length);
  if (places === 0) return free;
  return rest === 1 ? one : inTurn(one, one);
}

function split(count: number): { readonly places: number; readonly rest: number } {
  invariant(Number.isSafeInteger(count) && count >= 1 && count < 2 ** 31, "a run has a length below 2^31");
  const places = Math.floor(Math.log2(count));
  return { places, rest: count / 2 ** places };
}
