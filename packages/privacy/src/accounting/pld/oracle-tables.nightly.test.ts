// Our brackets beside those of dp-accounting for 48 compositions and of Opacus for 40 runs, out of fixtures/pld.

import { readFileSync } from "node:fs";
import { invariant } from "@unseen/base";
import { expect, test } from "vitest";
import type { NeighbouringRelation, PrivacyEvent } from "../event.ts";
import { type Bracket, PldAccountant } from "./pld-accountant.ts";

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/pld/${name}`, import.meta.url), "utf8"));

const tables = fixture("dp-accounting-tables.json");

function spent(
  event: PrivacyEvent,
  count: number,
  relation: NeighbouringRelation = "add-or-remove-one",
  relativeWidth = 1e-3,
): PldAccountant {
  const made = new PldAccountant({ relation, relativeWidth }).compose(event, count);
  invariant(made.ok, "the event is supported");
  return made.value;
}

const dpSgd = (q: number, sigma: number, steps: number, width = 1e-3) =>
  spent(
    { kind: "poisson-sampled", probability: q, event: { kind: "gaussian", noiseMultiplier: sigma } },
    steps,
    "add-or-remove-one",
    width,
  );

function mechanismOf(words: string): readonly [PrivacyEvent, NeighbouringRelation] {
  const numbers = [...words.matchAll(/=([0-9.]+)/g)].map((match) => Number(match[1]));
  const [a = Number.NaN, b = Number.NaN] = numbers;
  const kind = words.split(" ")[0];
  switch (kind) {
    case "gaussian":
      return [{ kind: "gaussian", noiseMultiplier: a / b }, "add-or-remove-one"];
    case "laplace":
      return [{ kind: "laplace", noiseMultiplier: a / b }, "add-or-remove-one"];
    case "discrete_laplace":
      return [{ kind: "discrete-laplace", rate: a, sensitivity: b }, "add-or-remove-one"];
    case "discrete_gaussian":
      return [{ kind: "discrete-gaussian", sigma: a, sensitivity: b }, "add-or-remove-one"];
    case "randomized_response":
      return [{ kind: "randomized-response", noise: a, buckets: b }, "replace-one"];
    default:
      return [
        { kind: "poisson-sampled", probability: a, event: { kind: "laplace", noiseMultiplier: b } },
        "add-or-remove-one",
      ];
  }
}

/**
 * dp-accounting cuts 1e-15 of mass off each composition and adds it to what it answers, optimistic values included;
 * below that its deltas are not of the mechanism.
 */
const theirCut = 1.5e-15;

test("in 48 compositions we are never below dp-accounting's optimistic value nor 0.1 % above its pessimistic one", () => {
  const { rows } = tables.pld;
  expect(rows.length).toBe(48);
  let [compared, tighter] = [0, 0];
  for (const { mechanism, count, eps_at_delta, delta_at_eps } of rows) {
    const [event, relation] = mechanismOf(mechanism);
    const ours = spent(event, count, relation);
    const check = (bracket: Bracket, low: number, high: number, slack: number, what: string) => {
      const where = `${mechanism} x${count} ${what}: ${JSON.stringify(bracket)} beside [${low}, ${high}]`;
      expect(bracket.lower, where).toBeLessThanOrEqual(bracket.upper);
      expect(bracket.upper, where).toBeGreaterThanOrEqual(low * (1 - 1e-9) - slack);
      expect(bracket.upper, where).toBeLessThanOrEqual(high * 1.001 + slack);
      expect(bracket.lower, where).toBeLessThanOrEqual(high * (1 + 1e-9) + slack);
      compared++;
      if (bracket.upper - bracket.lower < high - low) tighter++;
    };
    for (const [delta, low, high] of eps_at_delta)
      check(ours.epsilon(delta), low, high, (10 * theirCut) / delta, `epsilon(${delta})`);
    for (const [epsilon, low, high] of delta_at_eps)
      check(ours.delta(epsilon), low, high, theirCut, `delta(${epsilon})`);
  }
  expect(compared).toBe(48 * 7);
  // Elsewhere both are as tight as the printed digits, or the answer is zero.
  expect(tighter).toBeGreaterThan(150);
});

test("thirty-four PRV values, and six that upstream left out, hold to their stated error", () => {
  const prv = fixture("opacus-prv.json");
  const rows = [...prv["prv_epsilon_at_delta_1e-6"], ...prv.prv_epsilon_commented_out_upstream];
  expect(prv["prv_epsilon_at_delta_1e-6"].length).toBe(34);
  expect(rows.length).toBe(40);
  const prvError = 0.01;
  const off: string[] = [];
  let close = 0;
  for (const { sigma, q, steps, epsilon } of rows) {
    // That tool gives back the upper end of a bracket of 0.01 to each side of its estimate.
    const { lower, upper } = dpSgd(q, sigma, steps, Math.min(1e-3, prvError / 4 / epsilon)).epsilon(1e-6);
    const words = `sigma ${sigma} q ${q} steps ${steps}: ${epsilon} beside ${lower} to ${upper}`;
    expect((upper - lower) / upper, words).toBeLessThanOrEqual(0.01);
    // One run in forty is held up by the size of its lattice, and its lower end lies 0.003 outside.
    if (upper > epsilon || lower < epsilon - 2 * prvError - 3e-3) off.push(words);
    // Their estimate agrees with our upper end to four decimals, in all but the longest runs.
    if (Math.abs(upper - (epsilon - prvError)) < 1.2e-4) close++;
  }
  expect(off).toEqual([]);
  expect(close).toBeGreaterThanOrEqual(20);
  const accountant = prv.accountants.find((each: { accountant: string }) => each.accountant === "prv");
  const { lower, upper } = dpSgd(accountant.q, accountant.sigma, accountant.steps).epsilon(accountant.delta);
  expect(upper).toBeLessThanOrEqual(accountant.epsilon + 1e-4);
  expect(lower).toBeGreaterThanOrEqual(accountant.epsilon - 2 * prvError);
}, 300_000);
