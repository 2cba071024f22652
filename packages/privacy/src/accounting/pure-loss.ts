// The pure epsilon of an event, where it has one, as a fraction: exact where the event's own numbers say it exactly.

import { invariant, ok, type Result } from "@unseen/base";
import {
  addRationals,
  divideRationals,
  fromDoubleRoundedUp,
  multiplyRationals,
  type Rational,
  rational,
} from "../budget/rational.ts";
import { type EventNotSupported, notSupported } from "./accountant.ts";
import type { NeighbouringRelation, PrivacyEvent } from "./event.ts";

export type BasicLoss = { readonly epsilon: Rational; readonly delta: Rational };

/** Room for a logarithm or exponential of a double; such results are then rounded up into a fraction of 45 bits. */
const room = 1e-14;

/**
 * Epsilon and delta by basic composition; refuses what has no finite epsilon. The numbers of an event are read as the
 * decimals that they print as, so three events of 0.1 fit a cap of 0.3 exactly.
 */
export function basicLossOf(
  event: PrivacyEvent,
  relation: NeighbouringRelation,
): Result<BasicLoss, EventNotSupported> {
  const zero = rational(0n);
  switch (event.kind) {
    case "none":
      return ok({ epsilon: zero, delta: zero });
    case "epsilon-delta":
      return ok({ epsilon: decimal(event.epsilon), delta: decimal(event.delta) });
    case "exponential":
    case "permute-and-flip":
      return pure(decimal(event.epsilon));
    case "laplace":
      if (event.noiseMultiplier === 0) return refused(event, "without noise there is no finite epsilon");
      return pure(divideRationals(rational(1n), decimal(event.noiseMultiplier)));
    case "discrete-laplace":
      return pure(multiplyRationals(decimal(event.rate), rational(BigInt(event.sensitivity))));
    case "randomized-response": {
      if (relation === "add-or-remove-one")
        return refused(event, "randomized response answers for every record");
      if (event.noise === 0) return refused(event, "without noise there is no finite epsilon");
      const replaced = Math.log1p((event.buckets * (1 - event.noise)) / event.noise);
      const special = Math.max(
        Math.log(event.buckets * (1 - event.noise) + event.noise),
        -Math.log(event.noise),
      );
      return pure(roundedUp(relation === "replace-one" ? replaced : special));
    }
    case "poisson-sampled":
      if (relation === "replace-one")
        return refused(event, "Poisson samples are amplified for a record added or removed");
      return amplified(event.event, event.probability, relation);
    case "sampled-without-replacement":
      if (relation !== "replace-one")
        return refused(event, "batches of a fixed size are amplified for a record replaced");
      return amplified(event.event, event.sampleSize / event.sourceSize, relation);
    case "self-composed": {
      const one = basicLossOf(event.event, relation);
      return one.ok ? ok(times(one.value, event.count)) : one;
    }
    case "composed": {
      let total: BasicLoss = { epsilon: zero, delta: zero };
      for (const each of event.events) {
        const one = basicLossOf(each, relation);
        if (!one.ok) return one;
        total = plus(total, one.value);
      }
      return ok(total);
    }
    case "repeat-and-select": {
      // Papernot, Steinke 2022, Theorem 2 at infinite order: (2 + shape) epsilon for shape >= 0.
      const one = basicLossOf(event.event, relation);
      if (!one.ok) return one;
      if (event.shape === "poisson" || event.shape < 0 || one.value.delta.num > 0n)
        return refused(event, "only a negative binomial number of pure runs has a pure epsilon");
      return pure(multiplyRationals(one.value.epsilon, addRationals(rational(2n), decimal(event.shape))));
    }
    case "non-private":
      return refused(event, "nothing bounds what an unprotected release loses");
    case "gaussian":
    case "discrete-gaussian":
    case "zcdp":
    case "single-epoch-tree":
    case "mixture-of-gaussians":
    case "truncated-poisson-gaussian":
      return refused(event, "Gaussian noise has no pure epsilon");
    case "sampled-with-replacement":
      return refused(event, "a record drawn twice is not covered by the epsilon of one change");
    default:
      return event satisfies never;
  }
}

export function plus(a: BasicLoss, b: BasicLoss): BasicLoss {
  return { epsilon: addRationals(a.epsilon, b.epsilon), delta: addRationals(a.delta, b.delta) };
}

export function times(loss: BasicLoss, count: number): BasicLoss {
  const whole = rational(BigInt(count));
  return { epsilon: multiplyRationals(loss.epsilon, whole), delta: multiplyRationals(loss.delta, whole) };
}

/** The fraction that a finite double prints as: 0.1 is 1/10, not the binary number nearest to it. */
export function decimal(value: number): Rational {
  invariant(Number.isFinite(value) && value >= 0, "an amount is finite and not negative");
  const parts = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  invariant(parts !== null, "a finite number prints as digits");
  const digits = parts[2] ?? "";
  const exponent = Number(parts[3] ?? "0") - digits.length;
  const mantissa = BigInt(`${parts[1]}${digits}`);
  const power = 10n ** BigInt(Math.abs(exponent));
  return exponent >= 0 ? rational(mantissa * power) : rational(mantissa, power);
}

/** A double that was computed with a few roundings, as a short fraction that is not below the true value. */
export function roundedUp(value: number): Rational {
  return fromDoubleRoundedUp(Math.max(0, value) * (1 + room), 45);
}

/** ln(1 + q (e^eps - 1)), q delta: Balle, Barthe, Gaboardi 2018 (arXiv 1807.01647), Theorems 8 and 9. */
function amplified(
  inside: PrivacyEvent,
  q: number,
  relation: NeighbouringRelation,
): Result<BasicLoss, EventNotSupported> {
  const one = basicLossOf(inside, relation);
  if (!one.ok || q === 1) return one;
  return ok({
    epsilon: roundedUp(amplifiedEpsilon(toNumberUp(one.value.epsilon), q)),
    delta: multiplyRationals(one.value.delta, roundedUp(q)),
  });
}

/** ln(1 + q (e^epsilon - 1)) without overflow. */
export function amplifiedEpsilon(epsilon: number, q: number): number {
  if (q === 0) return 0;
  return epsilon < 700 ? Math.log1p(q * Math.expm1(epsilon)) : epsilon + Math.log(q) + 1e-12;
}

/** A double that is not below the fraction. */
export function toNumberUp(of: Rational): number {
  if (of.num === 0n) return 0;
  const shift = 60n;
  const scaled = Number((of.num << shift) / of.den);
  return scaled > 0 ? scaled * 2 ** -60 * (1 + 2 ** -51) + 2 ** -60 : 2 ** -59;
}

function pure(epsilon: Rational): Result<BasicLoss, never> {
  return ok({ epsilon, delta: rational(0n) });
}

function refused(event: PrivacyEvent, because: string): Result<never, EventNotSupported> {
  return notSupported("pure", event.kind, because);
}
