// Every number that others published or computed for privacy loss distributions, out of fixtures/pld. What is left out
// is listed with the reason in not-compared.json, and counted here.

import { readFileSync } from "node:fs";
import { invariant } from "@unseen/base";
import { expect, test } from "vitest";
import type { NeighbouringRelation, PrivacyEvent } from "../event.ts";
import { composeLosses } from "./compose-losses.ts";
import { discreteLaplaceLoss } from "./discrete-loss.ts";
import {
  gaussianLoss,
  mixtureOfGaussiansLoss,
  replacedSampledGaussianLoss,
  sampledGaussianLoss,
} from "./gaussian-loss.ts";
import { laplaceLoss } from "./laplace-loss.ts";
import { deltaOf } from "./loss-curve.ts";
import { latticeOf, rangeOf } from "./loss-lattice.ts";
import type { LossOrder, ReleaseLoss } from "./loss-source.ts";
import { type Bracket, PldAccountant } from "./pld-accountant.ts";

// biome-ignore lint/suspicious/noExplicitAny: rows of foreign tables, each test names the columns it reads
type Row = any;

const fixture = (name: string): Row =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/pld/${name}`, import.meta.url), "utf8"));

const unit = fixture("dp-accounting-unit-values.json") as {
  tests: { class: string; test: string; cases: Row[] }[];
};
const used = new Set<string>();

function rows(name: string, count: number): Row[] {
  const found = unit.tests.filter((each) => `${each.class} ${each.test}` === name || each.test === name);
  const cases = found.flatMap((each) => each.cases);
  expect(found.length, name).toBe(1);
  expect(cases.length, name).toBe(count);
  used.add(found[0]!.test + found[0]!.class);
  return cases;
}

function accountant(event: PrivacyEvent, count = 1, relation: NeighbouringRelation = "add-or-remove-one") {
  const made = new PldAccountant({ relation }).compose(event, count);
  invariant(made.ok, `a ${event.kind} is supported`);
  return made.value;
}

/** The order named by dp-accounting's adjacency: REMOVE is first in ours, and REPLACE and symmetric losses have one. */
function order(loss: ReleaseLoss, adjacency: string): LossOrder {
  return adjacency.endsWith("ADD") ? (loss[1] ?? loss[0]) : loss[0];
}

function deltaBetween(one: LossOrder, epsilon: number): Bracket {
  const source = one(1e-20);
  const [smallest, largest] = rangeOf(source);
  const step = source.spacing === undefined ? (largest - smallest) / 2 ** 13 : source.spacing / 2 ** 12;
  const composed = composeLosses([{ lattice: latticeOf(source, step), count: 1 }], {
    tilt: 0,
    from: 0,
    to: 0,
    rateAbove: 0,
    rateBelow: 0,
    negligible: 1e-12,
  });
  return {
    upper: deltaOf(composed.upper, epsilon, "upper"),
    lower: deltaOf(composed.lower, epsilon, "lower"),
  };
}

function expectWithin({ lower, upper }: Bracket, value: number, digits: number, what: string) {
  expect(lower, what).toBeLessThanOrEqual(value + digits);
  expect(upper, what).toBeGreaterThanOrEqual(value - digits);
  expect(upper - lower, what).toBeLessThanOrEqual(1e-3 * Math.max(1e-2, value));
}

const gaussianBy = (sigma: number, sensitivity: number, probability: number, adjacency: string) =>
  adjacency.endsWith("REPLACE") || adjacency.endsWith("REPLACE_ONE")
    ? replacedSampledGaussianLoss(sensitivity / sigma, probability)
    : probability === 1
      ? gaussianLoss(sensitivity / sigma)
      : sampledGaussianLoss(sensitivity / sigma, probability);

test("every delta of one Gaussian, Laplace, discrete Laplace or mixture lies in our bracket to the digits printed", () => {
  const makers: readonly [string, string, number, number, (row: Row) => ReleaseLoss][] = [
    ["Laplace", "laplace", 24, 6, ([b, s, q]) => laplaceLoss(s / b, q)],
    ["Gaussian", "gaussian", 36, 6, ([sigma, s, q, adjacency]) => gaussianBy(sigma, s, q, adjacency)],
    ["DiscreteLaplace", "discrete_laplace", 23, 4, ([rate, s, q]) => discreteLaplaceLoss(rate, s, q)],
  ];
  for (const [, name, count, vectors, make] of makers) {
    for (const row of rows(`test_${name}_get_delta_for_epsilon`, count)) {
      const [, , , adjacency, epsilon, delta] = row;
      expectWithin(deltaBetween(order(make(row), adjacency), epsilon), delta, 6e-8, JSON.stringify(row));
    }
    for (const row of rows(`test_${name}_get_delta_for_epsilon_vectorized`, vectors)) {
      const [, , , adjacency, epsilons, deltas] = row;
      for (const [i, epsilon] of epsilons.entries()) {
        expectWithin(
          deltaBetween(order(make(row), adjacency), epsilon),
          deltas[i],
          6e-8,
          JSON.stringify(row),
        );
      }
    }
  }
  for (const row of rows("MixtureGaussianPrivacyLossTest test_get_delta_for_epsilon", 12)) {
    const shifts = row.sensitivities.map((s: number) => s / row.standard_deviation);
    const loss = order(mixtureOfGaussiansLoss(shifts, row.sampling_probs), row.adjacency_type);
    expectWithin(deltaBetween(loss, row.epsilon), row.expected_delta, 6e-8, JSON.stringify(row));
  }
});

test("the loss of an outcome and the outcome of a loss are as printed, where they are not a matter of convention", () => {
  // Their outcomes grow where the loss falls, in units of the data; ours grow with the loss, in standard deviations.
  for (const [sigma, s, q, adjacency, x, expected] of rows("test_gaussian_privacy_loss", 36)) {
    const piece = order(gaussianBy(sigma, s, q, adjacency), adjacency)(1e-200).pieces[0]!;
    expect(piece.loss(ourOutcome(q, adjacency, x, sigma, s))).toBeCloseTo(expected, 6);
  }
  for (const [sigma, s, q, adjacency, loss, x] of rows("test_gaussian_inverse_privacy_loss", 36)) {
    const piece = order(gaussianBy(sigma, s, q, adjacency), adjacency)(1e-200).pieces[0]!;
    if (typeof x !== "number") continue;
    expect(piece.outcomeAt(loss, piece.from)).toBeCloseTo(ourOutcome(q, adjacency, x, sigma, s), 5);
  }
  for (const row of rows("MixtureGaussianPrivacyLossTest test_privacy_loss", 20)) {
    const sigma = row.standard_deviation;
    const shifts = row.sensitivities.map((each: number) => each / sigma);
    const loss = mixtureOfGaussiansLoss(shifts, row.sampling_probs);
    const q = loss.length === 1 ? 1 : 0.5;
    const piece = order(loss, row.adjacency_type)(1e-200).pieces[0]!;
    const outcome = ourOutcome(q, row.adjacency_type, row.x, sigma, row.sensitivities[0]);
    expect(piece.loss(outcome), JSON.stringify(row)).toBeCloseTo(row.expected_privacy_loss, 6);
  }
  for (const [b, s, q, adjacency, x, expected] of rows("test_laplace_privacy_loss", 18)) {
    const source = order(laplaceLoss(s / b, q), adjacency)(1e-20);
    const piece = source.pieces[0]!;
    const outcome = adjacency.endsWith("ADD") ? (s - x) / b : -x / b;
    expect(piece.loss(Math.min(piece.to, Math.max(piece.from, outcome)))).toBeCloseTo(expected, 6);
  }

  function ourOutcome(q: number, adjacency: string, x: number, sigma: number, s: number): number {
    if (adjacency.endsWith("REPLACE")) return q === 1 ? (s - x) / sigma : -x / sigma;
    // Plain noise has one order in ours, the removed one, with P around the sensitivity.
    return adjacency.endsWith("ADD") && q === 1 ? (s - x) / sigma : -x / sigma;
  }
});

test("noise that was calibrated elsewhere gives the delta it was calibrated for", () => {
  for (const [s, q, adjacency, epsilon, delta, b] of rows("test_laplace_from_privacy_parameters", 8)) {
    const { lower } = deltaBetween(order(laplaceLoss(s / b, q), adjacency), epsilon);
    expect(lower).toBeLessThanOrEqual(delta * 1.0001 + 1e-7);
  }
  for (const [s, q, adjacency, epsilon, delta, rate] of rows(
    "test_discrete_laplace_from_privacy_parameters",
    8,
  )) {
    const { lower } = deltaBetween(order(discreteLaplaceLoss(rate, s, q), adjacency), epsilon);
    expect(lower).toBeLessThanOrEqual(delta * 1.0001 + 1e-7);
  }
  for (const row of rows("test_gaussian_from_privacy_parameters", 22)) {
    const [s, q, adjacency, epsilon, delta, sigma] = row;
    const bracket = deltaBetween(order(gaussianBy(sigma, s, q, adjacency), adjacency), epsilon);
    expect(bracket.lower, JSON.stringify(row)).toBeLessThanOrEqual(delta * 1.01 + 1e-6);
    expect(bracket.upper, JSON.stringify(row)).toBeGreaterThanOrEqual(delta * 0.99 - 1e-6);
  }
});

test("the upper lattice is the one of connect-the-dots, mass by mass", () => {
  type Masses = Readonly<Record<string, number>>;
  const compare = (loss: ReleaseLoss, adjacency: string, step: number, expected: Masses, wholly: boolean) => {
    const lattice = latticeOf(order(loss, adjacency)(1e-18), step);
    const places = Object.keys(expected).map(Number);
    const [low, high] = [Math.min(...places), Math.max(...places)];
    for (const place of places) {
      // Where tails are cut, theirs are cut elsewhere, and the outermost points take the difference.
      if (!wholly && (place <= low + 1 || place >= high - 1)) continue;
      compared++;
      expect(
        lattice.upper[place - lattice.first] ?? 0,
        `${adjacency} ${step} ${JSON.stringify(expected)} at ${place}`,
      ).toBeCloseTo(expected[place]!, 7);
    }
  };
  let compared = 0;
  for (const [b, s, q, remove, add] of swapped(
    rows("test_laplace_varying_parameter_and_sensitivity_connect_dots", 8),
  )) {
    compare(laplaceLoss(s / b, q), "REMOVE", 1, remove, true);
    compare(laplaceLoss(s / b, q), "ADD", 1, add, true);
  }
  for (const [step, masses] of rows("test_laplace_discretization_connect_dots", 2)) {
    compare(laplaceLoss(1), "REMOVE", step, masses, true);
  }
  for (const [rate, s, q, remove, add] of swapped(
    rows("test_discrete_laplace_varying_parameter_and_sensitivity_connect_dots", 8),
  )) {
    compare(discreteLaplaceLoss(rate, s, q), "REMOVE", 1, remove, true);
    compare(discreteLaplaceLoss(rate, s, q), "ADD", 1, add, true);
  }
  for (const [step, masses] of rows("test_discrete_laplace_discretization_connect_dots", 2)) {
    compare(discreteLaplaceLoss(1, 1), "REMOVE", step, masses, true);
  }
  for (const row of rows("test_gaussian_varying_standard_deviation_and_sensitivity_connect_dots", 16)) {
    const [sigma, s, q, relation, add, , remove] = row;
    compare(gaussianBy(sigma, s, q, relation), "ADD", 1, add, false);
    if (remove !== undefined) compare(gaussianBy(sigma, s, q, relation), "REMOVE", 1, remove, false);
  }
  for (const [step, , masses] of rows("test_gaussian_discretization_connect_dots", 2)) {
    compare(gaussianLoss(1), "REMOVE", step, masses, false);
  }
  expect(compared).toBeGreaterThan(140);

  /** Their tables name the added order first. */
  function swapped(table: Row[]): Row[] {
    return table.map(([a, s, q, first, second]) => [a, s, q, second ?? first, first]);
  }
});

test("the accountant's own known answers hold", () => {
  for (const { sensitivity, epsilon, delta, num_queries, expected_parameter } of rows(
    "test_get_smallest_laplace_noise",
    4,
  )) {
    const spend = (b: number) =>
      accountant({ kind: "laplace", noiseMultiplier: b / sensitivity }, num_queries).delta(epsilon);
    expect(spend(expected_parameter * 1.01).upper).toBeLessThanOrEqual(delta);
    if (delta > 0) expect(spend(expected_parameter * 0.98).lower).toBeGreaterThan(delta);
  }
  for (const { sensitivity, epsilon, delta, num_queries, expected_parameter } of rows(
    "test_get_smallest_discrete_laplace_noise",
    3,
  )) {
    const spend = (rate: number) =>
      accountant({ kind: "discrete-laplace", rate, sensitivity }, num_queries).delta(epsilon);
    // Found there to a thousandth, up or down.
    expect(spend(expected_parameter - 1.1e-3).upper).toBeLessThanOrEqual(delta);
    if (delta > 0) expect(spend(expected_parameter + 1.1e-3).lower).toBeGreaterThan(delta);
  }
  for (const { sensitivity, epsilon, delta, num_queries, expected_std } of rows(
    "test_get_smallest_gaussian_noise",
    2,
  )) {
    const { lower, upper } = accountant(
      { kind: "gaussian", noiseMultiplier: expected_std / sensitivity },
      num_queries,
    ).delta(epsilon);
    expect(lower).toBeCloseTo(delta, 6);
    expect(upper).toBeCloseTo(delta, 6);
  }
  for (const { sensitivity, sampling_prob, epsilon, delta, num_queries, expected_std } of rows(
    "test_get_smallest_subsampled_gaussian_noise",
    2,
  )) {
    const spend = (std: number) =>
      accountant(
        {
          kind: "poisson-sampled",
          probability: sampling_prob,
          event: { kind: "gaussian", noiseMultiplier: std / sensitivity },
        },
        num_queries,
      ).delta(epsilon);
    expect(spend(expected_std * 1.001).upper).toBeLessThanOrEqual(delta);
    expect(spend(expected_std * 0.999).lower).toBeGreaterThan(delta);
  }
  for (const { epsilon, delta, total_delta, num_queries, expected_total_epsilon } of rows(
    "test_advanced_composition",
    5,
  )) {
    const { upper } = accountant({ kind: "epsilon-delta", epsilon, delta }, num_queries).epsilon(total_delta);
    if (expected_total_epsilon === null) expect(upper).toBe(Number.POSITIVE_INFINITY);
    else expect(upper).toBeLessThanOrEqual(expected_total_epsilon * (1 + 1e-9));
  }
  for (const { total_epsilon, total_delta, delta, num_queries, expected_epsilon } of rows(
    "test_get_smallest_epsilon_from_advanced_composition",
    5,
  )) {
    const spend = (epsilon: number) =>
      accountant({ kind: "epsilon-delta", epsilon, delta }, num_queries).epsilon(total_delta).upper;
    if (expected_epsilon === null) expect(spend(1e-3)).toBe(Number.POSITIVE_INFINITY);
    else expect(spend(expected_epsilon)).toBeLessThanOrEqual(total_epsilon * 1.01);
  }
  for (const [relation, noise, buckets, expected] of rows("test_randomized_response", 3)) {
    const ours = relation.endsWith("REPLACE_ONE") ? "replace-one" : "replace-special";
    const { lower, upper } = accountant({ kind: "randomized-response", noise, buckets }, 1, ours).epsilon(0);
    expect(lower).toBeCloseTo(expected, 9);
    expect(upper).toBeCloseTo(expected, 9);
  }
});

test("no noise is no privacy, and a sample of nobody costs nothing", () => {
  const noiseless = rows("test_additive_noise_mechanisms_with_zero_noise_multiplier", 6)
    .map(eventOf)
    .filter((event) => event !== undefined);
  expect(noiseless.length).toBeGreaterThanOrEqual(3);
  for (const event of noiseless) expect(accountant(event).epsilon(0.1).lower).toBe(Number.POSITIVE_INFINITY);
  const empty = rows("test_poisson_subsampling_with_zero_probability", 6)
    .map(eventOf)
    .filter((event) => event !== undefined);
  expect(empty.length).toBeGreaterThanOrEqual(2);
  for (const event of empty) expect(accountant(event).epsilon(1e-9)).toEqual({ lower: 0, upper: 0 });

  /** Events that our parser refuses at the door (a rate of zero, a mixture without noise) have no counterpart. */
  function eventOf({ call, args }: Row): PrivacyEvent | undefined {
    switch (call) {
      case "dp_event.GaussianDpEvent":
        return { kind: "gaussian", noiseMultiplier: args[0] };
      case "dp_event.LaplaceDpEvent":
        return { kind: "laplace", noiseMultiplier: args[0] };
      case "dp_event.PoissonSampledDpEvent": {
        const event = eventOf(args[1]);
        return event && { kind: "poisson-sampled", probability: args[0], event };
      }
      case "dp_event.TruncatedSubsampledGaussianDpEvent":
        return undefined;
      default:
        return undefined;
    }
  }
});

test("an attacker's true positive rate is bounded by the printed one", () => {
  const gaussian = accountant({ kind: "gaussian", noiseMultiplier: 1 });
  for (const [fpr, tpr] of rows("test_gaussian_tpr_at_extreme_fpr", 8)) {
    expect(gaussian.truePositiveRateAt(fpr) / tpr).toBeGreaterThan(0.999);
    expect(gaussian.truePositiveRateAt(fpr) / tpr).toBeLessThan(1.01);
  }
  for (const [buckets, fpr, tpr] of rows("test_randomized_response_tpr", 6)) {
    const response = accountant({ kind: "randomized-response", noise: 0.5, buckets }, 1, "replace-one");
    expect(response.truePositiveRateAt(fpr)).toBeCloseTo(tpr, 3);
  }
  for (const [fpr, tpr] of rows("test_randomized_response_tpr_at_extreme_fprs", 7)) {
    const response = accountant({ kind: "randomized-response", noise: 0.5, buckets: 2 }, 1, "replace-one");
    expect(response.truePositiveRateAt(fpr) / tpr).toBeCloseTo(1, 3);
  }
});

test("no copied row is left unread, and what is not compared is counted", () => {
  const notCompared = fixture("not-compared.json");
  expect([...used].sort()).toEqual(unit.tests.map((each) => each.test + each.class).sort());
  const counted = notCompared.notCompared.reduce((sum: number, each: Row) => sum + each.rows, 0);
  expect(notCompared.compared).toBe(unit.tests.reduce((sum, each) => sum + each.cases.length, 0));
  expect(notCompared.compared + counted).toBe(notCompared.rows);
  expect(notCompared.rows).toBe(1104);
});
