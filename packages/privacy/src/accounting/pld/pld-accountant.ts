// Adds up what releases cost, as exactly as is known: by their privacy loss distributions, with a lower and an upper
// bound on every answer. docs/mechanisms/accounting-pld.md says what each bound rests on.

import { invariant, ok, type Result } from "@unseen/base";
import { type Accountant, type EventNotSupported, expectComposable, notSupported } from "../accountant.ts";
import type { NeighbouringRelation, PrivacyEvent } from "../event.ts";
import { type Composed, composeLosses, gapOf, type Part } from "./compose-losses.ts";
import { gaussianLoss } from "./gaussian-loss.ts";
import { deltaOf, epsilonOf, truePositiveRateOf } from "./loss-curve.ts";
import { latticeOf } from "./loss-lattice.ts";
import { type Term, termsOf } from "./loss-of-event.ts";
import type { ReleaseLoss } from "./loss-source.ts";
import { type Plan, planLosses, type Release, type Wish } from "./place-losses.ts";

/** The true value lies between the two, ends included. Not: an estimate with an error bar. */
export type Bracket = { readonly lower: number; readonly upper: number };

export type PldOptions = {
  readonly relation: NeighbouringRelation;
  /** How far apart the two bounds on epsilon may be, relative to it; a wish, and what is given back is what holds. */
  readonly relativeWidth?: number;
  /** Most lattice points, a power of two; memory is 64 bytes for each, time grows with it. */
  readonly mostPoints?: number;
};

/** What has been released so far: all plain Gaussians as one, and every other kind of release with its count. */
type Spent = {
  readonly squaredShift: number;
  readonly isNonPrivate: boolean;
  readonly losses: ReadonlyMap<string, { readonly loss: ReleaseLoss; readonly count: number }>;
};

export class PldAccountant implements Accountant {
  readonly name = "privacy loss distribution, connect the dots";
  readonly relation: NeighbouringRelation;
  readonly #wish: Omit<Wish, "near">;
  readonly #spent: Spent;

  constructor(
    options: PldOptions,
    spent: Spent = { squaredShift: 0, isNonPrivate: false, losses: new Map() },
  ) {
    const { relation, relativeWidth = 1e-3, mostPoints = 2 ** 21 } = options;
    this.relation = relation;
    this.#wish = { relativeWidth, mostPoints };
    this.#spent = spent;
  }

  /** A new accountant with `count` more releases of the event, or a refusal. Cheap: work waits for a question. */
  compose(event: PrivacyEvent, count = 1): Result<PldAccountant, EventNotSupported> {
    expectComposable(event, count);
    const terms = termsOf(event, this.relation, count);
    if (!terms.ok) return notSupported(this.name, terms.problem.kind, terms.problem.because);
    const spent = terms.value.reduce(added, this.#spent);
    return ok(new PldAccountant({ relation: this.relation, ...this.#wish }, spent));
  }

  epsilonAtLeast(delta: number): number {
    return this.epsilon(delta).upper;
  }

  deltaAtLeast(epsilon: number): number {
    return this.delta(epsilon).upper;
  }

  /** Smallest epsilon at which everything so far is (epsilon, delta)-private; `delta` in [0, 1]. */
  epsilon(delta: number): Bracket {
    invariant(delta >= 0 && delta <= 1, "delta is a probability");
    if (delta === 1) return { lower: 0, upper: 0 };
    if (this.#spent.isNonPrivate) return { lower: Number.POSITIVE_INFINITY, upper: Number.POSITIVE_INFINITY };
    const { largestLoss, infinity } = this.#extremes();
    if (delta === 0) {
      const worst = infinity > 0 ? Number.POSITIVE_INFINITY : largestLoss;
      return { lower: worst, upper: worst };
    }
    const bracket = this.#worst({ delta }, ({ upper, lower }) => ({
      upper: epsilonOf(upper, delta, "upper"),
      lower: epsilonOf(lower, delta, "lower"),
    }));
    return infinity <= delta ? { ...bracket, upper: Math.min(bracket.upper, largestLoss) } : bracket;
  }

  /** Smallest delta at which everything so far is (epsilon, delta)-private; `epsilon` of at least 0. */
  delta(epsilon: number): Bracket {
    invariant(epsilon >= 0, "epsilon is not negative");
    if (this.#spent.isNonPrivate) return { lower: 1, upper: 1 };
    const { largestLoss, infinity } = this.#extremes();
    if (epsilon >= largestLoss) return { lower: infinity * (1 - 1e-12), upper: infinity };
    return this.#worst({ epsilon }, ({ upper, lower }) => ({
      upper: deltaOf(upper, epsilon, "upper"),
      lower: deltaOf(lower, epsilon, "lower"),
    }));
  }

  /**
   * Never less than how often an attacker is right about people who are in the data, if they may be wrong about
   * `falsePositiveRate` of those who are not. For explaining epsilon to people.
   */
  truePositiveRateAt(falsePositiveRate: number): number {
    invariant(falsePositiveRate >= 0 && falsePositiveRate <= 1, "a rate is between 0 and 1");
    if (this.#spent.isNonPrivate) return 1;
    return this.#worst("everything", ({ upper }) => {
      const rate = truePositiveRateOf(upper, falsePositiveRate);
      return { upper: rate, lower: falsePositiveRate };
    }).upper;
  }

  #releases(): readonly { readonly loss: ReleaseLoss; readonly count: number }[] {
    const gaussian =
      this.#spent.squaredShift > 0
        ? [{ loss: gaussianLoss(Math.sqrt(this.#spent.squaredShift)), count: 1 }]
        : [];
    return [...gaussian, ...this.#spent.losses.values()];
  }

  /** Largest finite loss and chance of an infinite one, both to a few roundings; the worse of the two orders. */
  #extremes(): { readonly largestLoss: number; readonly infinity: number } {
    const orders = [0, 1].map((which) => {
      let [largestLoss, logNone] = [0, 0];
      for (const { loss, count } of this.#releases()) {
        const source = (loss[which] ?? loss[0])(1e-20);
        largestLoss += count * source.largestLoss;
        logNone += count * Math.log1p(-source.infinityMass);
      }
      return { largestLoss, infinity: Math.abs(Math.expm1(logNone)) };
    });
    return {
      largestLoss: Math.max(...orders.map(({ largestLoss }) => largestLoss)),
      infinity: Math.max(...orders.map(({ infinity }) => infinity)),
    };
  }

  #worst(near: Wish["near"], read: (composed: Composed) => Bracket): Bracket {
    const releases = this.#releases();
    if (releases.length === 0) return near === "everything" ? read(nothing) : { lower: 0, upper: 0 };
    const orders = releases.some(({ loss }) => loss.length === 2) ? [0, 1] : [0];
    let worst: Bracket = { lower: 0, upper: 0 };
    for (const which of orders) {
      const ofOrder = releases.map(({ loss, count }): Release => ({ order: loss[which] ?? loss[0], count }));
      const plan = planLosses(ofOrder, { ...this.#wish, near });
      let parts = partsAt(ofOrder, plan, plan.step);
      let bracket = read(composeLosses(parts, plan.placement));
      // Sharpening the better order of the two would change nothing: the worse one is the answer.
      if (bracket.upper > worst.lower) {
        const sharper = sharpened(ofOrder, plan, parts);
        if (sharper !== parts) {
          parts = sharper;
          bracket = read(composeLosses(parts, plan.placement));
        }
      }
      worst = { lower: Math.max(worst.lower, bracket.lower), upper: Math.max(worst.upper, bracket.upper) };
    }
    return worst;
  }
}

function added(spent: Spent, term: Term): Spent {
  switch (term.term) {
    case "gaussian":
      return { ...spent, squaredShift: spent.squaredShift + term.squaredShift };
    case "non-private":
      return { ...spent, isNonPrivate: true };
    case "loss": {
      const { loss, count } = term;
      const before = spent.losses.get(term.key)?.count ?? 0;
      return { ...spent, losses: new Map(spent.losses).set(term.key, { loss, count: before + count }) };
    }
    default:
      return term satisfies never;
  }
}

function partsAt(releases: readonly Release[], { tail }: Plan, step: number): readonly Part[] {
  return releases.map(({ order, count }) => ({ lattice: latticeOf(order(tail), step), count }));
}

/** Halves the step until the two lattices are as close as is wished, or as fine as is allowed. */
function sharpened(releases: readonly Release[], plan: Plan, parts: readonly Part[]): readonly Part[] {
  let [step, fine] = [plan.step, parts];
  for (;;) {
    const excess = gapOf(fine, plan.placement) / plan.allowedGap;
    if (!(excess > 1) || step / 2 < plan.leastStep) return fine;
    // The gap shrinks with the square of the step where losses are smooth.
    const wanted = Math.max(1, Math.round(Math.log2(excess) / 2));
    step *= 2 ** -Math.min(wanted, Math.floor(Math.log2(step / plan.leastStep)));
    fine = partsAt(releases, plan, step);
  }
}

const zeroLoss = {
  step: 1,
  base: 0,
  masses: Float64Array.of(1),
  tilt: 0,
  logScale: 0,
  offset: 0,
  euclideanError: 0,
  outside: 0,
  infinity: 0,
};
const nothing: Composed = { upper: zeroLoss, lower: zeroLoss };
