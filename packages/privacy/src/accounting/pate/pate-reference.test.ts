// The vectors of the authors' own tests, and what they leave open as properties.

import fc from "fast-check";
import { expect, test } from "vitest";
import { readFixture } from "../../testing/reference-noise.ts";
import { gaussianVoteRdp, independentVoteRdp } from "./vote-rdp.ts";
import { sensitivityConditions, thresholdSensitivities, voteSensitivities } from "./vote-sensitivity.ts";

// biome-ignore lint/suspicious/noExplicitAny: foreign JSON; a wrong shape fails the comparison
type Foreign = any;
const reference = readFixture("accounting/pate-reference.json") as Foreign;

/** 1e-8 relative, as the source asks; its printed digits are nine. */
function expectAll(ours: Float64Array, theirs: readonly number[]): void {
  expect(ours).toHaveLength(theirs.length);
  for (const [at, value] of theirs.entries())
    expect(Math.abs(ours[at]! - value), `entry ${at}: ${ours[at]}, ${value}`).toBeLessThanOrEqual(
      1e-8 * value,
    );
}

test("what one teacher moves a vote's loss by is what the authors' tests say, at each distance", () => {
  const rows: Foreign[] = reference.local_sensitivity_gnmax;
  expect(rows).toHaveLength(2);
  for (const { counts, num_teachers, sigma, order, values, run_length_values } of rows) {
    const theirs =
      values ?? run_length_values.flatMap(([value, count]: [number, number]) => Array(count).fill(value));
    expectAll(voteSensitivities(counts, num_teachers, { sigma, order, options: counts.length }), theirs);
  }
});

test("what one teacher moves a threshold's loss by is what the authors' tests say, at each distance", () => {
  const rows: Foreign[] = reference.local_sensitivity_threshold;
  expect(rows).toHaveLength(4);
  // Two differences stand twice in the source with the rounding of ln(1 - P) near P = 1 in them; with 140 digits they are:
  const exact = new Map([
    [0.0901543247, 0.0901543265957],
    [0.116054002, 0.116054000336],
  ]);
  let corrected = 0;
  for (const { counts, num_teachers, threshold, sigma, order, values } of rows) {
    const right = (values as number[]).map((value) => exact.get(value) ?? value);
    corrected += (values as number[]).filter((value) => exact.has(value)).length;
    expectAll(thresholdSensitivities(Math.max(...counts), num_teachers, threshold, { sigma, order }), right);
  }
  expect(corrected).toBe(4);
});

test("the conditions of the sensitivity bound hold and fail where the authors' tests say", () => {
  const rows: Foreign[] = reference["check_conditions(sigma,num_classes,order)"];
  expect(rows).toHaveLength(2);
  for (const [sigma, options, order, curveGrows, stepGrows] of rows)
    expect(sensitivityConditions({ sigma, options, order })).toEqual({ curveGrows, stepGrows });
});

test("below q0 the loss falls with q, above it is that of any votes", () => {
  const { orders, sigmas, neg_log_q0_sigma_major: breaks } = reference.rdp_gaussian_data_dependent_neg_log_q0;
  let compared = 0;
  for (const [at, negative] of (breaks as (number | null)[]).entries()) {
    const [sigma, order] = [sigmas[Math.floor(at / orders.length)], orders[at % orders.length]];
    if (negative === null) continue;
    const below = [0, Math.LN2, Math.log(4), Math.log(8)].map((less) =>
      gaussianVoteRdp(-negative - less, sigma, order),
    );
    for (let i = 1; i < below.length; i++) expect(below[i]!).toBeLessThan(below[i - 1]!);
    for (const more of [0.1, 0.2, 0.3, 0.4])
      expect(gaussianVoteRdp(Math.log(Math.exp(-negative) + more), sigma, order)).toBe(
        independentVoteRdp(sigma, order),
      );
    compared++;
  }
  expect(compared).toBe(15);
});

test("no data-dependent loss is above the data-independent one", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -600, max: -0.01, noNaN: true }),
      fc.double({ min: 0.3, max: 2000, noNaN: true }),
      fc.double({ min: 1.01, max: 300, noNaN: true }),
      (logQ, sigma, order) => {
        const loss = gaussianVoteRdp(logQ, sigma, order);
        expect(loss).toBeGreaterThanOrEqual(0);
        expect(loss).toBeLessThanOrEqual(independentVoteRdp(sigma, order));
      },
    ),
  );
});
