// Gaussian differential privacy: Dong, Roth, Su 2019 (arXiv 1905.02383). mu of Gaussian releases composes exactly, as
// the root of the sum of squares. What the central limit says of DP-SGD (Bu, Dong, Long, Su 2020, arXiv 1911.11607) is
// an approximation from below as often as from above; it stands here only to reproduce published figures.

import { ok, type Result } from "@unseen/base";
import { type Accountant, type EventNotSupported, expectComposable, notSupported } from "./accountant.ts";
import { deltaOfGaussianAtLeast, epsilonOfGaussianAtLeast } from "./analytic-gaussian.ts";
import type { NeighbouringRelation, PrivacyEvent } from "./event.ts";
import { gaussianInside } from "./rdp.ts";

/** Relative room for the roundings of a sum of squares and a root. */
const room = 1e-13;

export interface GdpAccountant extends Accountant {
  /** As hard to tell apart as N(0, 1) and N(mu, 1). */
  readonly mu: number;
  compose(event: PrivacyEvent, count?: number): Result<GdpAccountant, EventNotSupported>;
}

/** Supports Gaussian events and their compositions, exactly; everything else is refused. */
export function gdpAccountant(relation: NeighbouringRelation = "add-or-remove-one"): GdpAccountant {
  return withSquare(0, relation);
}

function withSquare(square: number, relation: NeighbouringRelation): GdpAccountant {
  const mu = Math.sqrt(square) * (1 + (square > 0 ? room : 0));
  return {
    name: "gdp",
    relation,
    mu,
    compose(event, count = 1) {
      expectComposable(event, count);
      const noise = gaussianInside(event);
      if (noise === undefined)
        return notSupported("gdp", event.kind, "only Gaussian events are exactly mu-Gaussian");
      const sum = square + (count === 0 ? 0 : count / noise ** 2);
      // Never below the true sum, however many events are added one by one.
      return ok(withSquare(sum * (1 + 2 ** -51), relation));
    },
    epsilonAtLeast: (delta) => (mu === 0 ? 0 : epsilonOfGaussianAtLeast(1 / mu, delta)),
    deltaAtLeast: (epsilon) => (mu === 0 ? 0 : deltaOfGaussianAtLeast(1 / mu, epsilon)),
  };
}

/**
 * The central-limit mu of `steps` Poisson samples of `probability` with noise multiplier `noise`.
 * APPROXIMATE, and known to understate: never for a guarantee, a filter or a calibration.
 */
export function centralLimitMuNeverForAGuarantee(run: {
  readonly probability: number;
  readonly noise: number;
  readonly steps: number;
}): number {
  return run.probability * Math.sqrt(run.steps * Math.expm1(run.noise ** -2));
}

/** The epsilon of the above. APPROXIMATE: never for a guarantee, a filter or a calibration. */
export function centralLimitEpsilonNeverForAGuarantee(
  run: { readonly probability: number; readonly noise: number; readonly steps: number },
  delta: number,
): number {
  return epsilonOfGaussianAtLeast(1 / centralLimitMuNeverForAGuarantee(run), delta);
}
