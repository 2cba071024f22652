// A quantile among declared candidates by permute-and-flip: Smith 2011, "Privacy-preserving Statistical Estimation
// with Optimal Convergence Rates", on whole-number scores. The proof stands in `quantile-choice.md`.

import { type Entropy, invariant, Secret } from "@unseen/base";
import type { Rational } from "../budget/rational.ts";
import type { ChoiceEvent } from "./choice-event.ts";
import type { Cost } from "./cost.ts";
import { permuteAndFlip } from "./permute-and-flip.ts";
import type { Released } from "./released.ts";

export type QuantileChoice = {
  readonly event: ChoiceEvent;
  readonly cost: Cost;
  /**
   * Bins around the candidates: element i counts rows from candidate i-1 (or from below all) up to, not including,
   * candidate i, and the last element those from the last candidate on; so one more element than candidates.
   * Gives the index of the candidate that is chosen.
   */
  choose(bins: Secret<BigInt64Array>, entropy: Entropy): Released<number>;
  /** How far, in rows, the chosen candidate's rank may be from the nearest that any candidate has. Rounded up. */
  rankErrorAtLeast(confidence: number): bigint;
};

/**
 * `share` = a/b, strictly between 0 and 1: 1/2 for the median. Candidates are declared, in order. One privacy unit has at most
 * `rowsEach` rows, and is added, removed or replaced. Costs epsilon, pure. The least and the greatest are not
 * askable: one person can be both, so nothing near them can be told; ask for a share of 1/20 or 19/20 instead.
 */
export function quantileChoice(of: {
  readonly share: Rational;
  readonly candidates: number;
  readonly rowsEach: number;
  readonly neighbours: "add-or-remove" | "replace";
  readonly epsilon: Rational;
}): QuantileChoice {
  const { share, candidates, rowsEach, neighbours, epsilon } = of;
  invariant(share.num > 0n && share.num < share.den, "a quantile's share lies strictly between 0 and 1");
  invariant(Number.isSafeInteger(rowsEach) && rowsEach > 0, "a privacy unit has at least one row");
  const choice = permuteAndFlip({
    options: candidates,
    sensitivity: BigInt(rowsEach) * mostMovedByOneRow(share, neighbours),
    isMonotone: false,
    epsilon,
  });
  return Object.freeze({
    event: choice.event,
    cost: choice.cost,
    choose(bins: Secret<BigInt64Array>, entropy: Entropy) {
      const counts = Secret.reveal(bins);
      invariant(counts.length === candidates + 1, "there is one bin more than candidates");
      return choice.choose(Secret.of(BigInt64Array.from(quantileScores(counts, share))), entropy);
    },
    rankErrorAtLeast(confidence: number) {
      const { den } = share;
      return (choice.shortfallAtLeast(confidence) + den - 1n) / den;
    },
  });
}

/** A row below a candidate counts b - a, one at or above it counts -a: joining moves by the larger, switching by b. */
export function mostMovedByOneRow({ num, den }: Rational, neighbours: "add-or-remove" | "replace"): bigint {
  if (neighbours === "replace") return den;
  return num > den - num ? num : den - num;
}

/** -|(b - a) below - a above| for each candidate: b times the distance of its rank from a/b of all rows. */
export function quantileScores(bins: ArrayLike<bigint>, { num, den }: Rational): bigint[] {
  const counts = Array.from(bins);
  const all = counts.reduce((sum, count) => sum + count, 0n);
  let below = 0n;
  return counts.slice(0, -1).map((count) => {
    below += count;
    const off = den * below - num * all;
    return off < 0n ? off : -off;
  });
}
