// Counts of votes that several owners add up, each with noise on its own. What is opened is every noised count, not the winners
// alone, and it costs no more: the price of GNMax (Papernot and others 2018, arXiv 1802.08908) that holds whatever the votes are
// is that of the counts. As sums of owners, and why parts of a noise are a whole: `shared-noise.md`.

import { type Entropy, invariant, Secret } from "@unseen/base";
import type { Votes } from "../accounting/pate/smoothed-epsilon.ts";
import {
  divideRationals,
  fromDoubleRoundedDown,
  multiplyRationals,
  type Rational,
  rational,
} from "../budget/rational.ts";
import { gaussianMeasurement } from "./measurement.ts";
import type { Released } from "./released.ts";
import { isVoteNoise } from "./vote-winners.ts";

/** Steps of a vote: equal noised counts are then rare. */
const stepBits = 16n;

export type SharedVotes = {
  /** Of all queries, in zero-concentrated differential privacy, where one person moves one vote of each. */
  readonly rho: Rational;
  /** This owner's counts with its noise, one query after the other, to be added up with the others'. */
  release(votes: Secret<Votes>, entropy: Entropy): Released<readonly bigint[]>;
};

/**
 * @param of.noise votes: the standard deviation of the whole noise on each count of one owner
 * @param of.parts how many owners' noises are a whole: 1, or as many as have to be honest
 */
export function sharedVotes(of: {
  readonly options: number;
  readonly queries: number;
  readonly noise: number;
  readonly parts: number;
}): SharedVotes {
  const { options, queries, parts } = of;
  invariant(isVoteNoise(of.noise), "noise on votes is from 2^-10 to 2^20");
  const noise = fromDoubleRoundedDown(of.noise);
  const count = BigInt(queries);
  // A vote leaves one count and joins another.
  const rho = divideRationals(rational(count), multiplyRationals(noise, noise));
  const measurement = gaussianMeasurement({
    l2SensitivitySquared: (2n * count) << (2n * stepBits),
    rho,
    dimension: queries * options,
    parts,
  });
  return Object.freeze({
    rho,
    release(votes: Secret<Votes>, entropy: Entropy) {
      const counts = Secret.reveal(votes);
      invariant(
        counts.length === queries && counts.every((each) => each.length === options),
        "one count an option",
      );
      const sums = BigInt64Array.from(counts.flat(), (each) => BigInt(each) << stepBits);
      return measurement.release(Secret.of(sums), entropy);
    },
  });
}

/** Of each query the option with the greatest noised count; of equal ones the first. */
export function winnersOfTotal(total: readonly bigint[], options: number): readonly number[] {
  return Array.from({ length: total.length / options }, (_, query) => {
    const counts = total.slice(query * options, (query + 1) * options);
    return counts.reduce((best, each, at) => (each > counts[best]! ? at : best), 0);
  });
}
