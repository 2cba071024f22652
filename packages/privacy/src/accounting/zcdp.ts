// Zero-concentrated accounting: rho adds up, exactly. Bun, Steinke 2016 (arXiv 1605.02065); converted as in
// mechanisms/concentrated.ts. (rho, xi) with xi > 0 bounds every Rényi divergence by xi + rho alpha, so xi adds to epsilon.

import { ok, type Result } from "@unseen/base";
import { attoDeltaOf } from "../budget/atto-delta.ts";
import {
  addRationals,
  divideRationals,
  multiplyRationals,
  type Rational,
  rational,
} from "../budget/rational.ts";
import { epsilonAtLeast } from "../mechanisms/concentrated.ts";
import { type Accountant, type EventNotSupported, expectComposable, notSupported } from "./accountant.ts";
import type { NeighbouringRelation, PrivacyEvent } from "./event.ts";
import { basicLossOf, decimal, toNumberUp } from "./pure-loss.ts";
import { treeDepth } from "./rdp.ts";

export type ConcentratedLoss = { readonly rho: Rational; readonly xi: Rational };

export interface ZcdpAccountant extends Accountant {
  /** The sums so far, as exact fractions. */
  readonly total: ConcentratedLoss;
  compose(event: PrivacyEvent, count?: number): Result<ZcdpAccountant, EventNotSupported>;
}

const attosPerOne = 10n ** 18n;
/** Relative room for the rounding of the conversion to delta. */
const room = 1e-12;

/**
 * Supports Gaussian and pure events and trees; refuses samples, because amplification is not concentrated. Sums are
 * exact; epsilon is rounded up to a billionth; a delta below 1e-18 promises nothing.
 */
export function zcdpAccountant(relation: NeighbouringRelation = "add-or-remove-one"): ZcdpAccountant {
  return withTotal({ rho: rational(0n), xi: rational(0n) }, relation);
}

/** The rho and xi of one event, exact where its numbers say it exactly. */
export function concentratedLossOf(
  event: PrivacyEvent,
  relation: NeighbouringRelation,
): Result<ConcentratedLoss, EventNotSupported> {
  switch (event.kind) {
    case "gaussian":
      return fromNoise(event, event.noiseMultiplier, rational(1n));
    case "discrete-gaussian":
      return fromNoise(event, event.sigma, rational(BigInt(event.sensitivity) ** 2n));
    case "single-epoch-tree":
      if (relation !== "replace-special")
        return refused(event, "tree aggregation is analysed for a record that is zeroed out");
      return fromNoise(event, event.noiseMultiplier, rational(BigInt(treeDepth(event.stepCounts))));
    case "zcdp":
      return ok({ rho: decimal(event.rho), xi: decimal(event.xi) });
    case "exponential": {
      // Bounded range: Cesar, Rogers 2021 (arXiv 2004.07223), Lemmas 3.2 and 3.4; an epsilon-private mechanism in general has epsilon^2 / 2.
      const epsilon = decimal(event.epsilon);
      return concentrated(multiplyRationals(multiplyRationals(epsilon, epsilon), rational(1n, 8n)));
    }
    case "self-composed": {
      const one = concentratedLossOf(event.event, relation);
      return one.ok ? ok(times(one.value, event.count)) : one;
    }
    case "composed": {
      let total: ConcentratedLoss = { rho: rational(0n), xi: rational(0n) };
      for (const each of event.events) {
        const one = concentratedLossOf(each, relation);
        if (!one.ok) return one;
        total = plus(total, one.value);
      }
      return ok(total);
    }
    default: {
      // Bun, Steinke 2016, Proposition 1.4: epsilon-private is epsilon^2/2-concentrated.
      const basic = basicLossOf(event, relation);
      if (!basic.ok || basic.value.delta.num > 0n)
        return refused(event, "only Gaussian and pure events are concentrated");
      const epsilon = basic.value.epsilon;
      return concentrated(multiplyRationals(multiplyRationals(epsilon, epsilon), rational(1n, 2n)));
    }
  }
}

export function plus(a: ConcentratedLoss, b: ConcentratedLoss): ConcentratedLoss {
  return { rho: addRationals(a.rho, b.rho), xi: addRationals(a.xi, b.xi) };
}

export function times(loss: ConcentratedLoss, count: number): ConcentratedLoss {
  const whole = rational(BigInt(count));
  return { rho: multiplyRationals(loss.rho, whole), xi: multiplyRationals(loss.xi, whole) };
}

function withTotal(total: ConcentratedLoss, relation: NeighbouringRelation): ZcdpAccountant {
  const nothing = total.rho.num === 0n && total.xi.num === 0n;
  return {
    name: "zcdp (canonneKamathSteinke2020)",
    relation,
    total,
    compose(event, count = 1) {
      expectComposable(event, count);
      const one = concentratedLossOf(event, relation);
      return one.ok ? ok(withTotal(plus(total, times(one.value, count)), relation)) : one;
    },
    epsilonAtLeast(delta) {
      if (nothing || delta >= 1) return 0;
      if (!(delta > 0)) return Number.POSITIVE_INFINITY;
      const exact = decimal(delta);
      const attos = (exact.num * attosPerOne) / exact.den;
      if (attos === 0n) return Number.POSITIVE_INFINITY;
      const nanos = epsilonAtLeast(total.rho, attoDeltaOf(attos));
      return toNumberUp(addRationals(rational(nanos, 1_000_000_000n), total.xi));
    },
    deltaAtLeast: (epsilon) =>
      nothing ? 0 : deltaFromRho(toNumberUp(total.rho), epsilon - toNumberUp(total.xi)),
  };
}

/** exp((a-1)(a rho - epsilon)) / (a-1) (1 - 1/a)^a, least over a: any a is valid, so the search cannot make it wrong. */
function deltaFromRho(rho: number, epsilon: number): number {
  const logAt = (logLess: number) => {
    const less = Math.exp(logLess);
    const logOfRest = less > 1 ? Math.log1p(-1 / (1 + less)) : logLess - Math.log1p(less);
    return less * ((1 + less) * rho - epsilon) - logLess + (1 + less) * logOfRest;
  };
  let [low, high] = [-14, 46];
  let best = 0;
  const golden = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 75; i++) {
    const [left, right] = [high - golden * (high - low), low + golden * (high - low)];
    const [atLeft, atRight] = [logAt(left), logAt(right)];
    best = Math.min(best, atLeft, atRight);
    if (atLeft < atRight) high = right;
    else low = left;
  }
  return Math.min(1, Math.exp(best + room * (1 + Math.abs(best))));
}

function fromNoise(
  event: PrivacyEvent,
  noise: number,
  squared: Rational,
): Result<ConcentratedLoss, EventNotSupported> {
  if (noise === 0) return refused(event, "without noise nothing is concentrated");
  const sigma = decimal(noise);
  return concentrated(
    divideRationals(squared, multiplyRationals(rational(2n), multiplyRationals(sigma, sigma))),
  );
}

function concentrated(rho: Rational): Result<ConcentratedLoss, never> {
  return ok({ rho, xi: rational(0n) });
}

function refused(event: PrivacyEvent, because: string): Result<never, EventNotSupported> {
  return notSupported("zcdp", event.kind, because);
}
