// Which privacy loss an event has under which neighbours: the place where every refusal of the accountant is made.

import { err, ok, type Result } from "@unseen/base";
import type { NeighbouringRelation, PrivacyEvent } from "../event.ts";
import {
  discreteGaussianLoss,
  discreteLaplaceLoss,
  epsilonDeltaLoss,
  randomizedResponseLoss,
  randomizedResponseOfNothingLoss,
} from "./discrete-loss.ts";
import {
  mixtureOfGaussiansLoss,
  replacedSampledGaussianLoss,
  sampledGaussianLoss,
  truncatedSampledGaussianLoss,
} from "./gaussian-loss.ts";
import { laplaceLoss } from "./laplace-loss.ts";
import type { ReleaseLoss } from "./loss-source.ts";
import { truncationOf } from "./truncation.ts";

/** The innermost event without a known dominating pair, and what would be accepted instead. */
export type Unsupported = { readonly kind: PrivacyEvent["kind"]; readonly because: string };

/** One release repeated; plain Gaussian noise is kept apart, because any number of such releases is one. */
export type Term =
  | { readonly term: "gaussian"; readonly squaredShift: number }
  | { readonly term: "loss"; readonly loss: ReleaseLoss; readonly count: number; readonly key: string }
  | { readonly term: "non-private" };

type Terms = Result<readonly Term[], Unsupported>;

/** Flattens the event. `count` repetitions; none when it is 0. Refuses what has no known dominating pair. */
export function termsOf(event: PrivacyEvent, relation: NeighbouringRelation, count = 1): Terms {
  if (count === 0) return ok([]);
  switch (event.kind) {
    case "none":
      return ok([]);
    case "non-private":
      return ok([{ term: "non-private" }]);
    case "self-composed":
      return termsOf(event.event, relation, count * event.count);
    case "composed": {
      const all: Term[] = [];
      for (const each of event.events) {
        const terms = termsOf(each, relation, count);
        if (!terms.ok) return terms;
        all.push(...terms.value);
      }
      return ok(all);
    }
    case "gaussian":
    case "laplace":
    case "discrete-laplace":
    case "discrete-gaussian":
      return noise(event, relation, count, 1, false);
    case "poisson-sampled":
      return sampled(event.event, relation, count, event.probability);
    case "epsilon-delta":
      if (event.delta === 1) return ok([{ term: "non-private" }]);
      return known(event, count, epsilonDeltaLoss(event.epsilon, event.delta));
    case "randomized-response": {
      if (relation === "add-or-remove-one")
        return refused(event, "somebody who is not there gives no response: account for replacing one");
      if (event.noise === 0) return ok([{ term: "non-private" }]);
      const response = relation === "replace-one" ? randomizedResponseLoss : randomizedResponseOfNothingLoss;
      return known(event, count, response(event.noise, event.buckets));
    }
    case "mixture-of-gaussians": {
      if (relation === "replace-one")
        return refused(
          event,
          "no dominating pair is known for replacing one: account for adding or removing one",
        );
      const shifts = event.sensitivities.map((sensitivity) => sensitivity / event.sigma);
      return known(event, count, mixtureOfGaussiansLoss(shifts, event.probabilities));
    }
    case "truncated-poisson-gaussian": {
      if (event.probability === 0) return ok([]);
      if (event.noiseMultiplier === 0) return ok([{ term: "non-private" }]);
      const { truncated, probabilityWhenTruncated } = truncationOf(event);
      const loss = truncatedSampledGaussianLoss(
        1 / event.noiseMultiplier,
        event.probability,
        truncated,
        probabilityWhenTruncated,
        relation === "replace-one",
      );
      return known(event, count, loss);
    }
    case "zcdp":
    case "exponential":
    case "permute-and-flip":
    case "single-epoch-tree":
    case "repeat-and-select":
    case "sampled-without-replacement":
    case "sampled-with-replacement":
      return refused(
        event,
        "its privacy loss distribution is not known here: use the Rényi accountant, or state its (epsilon, delta)",
      );
    default:
      return event satisfies never;
  }
}

type Noise = Extract<
  PrivacyEvent,
  { kind: "gaussian" | "laplace" | "discrete-laplace" | "discrete-gaussian" }
>;

/**
 * In a sample and under replacement a Gaussian's multiplier is over what one person adds, and the rule doubles it, also
 * where the sample is everybody; outside of a sample the multiplier is over the distance of the two already.
 */
function noise(
  event: Noise,
  relation: NeighbouringRelation,
  count: number,
  probability: number,
  isSampled: boolean,
): Terms {
  if (relation === "replace-one" && probability < 1 && event.kind !== "gaussian")
    return refused(event, "in a sample it is known for adding or removing one only");
  switch (event.kind) {
    case "gaussian": {
      if (event.noiseMultiplier === 0) return ok([{ term: "non-private" }]);
      const shift = 1 / event.noiseMultiplier;
      if (!isSampled) return ok([{ term: "gaussian", squaredShift: count * shift * shift }]);
      const loss = relation === "replace-one" ? replacedSampledGaussianLoss : sampledGaussianLoss;
      return known(event, count, loss(shift, probability), probability);
    }
    case "laplace":
      if (event.noiseMultiplier === 0) return ok([{ term: "non-private" }]);
      return known(event, count, laplaceLoss(1 / event.noiseMultiplier, probability), probability);
    case "discrete-laplace":
      return known(
        event,
        count,
        discreteLaplaceLoss(event.rate, event.sensitivity, probability),
        probability,
      );
    case "discrete-gaussian":
      if (event.sigma === 0) return ok([{ term: "non-private" }]);
      return known(
        event,
        count,
        discreteGaussianLoss(event.sigma, event.sensitivity, probability),
        probability,
      );
    default:
      return event satisfies never;
  }
}

function sampled(
  event: PrivacyEvent,
  relation: NeighbouringRelation,
  count: number,
  probability: number,
): Terms {
  if (probability === 0) return ok([]);
  switch (event.kind) {
    case "none":
      return ok([]);
    case "non-private":
      return ok([{ term: "non-private" }]);
    case "gaussian":
    case "laplace":
    case "discrete-laplace":
    case "discrete-gaussian":
      return noise(event, relation, count, probability, true);
    case "poisson-sampled":
      return sampled(event.event, relation, count, probability * event.probability);
    case "self-composed":
      if (event.count <= 1 || probability === 1)
        return sampled(event.event, relation, count * event.count, probability);
      return refused(event, "one sample used for several releases is not one release on a sample");
    default:
      if (probability === 1) return termsOf(event, relation, count);
      return refused(
        event,
        "in a Poisson sample only Gaussian and Laplace noise, plain or discrete, are known",
      );
  }
}

function known(event: PrivacyEvent, count: number, loss: ReleaseLoss, probability = 1): Terms {
  return ok([{ term: "loss", loss, count, key: `${probability} ${JSON.stringify(event)}` }]);
}

function refused(event: PrivacyEvent, because: string): Terms {
  return err({ kind: event.kind, because });
}
