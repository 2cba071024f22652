// The mechanism for one cut that is chosen from, calibrated to what one person moves in any one sum.

import { type Entropy, invariant, type Secret } from "@unseen/base";
import type { PlainTensor } from "@unseen/program";
import { multiplyRationals, rational } from "../budget/rational.ts";
import { aboveEach } from "../mechanisms/above-each.ts";
import type { ChoiceEvent } from "../mechanisms/choice-event.ts";
import { quantileChoice } from "../mechanisms/quantile-choice.ts";
import { afterRelease, type Released } from "../mechanisms/released.ts";
import { topChoices } from "../mechanisms/top-choices.ts";
import { choiceLoss, type Share } from "./choice-price.ts";
import type { Grid } from "./contribution.ts";
import type { SumQuestion } from "./stage.ts";

export type Chooser = {
  readonly events: readonly ChoiceEvent[];
  /** The asker learns what is chosen, and nothing else of the sums. */
  choose(exact: Secret<BigInt64Array>, entropy: Entropy): Released<PlainTensor>;
  /** What it promises in place of a half-width, in the sums' own unit; rows for a rank. Rounded up. */
  missAtLeast(confidence: number): number;
};

export function chooserFor(share: Share, question: SumQuestion): Chooser {
  const { cut, contribution, sensitivity, neighbours } = question;
  const { release } = cut;
  invariant(release.by !== "sum", "a sum is noised and not chosen from");
  const { grid, oneHot, across } = contribution;
  const options = grid.exponent.length;
  const { count, epsilonEach } = choiceLoss(release, share);
  const scores = {
    // Where nobody can move anything, a mechanism for one step is still a right one.
    sensitivity: atLeastOne(sensitivity.each),
    isMonotone: sensitivity.movesOneWay,
    epsilon: multiplyRationals(epsilonEach, rational(BigInt(count))),
  };
  switch (release.by) {
    case "greatest": {
      const top = topChoices({ ...scores, options, count });
      return {
        events: top.events,
        choose: (exact, entropy) => afterRelease(top.choose(exact, entropy), listOf),
        missAtLeast: (confidence) => inUnits(top.shortfallAtLeast(confidence), grid.exponent[0]!),
      };
    }
    case "threshold": {
      const thresholds = thresholdSteps(release.thresholds, grid);
      const each = aboveEach({ ...scores, thresholds, mostAbove: release.mostAbove });
      return {
        events: [each.event],
        choose: (exact, entropy) =>
          afterRelease(each.answer(exact, entropy), (answers) => ({
            shape: contribution.shape,
            data: Float64Array.from(answers),
          })),
        missAtLeast: (confidence) => inUnits(each.halfWidthAtLeast(confidence), coarsest(grid)),
      };
    }
    case "rank": {
      invariant(oneHot && across.kind === "rows", "ranks are of rows that lie in one bin each");
      const chosen = quantileChoice({
        share: rational(BigInt(release.num), BigInt(release.den)),
        bins: options,
        // In one bin of several, a row moves one count, and a person as many rows as any one count can move.
        rowsEach: atLeastOne(sensitivity.each),
        neighbours,
        epsilon: scores.epsilon,
      });
      return {
        events: [chosen.event],
        choose: (exact, entropy) => afterRelease(chosen.choose(exact, entropy), (place) => listOf([place])),
        missAtLeast: (confidence) => Number(chosen.rankErrorAtLeast(confidence)),
      };
    }
    default:
      return release satisfies never;
  }
}

function listOf(places: readonly number[]): PlainTensor {
  return { shape: [places.length], data: Float64Array.from(places) };
}

/** A whole number of steps is above a threshold exactly where it is above the whole part of it. Public. */
function thresholdSteps(thresholds: readonly number[], { exponent }: Grid): readonly bigint[] {
  return Array.from(exponent, (one, at) => {
    const steps = Math.floor(thresholds[thresholds.length === 1 ? 0 : at]! * 2 ** -one);
    if (Number.isFinite(steps)) return BigInt(steps);
    return steps > 0 ? 2n ** 1_024n : -(2n ** 1_024n);
  });
}

function coarsest({ exponent }: Grid): number {
  return exponent.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY);
}

function inUnits(steps: bigint, exponent: number): number {
  return Number(steps) * 2 ** exponent;
}

function atLeastOne(moved: bigint): bigint {
  return moved > 0n ? moved : 1n;
}
