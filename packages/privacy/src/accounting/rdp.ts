// Rényi accounting: one divergence for each order of a grid, added up over events, converted at the end. Mironov 2017.
// What each event costs at an order is in rdp/; which relation each rule holds for is checked here.

import { ok, type Result } from "@unseen/base";
import { type Accountant, type EventNotSupported, expectComposable, notSupported } from "./accountant.ts";
import type { NeighbouringRelation, PrivacyEvent } from "./event.ts";
import { type ConvertedAt, deltaFromRdp, epsilonFromRdp, type RdpConversion } from "./rdp/conversions.ts";
import { fixedBatchGaussianRdp } from "./rdp/fixed-batch-gaussian.ts";
import { poissonAmplifiedRdp } from "./rdp/poisson-amplified.ts";
import {
  discreteLaplaceRdp,
  exponentialRdp,
  laplaceRdp,
  pureRdp,
  randomizedResponseRdp,
  randomizedResponseSpecialRdp,
} from "./rdp/pure-curves.ts";
import { repeatAndSelectRdp } from "./rdp/repeat-and-select.ts";
import { largestSummedOrder, sampledGaussianRdp } from "./rdp/sampled-gaussian.ts";

/** 1.1 to 10.9 by tenths, 11 to 63, and four large ones: the grid of dp-accounting, so that figures can be compared. */
export const defaultOrders: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 53 }, (_, i) => 11 + i),
  128,
  256,
  512,
  1024,
];

export type RdpSettings = {
  readonly relation?: NeighbouringRelation;
  readonly conversion?: RdpConversion;
  /** Each at least 1. More orders can only tighten the result, and cost time. */
  readonly orders?: readonly number[];
};

/** Composed Rényi curves, with what they were converted by. */
export interface RdpAccountant extends Accountant {
  readonly orders: Float64Array;
  /** One divergence for each order. */
  readonly rdp: Float64Array;
  compose(event: PrivacyEvent, count?: number): Result<RdpAccountant, EventNotSupported>;
  /** As `epsilonAtLeast`, with the order that gave it. */
  epsilonAndOrder(delta: number): ConvertedAt;
}

/**
 * Supports every event but "sampled-with-replacement", "mixture-of-gaussians", "truncated-poisson-gaussian" and batches
 * of a fixed size of anything that is not Gaussian. Relative error of a curve at most 1e-11, added to every figure that comes out.
 * Cost: about 1 ms for a new sampled Gaussian on the default grid; the count of a repetition costs nothing.
 */
export function rdpAccountant(settings: RdpSettings = {}): RdpAccountant {
  const orders = Float64Array.from(settings.orders ?? defaultOrders);
  return withCurve(
    orders,
    new Float64Array(orders.length),
    0,
    settings.relation ?? "add-or-remove-one",
    settings.conversion ?? "canonneKamathSteinke2020",
  );
}

/** The curve of one event, for filters and tables. `extraDelta` is what (epsilon, delta) events put aside. */
export type RdpCurve = { readonly rdp: Float64Array; readonly extraDelta: number };

/** What one event costs at each order, rounded to nearest; the conversion or the filter adds the room. */
export function rdpCurveOf(
  event: PrivacyEvent,
  orders: Float64Array,
  relation: NeighbouringRelation,
): Result<RdpCurve, EventNotSupported> {
  switch (event.kind) {
    case "none":
      return ok({ rdp: orders.map(() => 0), extraDelta: 0 });
    case "non-private":
      return ok({ rdp: orders.map(() => Number.POSITIVE_INFINITY), extraDelta: 0 });
    case "gaussian":
      return curve(orders, (order) => order / (2 * event.noiseMultiplier ** 2));
    case "discrete-gaussian":
      // Canonne, Kamath, Steinke 2020: the curve of the continuous one is an upper bound.
      return curve(orders, (order) => (order * event.sensitivity ** 2) / (2 * event.sigma ** 2));
    case "laplace":
      return curve(orders, (order) => laplaceRdp(1 / event.noiseMultiplier, order));
    case "discrete-laplace":
      return curve(orders, (order) => discreteLaplaceRdp(event.rate, event.sensitivity, order));
    case "zcdp":
      return curve(orders, (order) => event.xi + event.rho * order);
    case "exponential":
      return curve(orders, (order) => exponentialRdp(event.epsilon, order));
    case "permute-and-flip":
      return curve(orders, (order) => laplaceRdp(event.epsilon, order));
    case "epsilon-delta": {
      if (event.delta === 1) return rdpCurveOf({ kind: "non-private" }, orders, relation);
      return ok({ rdp: orders.map((order) => pureRdp(event.epsilon, order)), extraDelta: event.delta });
    }
    case "randomized-response": {
      if (relation === "add-or-remove-one")
        return refused(event, "randomized response answers for every record, so its relation replaces one");
      const rule = relation === "replace-one" ? randomizedResponseRdp : randomizedResponseSpecialRdp;
      return curve(orders, (order) => rule(event.noise, event.buckets, order));
    }
    case "single-epoch-tree": {
      if (relation !== "replace-special")
        return refused(event, "tree aggregation is analysed for a record that is zeroed out");
      const depth = treeDepth(event.stepCounts);
      return curve(orders, (order) => (order * depth) / (2 * event.noiseMultiplier ** 2));
    }
    case "poisson-sampled": {
      if (relation === "replace-one")
        return refused(
          event,
          "the Poisson-sampled Gaussian is analysed for one record added, removed or zeroed out",
        );
      const sigma = gaussianInside(event.event);
      if (sigma === undefined) return amplified(event.event, event.probability, orders, relation);
      return curve(orders, (order) =>
        order === 1
          ? sampledGaussianRdp(event.probability, sigma, 1.0001)
          : sampledGaussianRdp(event.probability, sigma, order),
      );
    }
    case "sampled-without-replacement": {
      if (relation !== "replace-one")
        return refused(event, "batches of a fixed size are analysed for one record replaced by another");
      const sigma = gaussianInside(event.event);
      if (sigma === undefined)
        return refused(event, "only batches of Gaussian events have a Rényi curve here");
      return ok({
        rdp: fixedBatchGaussianRdp(event.sampleSize / event.sourceSize, sigma, orders),
        extraDelta: 0,
      });
    }
    case "self-composed":
      return repeated(event.event, event.count, orders, relation);
    case "composed": {
      const total = { rdp: new Float64Array(orders.length), extraDelta: 0 };
      for (const each of event.events) {
        const one = rdpCurveOf(each, orders, relation);
        if (!one.ok) return one;
        for (let i = 0; i < orders.length; i++) total.rdp[i] = sumUp(total.rdp[i]!, one.value.rdp[i]!);
        total.extraDelta = eitherFails(total.extraDelta, one.value.extraDelta, 1);
      }
      return ok(total);
    }
    case "repeat-and-select": {
      const one = rdpCurveOf(event.event, orders, relation);
      if (!one.ok) return one;
      if (one.value.extraDelta > 0)
        return refused(event, "a selection multiplies delta in a way no theorem bounds here");
      if (typeof event.shape === "number" && event.shape < 0)
        return refused(event, "a truncated negative binomial has a shape of at least zero here");
      return ok({ rdp: repeatAndSelectRdp(orders, one.value.rdp, event.mean, event.shape), extraDelta: 0 });
    }
    case "sampled-with-replacement":
    case "mixture-of-gaussians":
    case "truncated-poisson-gaussian":
      return refused(event, "no Rényi curve is known here; the privacy-loss accountant may know it");
    default:
      return event satisfies never;
  }
}

/** A Poisson sample of anything else that has a curve. */
function amplified(
  inside: PrivacyEvent,
  probability: number,
  orders: Float64Array,
  relation: NeighbouringRelation,
): Result<RdpCurve, EventNotSupported> {
  const inner = rdpCurveOf(inside, orders, relation);
  if (!inner.ok) return inner;
  const most = Math.ceil(orders.reduce((largest, order) => Math.max(largest, order), 2));
  if (most > largestSummedOrder) return inner;
  const wholes = rdpCurveOf(
    inside,
    Float64Array.from({ length: most + 1 }, (_, k) => Math.max(1, k)),
    relation,
  );
  if (!wholes.ok) return wholes;
  const rdp = poissonAmplifiedRdp(probability, orders, inner.value.rdp, wholes.value.rdp);
  return ok({ rdp, extraDelta: probability * inner.value.extraDelta });
}

/** Depth of the deepest tree: ceil(log2(steps + 1)) nodes hold one record. Kairouz et al. 2021 (arXiv 2103.00039). */
export function treeDepth(stepCounts: readonly number[]): number {
  const most = stepCounts.reduce((largest, each) => Math.max(largest, each), 0);
  let depth = 0;
  while (2 ** depth < most + 1) depth++;
  return depth;
}

/** Gaussian releases on the same sample are one Gaussian of smaller noise: the noise that equals them, or undefined. */
export function gaussianInside(event: PrivacyEvent): number | undefined {
  const precision = gaussianPrecision(event);
  return precision === undefined ? undefined : 1 / Math.sqrt(precision);
}

function gaussianPrecision(event: PrivacyEvent): number | undefined {
  switch (event.kind) {
    case "none":
      return 0;
    case "gaussian":
      return event.noiseMultiplier ** -2;
    case "self-composed": {
      const one = gaussianPrecision(event.event);
      return one === undefined || event.count === 0 ? (one === undefined ? one : 0) : one * event.count;
    }
    case "composed": {
      let sum = 0;
      for (const each of event.events) {
        const one = gaussianPrecision(each);
        if (one === undefined) return undefined;
        sum += one;
      }
      return sum;
    }
    default:
      // Not zcdp or the discrete Gaussian, though their curves are Gaussian: amplification sees more of a mechanism
      // than its curve, so a sample of them need not be dominated by the sample of a Gaussian.
      return undefined;
  }
}

function withCurve(
  orders: Float64Array,
  rdp: Float64Array,
  extraDelta: number,
  relation: NeighbouringRelation,
  conversion: RdpConversion,
): RdpAccountant {
  const epsilonAndOrder = (delta: number): ConvertedAt => {
    if (!(delta >= extraDelta)) return { value: Number.POSITIVE_INFINITY, order: orders[0] ?? 1 };
    // 1 - (1 - delta) / (1 - extraDelta), rounded down.
    const left = extraDelta === 0 ? delta : ((delta - extraDelta) / (1 - extraDelta)) * (1 - 2 ** -50);
    return epsilonFromRdp(orders, rdp, left, conversion);
  };
  return {
    name: `rdp (${conversion})`,
    relation,
    orders,
    rdp,
    compose(event, count = 1) {
      expectComposable(event, count);
      const one = repeated(event, count, orders, relation);
      if (!one.ok) return one;
      const sum = rdp.map((each, i) => sumUp(each, one.value.rdp[i]!));
      const aside = eitherFails(extraDelta, one.value.extraDelta, 1);
      return ok(withCurve(orders, sum, aside, relation, conversion));
    },
    epsilonAndOrder,
    epsilonAtLeast: (delta) => epsilonAndOrder(delta).value,
    deltaAtLeast(epsilon) {
      const delta = deltaFromRdp(orders, rdp, epsilon, conversion).value;
      return Math.min(1, eitherFails(delta, extraDelta, 1));
    },
  };
}

function repeated(
  event: PrivacyEvent,
  count: number,
  orders: Float64Array,
  relation: NeighbouringRelation,
): Result<RdpCurve, EventNotSupported> {
  const one = rdpCurveOf(event, orders, relation);
  if (!one.ok || count === 1) return one;
  // Infinity times zero repetitions is nothing.
  const rdp = one.value.rdp.map((each) => (count === 0 ? 0 : each * count));
  return ok({ rdp, extraDelta: eitherFails(0, one.value.extraDelta, count) });
}

/** Never below the true sum, so that a million small events cannot drift below their cost. */
function sumUp(a: number, b: number): number {
  return a === 0 || b === 0 ? a + b : (a + b) * (1 + 2 ** -52);
}

/** 1 - (1 - a)(1 - b)^count, rounded up. */
function eitherFails(a: number, b: number, count: number): number {
  if (b === 0 || count === 0) return a;
  return Math.min(1, -Math.expm1(Math.log1p(-a) + count * Math.log1p(-b)) * (1 + 2 ** -50));
}

function curve(orders: Float64Array, at: (order: number) => number): Result<RdpCurve, never> {
  return ok({ rdp: orders.map(at), extraDelta: 0 });
}

function refused(event: PrivacyEvent, because: string): Result<never, EventNotSupported> {
  return notSupported("rdp", event.kind, because);
}
