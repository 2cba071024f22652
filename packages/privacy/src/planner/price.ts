// What a plan costs, before anything is read. The whole offer is spent; the cuts share it equally.
//
// Pure: epsilon adds up over the cuts (basic composition), so each gets epsilon / k. Approximate: the
// offer buys rho of zero-concentrated privacy, rho adds up, each gets rho / k. Later stages depend on
// earlier releases; both rules hold for such adaptive composition (Dwork and Roth 2014, section 3.5; Bun
// and Steinke 2016, Lemma 2.3).

import { type AttoDelta, noDelta } from "../budget/atto-delta.ts";
import { epsilonAsRational, type NanoEpsilon, nanoEpsilonOf } from "../budget/nano-epsilon.ts";
import type { Offer } from "../budget/offer.ts";
import { divideRationals, formatRational, type Rational, rational } from "../budget/rational.ts";
import { rhoAtMost } from "../mechanisms/concentrated.ts";
import { gaussianMeasurement, laplaceMeasurement, type Measurement } from "../mechanisms/measurement.ts";
import type { Plan } from "./plan-answer.ts";
import type { SumQuestion } from "./stage.ts";

export type Price = {
  readonly epsilon: NanoEpsilon;
  readonly delta: AttoDelta;
  /** One cut's share, exactly. */
  readonly share:
    | { readonly kind: "pure"; readonly epsilon: Rational }
    | { readonly kind: "concentrated"; readonly rho: Rational };
  /** What the ledger stores: each cut's mechanism and loss, as an accountant composes them. */
  readonly events: readonly ChargedEvent[];
};

export type ChargedEvent = {
  readonly mechanism: Measurement["mechanism"];
  readonly neighbours: Plan["dataset"]["neighbours"];
  /** Exactly one of the two, as "num/den". */
  readonly epsilon?: string;
  readonly rho?: string;
};

/** A plan without cuts reads nobody's row and costs nothing. The price never depends on the data. */
export function priceOf(plan: Plan, offer: Offer): Price {
  const parts = rational(BigInt(Math.max(plan.cuts.length, 1)));
  const { neighbours } = plan.dataset;
  const isFree = plan.cuts.length === 0;
  const epsilon = isFree ? nanoEpsilonOf(0n) : offer.epsilon;
  if (offer.kind === "pure") {
    const share = divideRationals(epsilonAsRational(offer.epsilon), parts);
    const event = { mechanism: "discrete-laplace", neighbours, epsilon: formatRational(share) } as const;
    return {
      epsilon,
      delta: noDelta,
      share: { kind: "pure", epsilon: share },
      events: plan.cuts.map(() => event),
    };
  }
  const share = divideRationals(rhoAtMost(offer.epsilon, offer.delta), parts);
  const event = { mechanism: "discrete-gaussian", neighbours, rho: formatRational(share) } as const;
  return {
    epsilon,
    delta: isFree ? noDelta : offer.delta,
    share: { kind: "concentrated", rho: share },
    events: plan.cuts.map(() => event),
  };
}

/** The mechanism for one sum: as much noise as its sensitivity needs at its share of the price. */
export function measurementFor({ share }: Price, { contribution, sensitivity }: SumQuestion): Measurement {
  const dimension = contribution.grid.exponent.length;
  return share.kind === "pure"
    ? laplaceMeasurement({ l1Sensitivity: sensitivity.l1, epsilon: share.epsilon, dimension })
    : gaussianMeasurement({ l2SensitivitySquared: sensitivity.l2Squared, rho: share.rho, dimension });
}
