// A quantile among declared bins by permute-and-flip: Smith 2011, "Privacy-preserving Statistical Estimation with
// Optimal Convergence Rates", on whole-number scores. The proof stands in `quantile-choice.md`.

import { type Entropy, invariant, Secret } from "@unseen/base";
import type { Rational } from "../budget/rational.ts";
import type { ChoiceEvent } from "./choice-event.ts";
import type { Cost } from "./cost.ts";
import { permuteAndFlip } from "./permute-and-flip.ts";
import type { Released } from "./released.ts";

export type QuantileChoice = {
  readonly event: ChoiceEvent;
  readonly cost: Cost;
  /** Gives the place of the bin that is chosen, and tells nothing of how many rows are in any. */
  choose(counts: Secret<BigInt64Array>, entropy: Entropy): Released<number>;
  /** How many rows, at most, lie between the chosen bin and the wanted rank. Rounded up. */
  rankErrorAtLeast(confidence: number): bigint;
};

/**
 * `share` = a/b, strictly between 0 and 1: 1/2 for the median. Bins are declared, in order; each row is in one at most.
 * One privacy unit has at most `rowsEach` rows, and is added, removed or replaced. Costs epsilon, pure. The least and
 * the greatest are not askable: one person can be both, so nothing near them can be told; ask for a share of 1/20
 * or 19/20 instead.
 */
export function quantileChoice(of: {
  readonly share: Rational;
  readonly bins: number;
  readonly rowsEach: bigint;
  readonly neighbours: "add-or-remove" | "replace";
  readonly epsilon: Rational;
}): QuantileChoice {
  const { share, bins, rowsEach, neighbours, epsilon } = of;
  invariant(share.num > 0n && share.num < share.den, "a quantile's share lies strictly between 0 and 1");
  invariant(rowsEach > 0n, "a privacy unit has at least one row");
  const choice = permuteAndFlip({
    options: bins,
    sensitivity: rowsEach * mostMovedByOneRow(share, neighbours),
    isMonotone: false,
    epsilon,
  });
  return Object.freeze({
    event: choice.event,
    cost: choice.cost,
    choose(counts: Secret<BigInt64Array>, entropy: Entropy) {
      return choice.choose(Secret.of(quantileScores(Secret.reveal(counts), share)), entropy);
    },
    rankErrorAtLeast(confidence: number) {
      const { den } = share;
      return (choice.shortfallAtLeast(confidence) + den - 1n) / den;
    },
  });
}

/** A row below a bin counts b - a for what is below it, one elsewhere -a: joining moves by the larger, switching by b. */
export function mostMovedByOneRow({ num, den }: Rational, neighbours: "add-or-remove" | "replace"): bigint {
  if (neighbours === "replace") return den;
  return num > den - num ? num : den - num;
}

/**
 * For each bin minus b times the rows that lie between it and the rank a/b of all: 0 for the bin that holds that rank,
 * however many rows are in it.
 */
export function quantileScores(counts: ArrayLike<bigint>, { num, den }: Rational): bigint[] {
  const each = Array.from(counts);
  const wanted = num * each.reduce((sum, count) => sum + count, 0n);
  let below = 0n;
  return each.map((count) => {
    const over = den * below - wanted;
    below += count;
    const under = wanted - den * below;
    const off = over > under ? over : under;
    return off > 0n ? -off : 0n;
  });
}
