// Local hashing: each report has a hash of its own, the option's bucket under it, and k-ary randomized response among the
// buckets. Wang, Blocki, Li, Jha 2017: e^epsilon + 1 buckets are best. The proof stands in `local-hashing.md`.

import { type Entropy, invariant, type Once, Secret } from "@unseen/base";
import { type Rational, rationalToNumber } from "../../budget/rational.ts";
import { UniformWords } from "../../samplers/uniform-words.ts";
import type { LocalEvent } from "../choice-event.ts";
import { type Cost, pureCost } from "../cost.ts";
import { drawResponse } from "../randomized-response.ts";
import { type Released, releasedByMechanism } from "../released.ts";
import {
  estimateCounts,
  expectOption,
  expectPrice,
  type TwoOdds,
  variancePerPerson,
} from "./estimate-counts.ts";
import { localEvent } from "./local-coin.ts";
import { bucketOf, drawHashSeed, type HashSeed } from "./pairwise-hash.ts";

export type HashedReport = { readonly seed: HashSeed; readonly bucket: number };

export type LocalHashing = {
  readonly event: LocalEvent;
  readonly cost: Cost;
  readonly buckets: number;
  /** A hash and a noised bucket under it, of one size however many options there are. The truth comes once. */
  respond(truth: Once<Secret<number>>, entropy: Entropy): Released<HashedReport>;
  /** Unbiased estimates of how many people hold each of `wanted`. Takes reports times options hashes. */
  estimate(reports: readonly HashedReport[], wanted: readonly number[]): readonly number[];
  /** Variance of one estimate over the number of people, for an option that `share` of them hold. */
  varianceEach(share: number): number;
};

/** 2^48 options: a product with a seed stays exact, and more cannot be listed anyway. */
const mostOptions = 2 ** 48;
const mostBuckets = 65_536;

/** `options` >= 2, numbered from 0. `buckets` left out is the best whole number. Costs each person epsilon, pure. */
export function localHashing(of: {
  readonly options: number;
  readonly epsilon: Rational;
  readonly buckets?: number;
}): LocalHashing {
  const { options, epsilon } = of;
  expectPrice(epsilon);
  invariant(
    Number.isSafeInteger(options) && options >= 2 && options <= mostOptions,
    "a hashed report has between 2 and 2^48 options",
  );
  const buckets = of.buckets ?? Math.min(mostBuckets, Math.round(Math.exp(rationalToNumber(epsilon))) + 1);
  invariant(
    Number.isSafeInteger(buckets) && buckets >= 2 && buckets <= mostBuckets,
    "a hash has between 2 and 65536 buckets",
  );
  const lie = Math.exp(-rationalToNumber(epsilon));
  const odds: TwoOdds = { held: 1 / (1 + (buckets - 1) * lie), other: 1 / buckets };
  return Object.freeze({
    event: localEvent("local-hash", epsilon),
    cost: pureCost(epsilon),
    buckets,
    respond(truth: Once<Secret<number>>, entropy: Entropy) {
      const held = Secret.reveal(truth.take());
      expectOption(held, options);
      const words = new UniformWords(entropy);
      const seed = drawHashSeed(words);
      const bucket = drawResponse(words, bucketOf(seed, held, buckets), buckets, epsilon);
      words.discard();
      return releasedByMechanism(Object.freeze({ seed, bucket }));
    },
    estimate(reports: readonly HashedReport[], wanted: readonly number[]) {
      for (const option of wanted) expectOption(option, options);
      const supporting = wanted.map(
        (option) => reports.filter(({ seed, bucket }) => bucketOf(seed, option, buckets) === bucket).length,
      );
      return estimateCounts(supporting, reports.length, odds);
    },
    varianceEach: (share: number) => variancePerPerson(odds, share),
  });
}
