// Sorting by merge exchange (Batcher 1968; Knuth, The Art of Computer Programming, volume 3, 5.2.2, algorithm M): which two places
// are compared is public and the same for all numbers. Stages follow one another, the comparisons of a stage are at once.

import { invariant } from "@unseen/base";
import { inTurn, type Price } from "../protocol/price.ts";
import type { Protocol, ProtocolPrices } from "../protocol/protocol.ts";
import type { Shared } from "../protocol/shared.ts";
import { compare, comparePrice } from "./compare.ts";

type Pair = readonly [low: number, high: number];

/**
 * Each run of `run` neighbours in rising order. Right while numbers of one run differ by less than 2^(width - 1). For runs of n
 * there are t (t + 1) / 2 stages with t = ceil(log2 n), of at most n/2 comparisons each.
 */
export async function sortRuns(protocol: Protocol, x: Shared, run: number, width: number): Promise<Shared> {
  invariant(run > 0 && x.length % run === 0, "runs fill the column");
  const runs = x.length / run;
  let sorted = protocol.copy(x);
  for (const pairs of stagesOf(run)) {
    using old = sorted;
    using low = protocol.gather(old, placesOf(pairs, 0, runs, run));
    using high = protocol.gather(old, placesOf(pairs, 1, runs, run));
    using isWrong = await compare(protocol, "greater", low, high, width);
    using wrong = await protocol.fromBit(isWrong);
    using difference = protocol.sub(high, low);
    using change = await protocol.multiply(wrong, difference);
    using lower = protocol.add(low, change);
    using higher = protocol.sub(high, change);
    using all = protocol.concat([old, lower, higher]);
    sorted = protocol.gather(all, afterwards(pairs, runs, run));
  }
  return sorted;
}

export function sortRunsPrice(prices: ProtocolPrices, runs: number, run: number, width: number): Price {
  return inTurn(
    ...stagesOf(run).map((pairs) => {
      const length = runs * pairs.length;
      return inTurn(
        comparePrice(prices, "greater", length, width),
        prices.fromBit(length),
        prices.multiply(length),
      );
    }),
  );
}

function stagesOf(run: number): readonly (readonly Pair[])[] {
  const stages: Pair[][] = [];
  const most = 2 ** (Math.ceil(Math.log2(run)) - 1);
  for (let p = most; p >= 1; p /= 2) {
    let [q, r, d] = [most, 0, p];
    for (;;) {
      const distance = d;
      const pairs = Array.from({ length: Math.max(0, run - distance) }, (_, at): Pair => [at, at + distance]);
      const stage = pairs.filter(([at]) => (at & p) === r);
      if (stage.length > 0) stages.push(stage);
      if (q === p) break;
      [d, q, r] = [q - p, q / 2, p];
    }
  }
  return stages;
}

/** Row by row, one side of every pair. */
function placesOf(pairs: readonly Pair[], side: 0 | 1, runs: number, run: number): Uint32Array {
  const places = new Uint32Array(runs * pairs.length);
  for (let row = 0, at = 0; row < runs; row++)
    for (const pair of pairs) places[at++] = row * run + pair[side];
  return places;
}

/** Where each place's number is, once the lower and the higher of all pairs stand behind the column. */
function afterwards(pairs: readonly Pair[], runs: number, run: number): Uint32Array {
  const places = Uint32Array.from({ length: runs * run }, (_, at) => at);
  const lower = runs * run;
  const higher = lower + runs * pairs.length;
  for (let row = 0, at = 0; row < runs; row++)
    for (const [low, high] of pairs) {
      places[row * run + low] = lower + at;
      places[row * run + high] = higher + at++;
    }
  return places;
}
