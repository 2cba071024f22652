// Numbers of other libraries that have no test of their own beside a mechanism, and the census of all of them: each table
// under fixtures/ is compared by a named test or listed with the reason.

import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { PrivacyEvent } from "./accounting/event.ts";
import { pureAccountant } from "./accounting/pure.ts";
import { amplifiedEpsilon } from "./accounting/pure-loss.ts";
import { zcdpAccountant } from "./accounting/zcdp.ts";
import { probabilityAtMost, regularizedBeta } from "./audit/clopper-pearson.ts";
import { fromDoubleRoundedDown, rationalToNumber } from "./budget/rational.ts";
import { gaussianHalfWidthAtLeast, laplaceHalfWidthAtLeast } from "./mechanisms/half-width.ts";
import { laplaceThresholdAtLeast } from "./mechanisms/threshold-selection.ts";
import { readFixture } from "./testing/reference-noise.ts";

// biome-ignore lint/suspicious/noExplicitAny: foreign JSON of many shapes; a wrong shape fails the comparison
type Foreign = any;

const google = readFixture("google-known-answers.json") as Foreign;
const opendp = readFixture("opendp-known-answers.json") as Foreign;
const jax = readFixture("jax-privacy-unit-values.json") as Foreign;

/** So fine that discrete noise is continuous to eight digits. */
const grid = 2 ** 30;
const onGrid = (value: number) => fromDoubleRoundedDown(value * grid);

test("error bars are as wide as Google's intervals", () => {
  for (const { lambda, alpha, ci } of google.ci_laplace) {
    const ours = Number(laplaceHalfWidthAtLeast(onGrid(lambda), 1 - alpha)) / grid;
    expect(ours / ((ci[1] - ci[0]) / 2)).toBeCloseTo(1, 6);
  }
  for (const { sigma, alpha, ci } of google.ci_gaussian) {
    const ours = Number(gaussianHalfWidthAtLeast(onGrid(sigma * sigma * grid), 1 - alpha)) / grid;
    expect(ours / ((ci[1] - ci[0]) / 2)).toBeCloseTo(1, 6);
  }
});

test("quantiles of noise are Google's, as half-widths of the confidence between both tails", () => {
  let left = 0;
  for (const { lambda, p, x } of google.inverse_cdf_laplace) {
    const tail = Math.min(p, 1 - p);
    // Below this, 1 - 2 tail has no digits of the tail left: such a confidence cannot be asked for.
    if (tail < 1e-12) left++;
    else
      expect(Number(laplaceHalfWidthAtLeast(onGrid(lambda), 1 - 2 * tail)) / grid / Math.abs(x)).toBeCloseTo(
        1,
        6,
      );
  }
  expect(left).toBe(1);
  for (const { sigma, p, x } of google.inverse_cdf_gaussian) {
    const tail = Math.min(p, 1 - p);
    const ours = Number(gaussianHalfWidthAtLeast(onGrid(sigma * sigma * grid), 1 - 2 * tail)) / grid;
    expect(ours / Math.abs(x)).toBeCloseTo(1, 6);
  }
});

test("a delta that Google gives for a threshold asks for that threshold here", () => {
  for (const { l0, linf, epsilon, k, delta } of google["laplace_delta_for_threshold_rel_1e-2"]) {
    const scale = (l0 * linf) / epsilon;
    const ours = laplaceThresholdAtLeast({
      mostEach: BigInt(linf * grid),
      mostGroups: l0,
      delta: fromDoubleRoundedDown(delta),
      scale: onGrid(scale),
    });
    // The source gives delta to 1 % and more: that is this much of a threshold.
    expect(Math.abs(Number(ours) / grid - k)).toBeLessThan(scale * 0.02);
  }
});

const pureEpsilon = (event: PrivacyEvent) => {
  const composed = pureAccountant("replace-one").compose(event);
  return composed.ok ? composed.value.epsilonAtLeast(0) : Number.POSITIVE_INFINITY;
};

test("randomized response, amplification and choices lose what OpenDP says", () => {
  const response = (truth: number, buckets: number): PrivacyEvent => {
    // Truth with 1 - noise + noise / buckets.
    const noise = ((1 - truth) * buckets) / (buckets - 1);
    return { kind: "randomized-response", noise, buckets };
  };
  const bool = opendp.randomized_response_bool_eps;
  expect(pureEpsilon(response(0.75, 2))).toBeCloseTo(bool["p=0.75"], 10);
  expect(pureEpsilon(response(0.5, 2))).toBe(bool["p=0.5"]);
  expect(pureEpsilon(response(1, 2))).toBe(Number(bool["p=1"]));
  expect(pureEpsilon(response(0.75, 4))).toBeCloseTo(
    opendp.randomized_response_eps["4 categories, p=0.75"],
    10,
  );
  const { accepts_eps, rejects_eps } = opendp.population_amplification;
  const amplified = amplifiedEpsilon(2, 10 / 100);
  expect(amplified).toBeLessThanOrEqual(accepts_eps);
  expect(amplified).toBeGreaterThan(rejects_eps);
  const rho = (epsilon: number) => {
    const composed = zcdpAccountant().compose({ kind: "exponential", epsilon });
    return composed.ok ? rationalToNumber(composed.value.total.rho) : Number.NaN;
  };
  // A score moves either way by 0.75 (a row is added) or by 1 (two rows of a known number): twice that is its range.
  expect(rho(1.5)).toBe(opendp["private_quantile_rho(alpha=0.75,scale=1,d_in=1,unsized)"]);
  expect(rho(2)).toBe(opendp["private_quantile_rho(sized,d_in=2,scale=1)"]);
});

test("the upper end of a binomial interval has the tail that was asked for, where JAX Privacy simulates it", () => {
  const { n: trials, k_frac: shares, significance } = jax.clopper_pearson_upper;
  let compared = 0;
  for (const n of trials)
    for (const share of shares)
      for (const tail of significance) {
        const hits = Math.round(n * share);
        // P(Binomial(n, p) <= hits), exactly.
        expect(1 - regularizedBeta(hits + 1, n - hits, probabilityAtMost(hits, n, tail))).toBeCloseTo(
          tail,
          9,
        );
        compared++;
      }
  expect(compared).toBe(45);
});

type Census = {
  readonly compared: readonly {
    readonly file: string;
    readonly table: string;
    readonly rows: number;
    readonly by: string;
  }[];
  readonly notCompared: readonly {
    readonly file: string;
    readonly table: string;
    readonly rows: number;
    readonly reason: string;
  }[];
  readonly sources: Readonly<Record<string, number>>;
};

test("each table of numbers is compared by a test that names it, or listed with the reason", () => {
  const { compared, notCompared, sources } = readFixture("census.json") as Census;
  const room = new URL("../", import.meta.url);
  for (const { file, table, by } of compared) {
    expect(existsSync(new URL(by, room)), by).toBe(true);
    const name = table.split("(")[0]!;
    expect(readFileSync(new URL(by, room), "utf8"), `${file}: ${table} in ${by}`).toContain(name);
  }
  for (const { reason } of notCompared) expect(reason.length).toBeGreaterThan(20);
  const total = new Map<string, number>();
  for (const { file, rows } of [...compared, ...notCompared]) total.set(file, (total.get(file) ?? 0) + rows);
  expect(Object.fromEntries(total)).toEqual(sources);
  const rowsOf = (all: readonly { readonly rows: number }[]) => all.reduce((sum, { rows }) => sum + rows, 0);
  // As docs/how-we-know.md says.
  expect([rowsOf(compared), rowsOf(notCompared)]).toEqual([239, 1136]);
  // Where a source was copied whole, its tables are counted again.
  for (const file of ["google-known-answers.json", "ldp-reference.json", "zcdp-conversion-reference.json"]) {
    const tables = Object.entries(readFixture(file) as Foreign).filter(([, rows]) => Array.isArray(rows));
    for (const [table, rows] of tables as [string, unknown[]][]) {
      const claimed = [...compared, ...notCompared].filter(
        (each) => each.file === file && each.table === table,
      );
      expect(
        claimed.reduce((sum, each) => sum + each.rows, 0),
        `${file}: ${table}`,
      ).toBe(rows.length);
    }
  }
});
