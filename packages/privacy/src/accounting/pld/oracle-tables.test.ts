// Our brackets of published DP-SGD runs beside those of dp-accounting and of Microsoft's PRV accountant, out of
// fixtures/pld. Opacus's values and the 48 compositions stand in oracle-tables.nightly.test.ts.

import { readFileSync } from "node:fs";
import { invariant } from "@unseen/base";
import { expect, test } from "vitest";
import type { NeighbouringRelation, PrivacyEvent } from "../event.ts";
import { PldAccountant } from "./pld-accountant.ts";

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

test("thirteen DP-SGD runs lie between dp-accounting's two values, one per cent or less apart", () => {
  expect(tables.dpsgd_epsilon.length).toBe(13);
  for (const row of tables.dpsgd_epsilon) {
    const { lower, upper } = dpSgd(row.batch / row.n, row.sigma, row.steps).epsilon(row.delta);
    const where = `${JSON.stringify(row)}: ${lower} to ${upper}`;
    expect(upper, where).toBeGreaterThanOrEqual(row["eps_pld_optimistic_1e-4"]);
    expect(upper, where).toBeLessThanOrEqual(row["eps_pld_pessimistic_1e-4"] * 1.001);
    expect(lower, where).toBeLessThanOrEqual(row["eps_pld_pessimistic_1e-4"]);
    expect(lower, where).toBeLessThanOrEqual(row.eps_rdp_default);
    expect((upper - lower) / upper, where).toBeLessThanOrEqual(0.01);
  }
});

test("nine published runs lie wholly inside the brackets of Microsoft's PRV accountant", () => {
  const { rows } = fixture("prv-brackets.json");
  expect(rows.length).toBe(9);
  for (const row of rows) {
    const { lower, upper } = dpSgd(row.batch / row.n, row.sigma, row.steps).epsilon(row.delta);
    expect(lower, JSON.stringify(row)).toBeGreaterThanOrEqual(row.lower);
    expect(upper, JSON.stringify(row)).toBeLessThanOrEqual(row.upper);
  }
});
