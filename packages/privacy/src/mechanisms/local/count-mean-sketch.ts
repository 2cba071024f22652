// Count mean sketch: one of several public hashes by lot, the option's bucket as a vector of signs, each noised. Apple
// 2017, "Learning with Privacy at Scale". The proof stands in `count-mean-sketch.md`.

import { type Entropy, invariant, type Once, Secret } from "@unseen/base";
import { type Rational, rationalToNumber } from "../../budget/rational.ts";
import { uniformBelow } from "../../samplers/uniform-below.ts";
import { UniformWords } from "../../samplers/uniform-words.ts";
import type { LocalEvent } from "../choice-event.ts";
import { type Cost, pureCost } from "../cost.ts";
import { type Released, releasedByMechanism } from "../released.ts";
import { expectOption, expectPrice } from "./estimate-counts.ts";
import { halfOf, localEvent, noisyBit } from "./local-coin.ts";
import { bucketOf, drawHashSeed, type HashSeed } from "./pairwise-hash.ts";

/** Which hash, and a byte for each bucket: 1 says that the option is there. */
export type SketchReport = { readonly hash: number; readonly bits: Uint8Array };

export type CountMeanSketch = {
  readonly event: LocalEvent;
  readonly cost: Cost;
  respond(truth: Once<Secret<number>>, entropy: Entropy): Released<SketchReport>;
  /** How many people hold each of `wanted`, about: unbiased over the choice of the hashes, which all people share. */
  estimate(reports: readonly SketchReport[], wanted: readonly number[]): readonly number[];
  /** What the noise adds to the variance of one estimate, over the number of people and (m / (m - 1))^2. */
  readonly noiseVarianceEach: number;
};

const mostHashes = 65_536;
const mostBuckets = 65_536;

/** Drawn once by who collects, and sent to everybody: what makes reports comparable. Nothing private is in it. */
export function drawSketchHashes(count: number, entropy: Entropy): readonly HashSeed[] {
  invariant(
    Number.isSafeInteger(count) && count >= 1 && count <= mostHashes,
    "a sketch has 1 to 65536 hashes",
  );
  const words = new UniformWords(entropy);
  return Object.freeze(Array.from({ length: count }, () => drawHashSeed(words)));
}

/** `options` >= 2, numbered from 0; `buckets` >= 2. Costs each person epsilon, pure, even against who collects. */
export function countMeanSketch(of: {
  readonly options: number;
  readonly epsilon: Rational;
  readonly hashes: readonly HashSeed[];
  readonly buckets: number;
}): CountMeanSketch {
  const { options, epsilon, hashes, buckets } = of;
  expectPrice(epsilon);
  invariant(
    Number.isSafeInteger(options) && options >= 2 && options <= 2 ** 48,
    "a hashed report has between 2 and 2^48 options",
  );
  invariant(hashes.length >= 1 && hashes.length <= mostHashes, "a sketch has 1 to 65536 hashes");
  invariant(
    Number.isSafeInteger(buckets) && buckets >= 2 && buckets <= mostBuckets,
    "a hash has between 2 and 65536 buckets",
  );
  const lie = Math.exp(-rationalToNumber(epsilon) / 2);
  /** One over what a noised sign keeps of the sign: Apple's c. */
  const scale = (1 + lie) / (1 - lie);
  return Object.freeze({
    event: localEvent("count-mean-sketch", epsilon),
    cost: pureCost(epsilon),
    respond(truth: Once<Secret<number>>, entropy: Entropy) {
      const held = Secret.reveal(truth.take());
      expectOption(held, options);
      const words = new UniformWords(entropy);
      const hash = Number(uniformBelow(words, BigInt(hashes.length)));
      const at = bucketOf(hashes[hash]!, held, buckets);
      const bits = Uint8Array.from({ length: buckets }, (_, bucket) =>
        noisyBit(words, bucket === at, halfOf(epsilon)) ? 1 : 0,
      );
      words.discard();
      return releasedByMechanism(Object.freeze({ hash, bits }));
    },
    estimate(reports: readonly SketchReport[], wanted: readonly number[]) {
      const rows = new Map<number, Float64Array>();
      for (const { hash, bits } of reports) {
        expectOption(hash, hashes.length);
        invariant(bits.length === buckets, "a report has one bit for each bucket");
        const row = rows.get(hash) ?? new Float64Array(buckets);
        rows.set(hash, row);
        // A sign of +-1, freed of its noise, as the share of a person that is in this bucket: (c sign + 1) / 2.
        for (const [bucket, bit] of bits.entries()) row[bucket]! += ((bit === 1 ? scale : -scale) + 1) / 2;
      }
      return Object.freeze(
        wanted.map((option) => {
          expectOption(option, options);
          let sum = 0;
          for (const [hash, row] of rows) sum += row[bucketOf(hashes[hash]!, option, buckets)]!;
          // Everybody else falls into the same bucket with probability 1 / buckets.
          return ((sum - reports.length / buckets) * buckets) / (buckets - 1);
        }),
      );
    },
    noiseVarianceEach: (scale * scale - 1) / 4,
  });
}
