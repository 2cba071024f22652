// What a plan costs, before anything is read. The whole offer is spent; the cuts share it equally.
//
// Pure: epsilon adds up over the cuts (basic composition), so each gets epsilon / k. Approximate: the
// offer buys rho of zero-concentrated privacy, rho adds up, each gets rho / k. A choice is a cut like any other. Later stages depend on
// earlier releases; both rules hold for such adaptive composition (Dwork and Roth 2014, section 3.5; Bun
// and Steinke 2016, Lemma 2.3).

import { invariant } from "@unseen/base";
import { type AttoDelta, noDelta } from "../budget/atto-delta.ts";
import { epsilonAsRational, type NanoEpsilon, nanoEpsilonOf } from "../budget/nano-epsilon.ts";
import type { Offer } from "../budget/offer.ts";
import { divideRationals, formatRational, type Rational, rational } from "../budget/rational.ts";
import { rhoAtMost } from "../mechanisms/concentrated.ts";
import { gaussianMeasurement, laplaceMeasurement, type Measurement } from "../mechanisms/measurement.ts";
import type { CutRelease } from "./canonical.ts";
import { type ChoiceLoss, choiceLoss, type Share } from "./choice-price.ts";
import { type Chooser, chooserFor } from "./chooser.ts";
import type { Plan } from "./plan-answer.ts";
import type { SumQuestion } from "./stage.ts";

export type Price = {
  readonly epsilon: NanoEpsilon;
  readonly delta: AttoDelta;
  readonly share: Share;
  /** What the ledger stores: each cut's mechanism and loss, as an accountant composes them. */
  readonly events: readonly ChargedEvent[];
};

export type ChargedEvent = {
  readonly neighbours: Plan["dataset"]["neighbours"];
} & (
  | { readonly mechanism: "discrete-laplace"; readonly epsilon: string }
  | { readonly mechanism: "discrete-gaussian"; readonly rho: string }
  /** `count` choices one after the other; `epsilon` is what each of them loses. */
  | { readonly mechanism: ChoiceLoss["mechanism"]; readonly epsilon: string; readonly count: number }
);

/** A plan without cuts reads nobody's row and costs nothing. The price never depends on the data. */
export function priceOf(plan: Plan, offer: Offer): Price {
  const isFree = plan.cuts.length === 0;
  const share = shareOf(offer, rational(BigInt(Math.max(plan.cuts.length, 1))));
  return {
    epsilon: isFree ? nanoEpsilonOf(0n) : offer.epsilon,
    delta: isFree || offer.kind === "pure" ? noDelta : offer.delta,
    share,
    events: plan.cuts.map(({ release }) => ({
      neighbours: plan.dataset.neighbours,
      ...chargedFor(release, share),
    })),
  };
}

function shareOf(offer: Offer, parts: Rational): Share {
  return offer.kind === "pure"
    ? { kind: "pure", epsilon: divideRationals(epsilonAsRational(offer.epsilon), parts) }
    : { kind: "concentrated", rho: divideRationals(rhoAtMost(offer.epsilon, offer.delta), parts) };
}

function chargedFor(release: CutRelease, share: Share) {
  if (release.by === "sum") {
    return share.kind === "pure"
      ? ({ mechanism: "discrete-laplace", epsilon: formatRational(share.epsilon) } as const)
      : ({ mechanism: "discrete-gaussian", rho: formatRational(share.rho) } as const);
  }
  const { mechanism, count, epsilonEach } = choiceLoss(release, share);
  return { mechanism, count, epsilon: formatRational(epsilonEach) };
}

/** How one cut is released: noise, or a choice. */
export type CutMechanism =
  | { readonly kind: "noise"; readonly measurement: Measurement }
  | { readonly kind: "choice"; readonly chooser: Chooser };

export function mechanismFor(price: Price, question: SumQuestion, honestOwners = 1): CutMechanism {
  return question.cut.release.by === "sum"
    ? { kind: "noise", measurement: measurementFor(price, question, honestOwners) }
    : { kind: "choice", chooser: chooserFor(price.share, question) };
}

/**
 * The mechanism for one noised sum: as much noise as its sensitivity needs at its share of the price. Where more than one
 * honest owner is counted on, each adds a part of it, and fewer of them than that keep no promise.
 */
export function measurementFor(
  { share }: Price,
  { cut, contribution, sensitivity }: SumQuestion,
  honestOwners = 1,
): Measurement {
  invariant(cut.release.by === "sum", "what is chosen from is not noised");
  const dimension = contribution.grid.exponent.length;
  return share.kind === "pure"
    ? laplaceMeasurement({
        l1Sensitivity: sensitivity.l1,
        epsilon: share.epsilon,
        dimension,
        parts: honestOwners,
      })
    : gaussianMeasurement({
        l2SensitivitySquared: sensitivity.l2Squared,
        rho: share.rho,
        dimension,
        parts: honestOwners,
      });
}
