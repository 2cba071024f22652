// Every number of the reference data that an accountant here can reproduce. One file, although long, because its last
// test counts: rows compared here plus rows listed in not-compared.json are all rows, so none is skipped in silence.

import { expect, test } from "vitest";
import { parseDelta } from "../budget/atto-delta.ts";
import { readFixture } from "../testing/reference-noise.ts";
import { largestEpsilonEach, optimalCompositionAtLeast } from "./advanced-composition.ts";
import {
  deltaOfGaussianAtLeast,
  epsilonOfGaussianAtLeast,
  gaussianNoiseAtLeast,
} from "./analytic-gaussian.ts";
import { noiseMultiplierFor } from "./calibration.ts";
import { eventFrom, type NeighbouringRelation, type PrivacyEvent } from "./event.ts";
import { centralLimitEpsilonNeverForAGuarantee } from "./gdp.ts";
import { pureAccountant } from "./pure.ts";
import { epsilonFromRdp } from "./rdp/conversions.ts";
import { fixedBatchGaussianRdp } from "./rdp/fixed-batch-gaussian.ts";
import { randomizedResponseRdp, randomizedResponseSpecialRdp } from "./rdp/pure-curves.ts";
import { haltingProbability, meanRepetitions } from "./rdp/repeat-and-select.ts";
import { logMoment, sampledGaussianRdp } from "./rdp/sampled-gaussian.ts";
import { gaussianInside, type RdpAccountant, type RdpSettings, rdpAccountant, rdpCurveOf } from "./rdp.ts";
import { logNormalBelow } from "./special-functions.ts";
import { zcdpAccountant } from "./zcdp.ts";

// biome-ignore lint/suspicious/noExplicitAny: foreign JSON of a dozen shapes; a wrong shape fails the comparison
type Foreign = any;

const files = new Map<string, Foreign>();
const compared = new Map<string, number>();

function fixture(name: string): Foreign {
  const known = files.get(name) ?? readFixture(`accounting/${name}`);
  files.set(name, known);
  return known;
}

/** Notes that `rows` rows of a table were compared. */
function note(file: string, table: string, rows: number): void {
  compared.set(`${file}: ${table}`, (compared.get(`${file}: ${table}`) ?? 0) + rows);
}

/** The rows of one unit test of a foreign suite: its cases, or the products of its parameters. */
function rowsOf(file: string, suite: string, name: string): Foreign[] {
  const all = fixture(file).files.flatMap((each: Foreign) => each.tests);
  const found = all.filter((each: Foreign) => each.class === suite && each.test === name);
  expect(found).toHaveLength(1);
  const rows = [...found[0].cases, ...products(found[0].product)];
  note(file, `${suite}.${name}`, rows.length);
  return rows;
}

function products(of: Record<string, Foreign[]> | undefined): Foreign[] {
  if (of === undefined) return [];
  return Object.values(of).reduce<Foreign[]>(
    (rows, next) => rows.flatMap((row) => next.map((x) => [...row, x])),
    [[]],
  );
}

function rdpOf(event: PrivacyEvent, settings: RdpSettings = {}, count = 1): RdpAccountant {
  const composed = rdpAccountant(settings).compose(event, count);
  return composed.ok ? composed.value : expect.fail(composed.problem.because);
}

const dp = "dp-accounting-unit-values.json";
const dense = "dense-rdp-tables.json";
const tf = "tf-privacy-unit-values.json";
const opacus = "opacus-reference.json";
const pipeline = "pipelinedp-unit-values.json";
const go = "google-go-known-answers.json";
const published = "published-dpsgd-values.json";
const analytic = "analytic-gaussian-reference.json";

const gaussian = (noiseMultiplier: number): PrivacyEvent => ({ kind: "gaussian", noiseMultiplier });
const sampled = (probability: number, noise: number): PrivacyEvent => ({
  kind: "poisson-sampled",
  probability,
  event: gaussian(noise),
});
const steps = (n: number, batch: number, epochs: number) => Math.ceil((epochs * n) / batch);

test("noise for (epsilon, delta) has every digit of the reference, and is never less", () => {
  for (const row of fixture(analytic).calibration) {
    const ours = gaussianNoiseAtLeast(Number(row.epsilon), Number(row.delta)) * row.sensitivity;
    const off = ours / Number(row.sigma_analytic_25digits) - 1;
    expect(off).toBeGreaterThan(-(2 ** -52));
    expect(off).toBeLessThan(1e-11);
    note(analytic, "calibration", 1);
  }
  for (const row of fixture(analytic).profile) {
    const ours = deltaOfGaussianAtLeast(Number(row.sigma), Number(row.epsilon));
    const theirs = Number(row.delta_25digits);
    expect(ours).toBeGreaterThan(theirs * (1 - 2 ** -52));
    // One row is 1e-547, below every double: the smallest double is the bound.
    expect(ours).toBeLessThanOrEqual(theirs === 0 ? Number.MIN_VALUE : theirs * (1 + 1e-10));
    note(analytic, "profile", 1);
  }
});

test("the delta of the Gaussian mechanism is that of Google's Go library", () => {
  for (const row of fixture(go).delta_for_gaussian) {
    const noise = Number(row.sigma) / (Math.sqrt(row.l0) * Number(row.linf));
    const ours = deltaOfGaussianAtLeast(noise, Number(row.epsilon));
    expect(Math.abs(ours - row.delta)).toBeLessThanOrEqual(1e-10 * row.delta);
    note(go, "delta_for_gaussian", 1);
  }
  for (const row of fixture(go).gaussian_threshold) {
    const noise = gaussianNoiseAtLeast(row.epsilon, row.noise_delta) * Math.sqrt(row.l0) * row.linf;
    expect(noise / Math.round(noise)).toBeCloseTo(1, 9);
    // The row with two groups is listed: its threshold's delta does not fit its threshold.
    if (row.l0 > 1) continue;
    // The threshold lies above one person's contribution by as many deviations as the threshold's delta leaves.
    expect(Math.exp(logNormalBelow((row.linf - row.threshold) / noise)) / row.threshold_delta).toBeCloseTo(
      1,
      9,
    );
    note(go, "gaussian_threshold", 1);
  }
});

test("noise and epsilon of the Gaussian mechanism invert each other", () => {
  for (const [epsilon, delta] of rowsOf(
    dp,
    "GaussianTest",
    "test_get_epsilon_gaussian_inverts_get_sigma_gaussian",
  )) {
    const noise = gaussianNoiseAtLeast(epsilon, delta);
    if (delta === 0) expect(noise).toBe(Number.POSITIVE_INFINITY);
    else if (delta === 1) expect(noise).toBe(0);
    else
      expect(Math.abs(epsilonOfGaussianAtLeast(noise, delta) - epsilon)).toBeLessThan(1e-7 * epsilon + 1e-10);
  }
  for (const [noise, delta] of rowsOf(
    dp,
    "GaussianTest",
    "test_get_sigma_gaussian_inverts_get_epsilon_gaussian",
  )) {
    const epsilon = epsilonOfGaussianAtLeast(noise, delta);
    if (delta === 0) expect(epsilon).toBe(Number.POSITIVE_INFINITY);
    else if (epsilon === 0) expect(deltaOfGaussianAtLeast(noise, 0)).toBeLessThanOrEqual(delta);
    else expect(gaussianNoiseAtLeast(epsilon, delta) / noise - 1).toBeCloseTo(0, 8);
  }
  for (const [noise, delta] of rowsOf(dp, "GaussianTest", "test_get_epsilon_gaussian_pld")) {
    // The exact epsilon attains its delta, and no composition theorem is below it.
    const epsilon = epsilonOfGaussianAtLeast(noise, delta);
    expect(deltaOfGaussianAtLeast(noise, epsilon) / delta).toBeCloseTo(1, 9);
    expect(rdpOf(gaussian(noise)).epsilonAtLeast(delta)).toBeGreaterThanOrEqual(epsilon);
  }
});

test("Rényi curves of sampled Gaussians equal the dense table, or 40 digits where the table is only a bound", () => {
  const table = fixture(dense).rdp_poisson_gaussian;
  const exact = new Map<string, number>(
    fixture("sampled-gaussian-mpmath.json").rdp_poisson_gaussian.map((row: Foreign) => [
      `${row.q} ${row.sigma} ${row.order}`,
      Number(row.rdp_mpmath),
    ]),
  );
  let byDigits = 0;
  for (const row of table.rows) {
    for (const [i, order] of table.orders.entries()) {
      const [ours, theirs] = [sampledGaussianRdp(row.q, row.sigma, order), Number(row.rdp[i])];
      const digits = exact.get(`${row.q} ${row.sigma} ${order}`);
      if (digits === undefined) expect(Math.abs(ours / theirs - 1)).toBeLessThan(1e-6);
      else {
        expect(Number.isInteger(order)).toBe(false);
        expect(Math.abs(ours / digits - 1)).toBeLessThan(1e-11);
        expect(ours).toBeLessThan(theirs);
        byDigits++;
      }
      note(dense, "rdp_poisson_gaussian", 1);
    }
  }
  expect(byDigits).toBe(352);
});

test("log moments equal 40 digits, in which the table is sometimes wrong in the fourth", () => {
  const digits: Foreign[] = fixture("sampled-gaussian-mpmath.json").log_a;
  for (const row of fixture(dense).log_a) {
    const ours = logMoment(row.q, row.sigma, row.order);
    const exact = digits.find(
      (each) => each.q === row.q && each.sigma === row.sigma && each.order === row.order,
    );
    expect(Math.abs(ours / Number(exact.log_a_mpmath) - 1)).toBeLessThan(1e-11);
    expect(Math.abs(ours / row.log_a - 1)).toBeLessThan(4e-4);
    note(dense, "log_a", 1);
  }
});

test("Rényi curves of fixed batches equal the dense table", () => {
  for (const row of fixture(dense).rdp_fixed_batch_gaussian_replace_one) {
    const ours = fixedBatchGaussianRdp(row.batch / row.n, row.sigma, Float64Array.from(row.orders));
    for (const [i, each] of ours.entries()) {
      expect(Math.abs(each / row.rdp[i] - 1)).toBeLessThan(1e-11);
      note(dense, "rdp_fixed_batch_gaussian_replace_one", 1);
    }
  }
});

test("Rényi curves of trees equal the dense table", () => {
  for (const row of fixture(dense).rdp_tree_aggregation) {
    const all: number[] = [row.step_counts].flat();
    const trees = row.composed ? all.map((each) => [each]) : [all];
    const events = trees.map((each): PrivacyEvent => tree(row.noise_multiplier, each));
    const ours = rdpOf({ kind: "composed", events }, { relation: "replace-special", orders: [row.order] });
    expect(ours.rdp[0]! / row.rdp).toBeCloseTo(1, 12);
    note(dense, "rdp_tree_aggregation", 1);
  }
});

function tree(noiseMultiplier: number, stepCounts: readonly number[]): PrivacyEvent {
  return { kind: "single-epoch-tree", noiseMultiplier, stepCounts };
}

test("Rényi curves of the other mechanisms equal the dense table", () => {
  const named: Record<string, (of: number[]) => PrivacyEvent> = {
    laplace: ([b]) => ({ kind: "laplace", noiseMultiplier: b! }),
    exponential: ([epsilon]) => ({ kind: "exponential", epsilon: epsilon! }),
    permute_and_flip: ([epsilon]) => ({ kind: "permute-and-flip", epsilon: epsilon! }),
    zcdp: ([rho, xi]) => ({ kind: "zcdp", rho: rho!, xi: xi! }),
    discrete_gaussian: ([sigma, sensitivity]) => ({
      kind: "discrete-gaussian",
      sigma: sigma!,
      sensitivity: sensitivity!,
    }),
  };
  for (const row of fixture(dense).rdp_other) {
    const [name, ...rest] = row.mechanism.split(" ");
    const event = named[name]!(rest.map((each: string) => Number(each.split("=")[1])));
    const ours = rdpOf(event, { orders: row.orders });
    for (const [i, each] of ours.rdp.entries()) expect(Math.abs(each / row.rdp[i] - 1)).toBeLessThan(1e-11);
    note(dense, "rdp_other", row.orders.length);
  }
});

test("both conversions give the epsilons of the dense table, at the same order", () => {
  const { orders, rows } = fixture(dense).rdp_to_eps;
  const grid = Float64Array.from(orders);
  for (const row of rows) {
    const rdp = grid.map((order) => order * row.rho_zcdp);
    const modern = epsilonFromRdp(grid, rdp, row.delta, "canonneKamathSteinke2020");
    expect(modern.value / row.eps_cks_on_grid).toBeCloseTo(1, 9);
    expect(modern.order).toBe(row.order);
    const older = epsilonFromRdp(grid, rdp, row.delta, "mironov2017");
    expect(older.value / row.eps_mironov17_on_grid).toBeCloseTo(1, 9);
    // The concentrated accountant searches all orders, so it is as good as the grid or better.
    const composed = zcdpAccountant().compose({ kind: "zcdp", rho: row.rho_zcdp, xi: 0 });
    const free = composed.ok ? composed.value.epsilonAtLeast(row.delta) : Number.NaN;
    expect(free).toBeLessThan(row.eps_cks_on_grid * (1 + 1e-8) + 1e-9);
    expect(free).toBeGreaterThan(row.eps_cks_on_grid * 0.97);
    note(dense, "rdp_to_eps", 1);
  }
});

/** Where fractional orders win, the table's loose series costs it up to 3e-4; ours is never above. */
function expectDpSgd(ours: number, theirs: number, looseBy = 3e-4): void {
  expect(ours).toBeLessThan(theirs * (1 + 1e-9));
  expect(ours).toBeGreaterThan(theirs * (1 - looseBy));
}

test("DP-SGD runs have the epsilons of the dense table, under both conversions", () => {
  for (const row of fixture(dense).dpsgd_epsilon) {
    const event = sampled(row.batch / row.n, row.sigma);
    const modern = rdpOf(event, {}, row.steps).epsilonAndOrder(row.delta);
    expectDpSgd(modern.value, row.eps_rdp_default);
    expect(modern.order).toBe(row.order);
    expectDpSgd(
      rdpOf(event, { conversion: "mironov2017" }, row.steps).epsilonAtLeast(row.delta),
      row.eps_rdp_mironov17_conversion,
    );
    // What the privacy-loss accountant shows as a lower bound of the truth is below ours.
    expect(modern.value).toBeGreaterThan(row["eps_pld_optimistic_1e-4"]);
    note(dense, "dpsgd_epsilon", 1);
  }
});

test("the epsilons that tutorials print are those of 2017's conversion, and today's is a fifth lower", () => {
  for (const work of fixture(published).dpsgd_mnist) {
    const runs = work.rows ?? [work];
    for (const run of runs) {
      const { noise, epochs } = run;
      if (noise !== undefined && run.eps !== null) {
        const all = steps(work.n, work.batch, epochs);
        const older = rdpOf(sampled(work.batch / work.n, noise), { conversion: "mironov2017" }, all);
        expect(older.epsilonAtLeast(1e-5)).toBeCloseTo(run.eps, 1);
        expect(Math.abs(older.epsilonAtLeast(1e-5) - run.eps)).toBeLessThan(0.0051);
        expect(rdpOf(sampled(work.batch / work.n, noise), {}, all).epsilonAtLeast(1e-5)).toBeLessThan(
          run.eps * 0.9,
        );
      }
    }
    note(published, "dpsgd_mnist", 1);
  }
  const tutorial = sampled(250 / 60000, 1.3);
  expect(rdpOf(tutorial, { conversion: "mironov2017" }, 3600).epsilonAtLeast(1e-5)).toBeCloseTo(1.18, 3);
  expect(rdpOf(tutorial, {}, 3600).epsilonAtLeast(1e-5)).toBeCloseTo(0.9422, 4);
  // Tramèr, Boneh 2021 name a target of 3 for their CNN.
  const cnn = rdpOf(sampled(512 / 60000, 1.23), { conversion: "mironov2017" }, steps(60000, 512, 40));
  expect(cnn.epsilonAtLeast(1e-5)).toBeCloseTo(3, 1);
  for (const run of fixture(published).dpftrl) {
    const settings = { relation: "replace-special", conversion: "mironov2017" } as const;
    const older = rdpOf(tree(run.noise, [run.steps]), settings).epsilonAtLeast(1e-6);
    expect(older).toBeLessThanOrEqual(run.eps + 0.0051);
    expect(older).toBeGreaterThan(run.eps * 0.99);
    note(published, "dpftrl", 1);
  }
});

test("edges of sampling are as in dp-accounting's tests", () => {
  for (const event of rowsOf(dp, "RdpPrivacyAccountantTest", "test_zero_poisson_sample")) {
    const ours = rdpOf(sampled(event.args[0], event.args[1].args[0]));
    expect(ours.rdp.every((each) => each === 0)).toBe(true);
    expect(ours.epsilonAtLeast(0)).toBe(0);
  }
  for (const [kind] of rowsOf(
    dp,
    "RdpPrivacyAccountantTest",
    "test_effective_gaussian_noise_multiplier_invalid_event",
  )) {
    const laplace: PrivacyEvent = { kind: "laplace", noiseMultiplier: 1 };
    const event: Record<string, PrivacyEvent> = {
      simple: laplace,
      composed: { kind: "composed", events: [laplace] },
      self_composed: { kind: "self-composed", event: laplace, count: 3 },
    };
    expect(gaussianInside(event[kind]!)).toBeUndefined();
  }
  for (const [, q] of rowsOf(dp, "RdpPrivacyAccountantTest", "test_raises_on_invalid_sampling_rate"))
    expect(eventFrom(sampled(q, 1)).ok).toBe(false);
});

test("randomized response has the curves of dp-accounting's tests", () => {
  const orders = [1.5, 2.5, 5, 50, 100, Number.POSITIVE_INFINITY];
  const rules = [
    ["test_compute_rdp_randomized_response_replace_special", randomizedResponseSpecialRdp],
    ["test_compute_rdp_randomized_response_replace_one", randomizedResponseRdp],
  ] as const;
  for (const [name, rule] of rules) {
    for (const [, noise, buckets, expected] of rowsOf(dp, "RdpPrivacyAccountantTest", name)) {
      for (const [i, order] of orders.entries())
        expect(rule(noise, buckets, order)).toBeCloseTo(expected[i], 9);
    }
  }
  for (const row of rowsOf(dp, "RdpPrivacyAccountantTest", "test_compute_rdp_randomized_response_boundary")) {
    const [, noise, buckets, alphas, expected] = row;
    for (const [, rule] of rules) {
      for (const [i, order] of alphas.entries())
        expect(rule(noise, buckets, order)).toBe(Number(expected[i]));
    }
  }
  for (const [name, , expected] of rowsOf(
    dp,
    "RdpPrivacyAccountantTest",
    "test_compute_rdp_randomized_response_inf_order",
  )) {
    const rule = name === "replace_one" ? randomizedResponseRdp : randomizedResponseSpecialRdp;
    expect(rule(0.1, 10, Number.POSITIVE_INFINITY)).toBeCloseTo(expected, 12);
  }
});

test.each([
  [dp, "RdpPrivacyAccountantTest"],
  [tf, "TreeAggregationTest"],
])("trees cost what the tests of %s say", (file, suite) => {
  const special = { relation: "replace-special" as const };
  for (const [, noise, epsilon] of rowsOf(file, suite, "test_compute_eps_tree"))
    expect(rdpOf(tree(noise, [1600]), special).epsilonAtLeast(1e-6)).toBeLessThanOrEqual(epsilon);
  for (const [, counts] of rowsOf(file, suite, "test_compose_tree_rdp")) {
    const together = rdpOf(
      { kind: "composed", events: counts.map((each: number) => tree(0.1, [each])) },
      special,
    );
    const apart = counts.map((each: number) => rdpOf(tree(0.1, [each]), special).rdp);
    for (const [i, each] of together.rdp.entries())
      expect(each / apart.reduce((sum: number, one: Float64Array) => sum + one[i]!, 0)).toBeCloseTo(1, 12);
  }
  for (const [, counts] of rowsOf(file, suite, "test_compute_eps_tree_decreasing")) {
    let before = Number.POSITIVE_INFINITY;
    for (const noise of [0, 0.01, 0.1, 1, 10, 100]) {
      const ours = rdpOf(tree(noise, counts), special).epsilonAtLeast(1e-6);
      expect(ours).toBeLessThanOrEqual(before);
      before = ours;
    }
  }
  for (const [, noise, counts] of rowsOf(file, suite, "test_compute_rdp_tree_restart_raise")) {
    const empty = Array.isArray(counts) && counts.length === 0;
    // A tree without steps releases nothing and costs nothing here; the rest is refused when it is parsed.
    if (empty) expect(rdpOf(tree(noise, counts), special).epsilonAtLeast(1e-6)).toBe(0);
    else expect(eventFrom(tree(noise, [counts].flat())).ok).toBe(false);
  }
  for (const [, total, noise] of rowsOf(file, suite, "test_no_tree_no_sampling")) {
    const ours = rdpOf(tree(noise, [1]), special, total);
    for (const [i, order] of ours.orders.entries())
      expect(ours.rdp[i]! / ((total * order) / (2 * noise ** 2))).toBeCloseTo(1, 12);
  }
});

test("trees are refused under the relations that their theorem does not cover", () => {
  for (const [name] of rowsOf(dp, "RdpPrivacyAccountantTest", "test_tree_wrong_neighbor_rel")) {
    const relation: NeighbouringRelation = name === "replace" ? "replace-one" : "add-or-remove-one";
    const refused = rdpAccountant({ relation }).compose(tree(1, [8]));
    expect(refused).toMatchObject({
      ok: false,
      problem: { code: "event-not-supported", kind: "single-epoch-tree" },
    });
  }
});

test("Laplace noise has dp-accounting's limits at small and at huge orders", () => {
  for (const [, epsilon, count] of rowsOf(dp, "RdpPrivacyAccountantTest", "test_laplace")) {
    const orders = [1, 1 + 1e-6, 1.1 - 1e-6, 1.1 + 1e-6, 1e10];
    const ours = rdpOf({ kind: "laplace", noiseMultiplier: 1 / epsilon }, { orders }, count);
    expect(ours.epsilonAtLeast(1e-10)).toBeCloseTo(epsilon * count, 7);
    expect(ours.rdp[0]!).toBeLessThanOrEqual(Math.min(epsilon, epsilon ** 2 / 2) * count);
    expect(ours.rdp[1]! / ours.rdp[0]!).toBeCloseTo(1, 3);
    expect(ours.rdp[3]! / ours.rdp[2]!).toBeCloseTo(1, 3);
  }
});

test("repeating and selecting costs what the corollaries of Papernot and Steinke say", () => {
  const suite = "RdpPrivacyAccountantTest";
  for (const [, gamma1, shape1, gamma2, shape2] of rowsOf(dp, suite, "test_truncated_negative_binomial_mean"))
    expect(meanRepetitions(gamma1, shape1)).toBeCloseTo(meanRepetitions(gamma2, shape2), 7);
  for (const [, gamma] of rowsOf(dp, suite, "test_truncated_negative_binomial_mean2")) {
    for (const shape of [0.01, 0.5, 0.99, 1, 1.01, 2, 10]) {
      const plain = gamma === 1 ? 1 : (shape * (1 / gamma - 1)) / (1 - gamma ** shape);
      expect(meanRepetitions(gamma, shape) / plain).toBeCloseTo(1, 7);
    }
    expect(meanRepetitions(gamma, 0) / (gamma === 1 ? 1 : (1 - 1 / gamma) / Math.log(gamma))).toBeCloseTo(
      1,
      7,
    );
  }
  for (const [, gamma, shape] of rowsOf(dp, suite, "test_gamma_truncated_negative_binomial"))
    expect(haltingProbability(shape, meanRepetitions(gamma, shape))).toBeCloseTo(gamma, 7);
  const repeat = (event: PrivacyEvent, mean: number, shape: number | "poisson"): PrivacyEvent => ({
    kind: "repeat-and-select",
    event,
    mean,
    shape,
  });
  for (const [, epsilon, mean, shape] of rowsOf(dp, suite, "test_repeat_select_pure_negative_binomial")) {
    const event = repeat({ kind: "laplace", noiseMultiplier: 1 / epsilon }, mean, shape);
    expect(rdpOf(event, { orders: [1e10] }).epsilonAtLeast(1e-10)).toBeCloseTo(epsilon * (2 + shape), 6);
    const pure = pureAccountant().compose(event);
    expect(pure.ok && pure.value.epsilonAtLeast(0)).toBeCloseTo(epsilon * (2 + shape), 12);
  }
  for (const [, shape, sigma] of rowsOf(dp, suite, "test_repeat_select_trivial")) {
    const orders = [
      1,
      1 + 1e-6,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      10,
      12,
      14,
      16,
      20,
      24,
      28,
      32,
      48,
      64,
      128,
      256,
      512,
      1024,
    ];
    const [once, selected] = [gaussian(sigma), repeat(gaussian(sigma), 1, shape)].map((each) =>
      rdpOf(each, { orders }),
    );
    for (let i = 1; i < orders.length; i++) expect(selected!.rdp[i]! / once!.rdp[i]!).toBeCloseTo(1, 7);
  }
  for (const [, most, gamma, shape] of rowsOf(dp, suite, "test_repeat_select_gaussian_negative_binomial")) {
    const mean = meanRepetitions(gamma, shape);
    const rho = Math.min(most, -Math.log(gamma));
    const turn = 1 + Math.sqrt(Math.log(mean) / rho);
    const orders = [1, 1.1, 2, Math.sqrt(-Math.log(gamma) / rho), turn, 3, 5, 10, 100, 1000, 10000];
    const curve = rdpCurveOf(
      repeat(gaussian(Math.sqrt(0.5 / rho)), mean, shape),
      Float64Array.from(orders),
      "add-or-remove-one",
    );
    if (!curve.ok) expect.fail("selection of Gaussians is supported");
    const tail = 2 * (1 + shape) * Math.sqrt(-rho * Math.log(gamma)) - shape * rho;
    for (const [i, order] of orders.entries()) {
      const low = 2 * Math.sqrt(rho * Math.log(mean));
      const high = rho * (order - 1) + Math.log(mean) / (order - 1);
      expect(curve.value.rdp[i]!).toBeCloseTo((order <= turn ? low : high) + tail, 6);
    }
  }
  for (const [, epsilon, mean] of rowsOf(dp, suite, "test_repeat_and_select_pure_poisson")) {
    const alpha = 1 + 1 / Math.expm1(epsilon);
    const event = repeat({ kind: "laplace", noiseMultiplier: 1 / epsilon }, mean, "poisson");
    const ours = rdpOf(event, { orders: [alpha, 1e10, 1e100] });
    const once =
      Math.log1p((Math.expm1((1 - 2 * alpha) * epsilon) * (alpha - 1)) / (2 * alpha - 1)) / (alpha - 1);
    const ratio = ours.rdp[0]! / (epsilon + once + Math.log(mean) * Math.expm1(epsilon));
    expect(ratio).toBeGreaterThan(1 - 1e-9);
    // The room for rounding at order 1e10, times 1e10 repetitions, is half a percent.
    expect(ratio).toBeLessThan(mean === 1e10 ? 1.01 : 1.0005);
  }
  for (const [, sigma, mean] of rowsOf(dp, suite, "test_repeat_and_select_gaussian_poisson")) {
    const ours = rdpOf(repeat(gaussian(sigma), mean, "poisson"));
    for (const [i, order] of ours.orders.entries()) {
      const exact = deltaOfGaussianAtLeast(sigma, Math.log1p(1 / (order - 1)));
      const least = order / (2 * sigma ** 2) + mean * exact + Math.log(mean) / (order - 1);
      // Curves carry rounding that conversions make up for.
      expect(ours.rdp[i]!).toBeGreaterThanOrEqual(least * (1 - 1e-9));
    }
  }
});

test("composition of alike mechanisms gives dp-accounting's totals", () => {
  for (const row of rowsOf(dp, "AccountantTest", "test_advanced_composition")) {
    const { epsilon, delta, num_queries: count, total_delta: totalDelta } = row;
    const ours = optimalCompositionAtLeast({ epsilon, delta, count }, totalDelta);
    if (row.expected_total_epsilon === null) expect(ours).toBeUndefined();
    else expect(ours).toBeCloseTo(row.expected_total_epsilon, 9);
  }
  for (const row of rowsOf(dp, "AccountantTest", "test_get_smallest_epsilon_from_advanced_composition")) {
    const total = { epsilon: row.total_epsilon, delta: row.total_delta };
    const ours = largestEpsilonEach(total, { delta: row.delta, count: row.num_queries });
    if (row.expected_epsilon === null) expect(ours).toBeUndefined();
    else {
      expect(ours).toBeCloseTo(row.expected_epsilon, 9);
      expect(ours).toBeLessThanOrEqual(row.expected_epsilon);
    }
  }
});

test("noise for several releases is dp-accounting's, where no loss distribution is needed", () => {
  for (const row of rowsOf(dp, "AccountantTest", "test_get_smallest_gaussian_noise")) {
    const noise = gaussianNoiseAtLeast(row.epsilon, row.delta) * row.sensitivity * Math.sqrt(row.num_queries);
    expect(noise).toBeCloseTo(row.expected_std, 6);
  }
  for (const name of ["test_get_smallest_laplace_noise", "test_get_smallest_discrete_laplace_noise"]) {
    const rows = rowsOf(dp, "AccountantTest", name);
    const pure = rows.filter((row) => row.delta === 0);
    // The others are listed as not compared.
    note(dp, `AccountantTest.${name}`, pure.length - rows.length);
    for (const row of pure) {
      const { expected_parameter: p, sensitivity, num_queries: count } = row;
      const event: PrivacyEvent = name.includes("discrete")
        ? { kind: "discrete-laplace", rate: p, sensitivity }
        : { kind: "laplace", noiseMultiplier: p / sensitivity };
      const composed = pureAccountant().compose(event, count);
      expect(composed.ok && composed.value.epsilonAtLeast(0)).toBeCloseTo(row.epsilon, 12);
    }
  }
});

/** TensorFlow Privacy's own grid of orders. */
const tfOrders = [
  1.25,
  1.5,
  1.75,
  2,
  2.25,
  2.5,
  3,
  3.5,
  4,
  4.5,
  ...Array.from({ length: 59 }, (_, i) => 5 + i),
  128,
  256,
  512,
];

test("TensorFlow Privacy's epsilons and noises are reproduced, each with its conversion", () => {
  const suite = "ComputeDpSgdPrivacyTest";
  for (const row of rowsOf(tf, suite, "test_compute_dp_sgd_privacy")) {
    const [, n, batch, noise, epochs, delta, epsilon, order] = row;
    const ours = rdpOf(
      sampled(batch / n, noise),
      { orders: tfOrders },
      steps(n, batch, epochs),
    ).epsilonAndOrder(delta);
    expect(ours.value / epsilon).toBeCloseTo(1, 9);
    expect(ours.order).toBe(order);
  }
  for (const [, given] of rowsOf(tf, suite, "test_compute_dp_sgd_example_privacy_bad_args")) {
    if (given.noise_multiplier !== undefined)
      expect(eventFrom(gaussian(given.noise_multiplier)).ok).toBe(false);
    if (given.num_epochs !== undefined) {
      const event = { kind: "self-composed", event: gaussian(1), count: given.num_epochs };
      expect(eventFrom(event).ok).toBe(false);
    }
    if (given.example_delta !== undefined) {
      const event = { kind: "epsilon-delta", epsilon: 1, delta: given.example_delta };
      expect(eventFrom(event).ok).toBe(false);
      if (given.example_delta < 0) expect(parseDelta(given.example_delta).ok).toBe(false);
    }
  }
  const rows = rowsOf(tf, suite, "test_compute_dp_sgd_example_privacy");
  const byRdp = rows.filter((row) => row[3].endsWith("RDP"));
  note(tf, `${suite}.test_compute_dp_sgd_example_privacy`, byRdp.length - rows.length);
  for (const [, microbatching, probability, , epsilon] of byRdp) {
    // 1.2 epochs at noise 0.7; microbatches double the sensitivity. Without sampling a person is in two epochs.
    const noise = microbatching ? 0.35 : 0.7;
    const ours =
      probability === null
        ? rdpOf(gaussian(noise), {}, 2)
        : rdpOf(sampled(probability, noise), {}, Math.round(1.2 / probability));
    expectDpSgd(ours.epsilonAtLeast(1e-5), epsilon, 2e-3);
  }
});

test("TensorFlow Privacy's noise for an epsilon is found, and never less", () => {
  const name = "test_compute_noise";
  const rows = rowsOf(tf, "ComputeNoiseFromBudgetTest", name).filter((row) => row[7] > 0);
  note(tf, `ComputeNoiseFromBudgetTest.${name}`, -1);
  for (const [, n, batch, epsilon, epochs, delta, , expected] of rows) {
    const count = steps(n, batch, epochs);
    const eventAt = (noise: number): PrivacyEvent => ({
      kind: "self-composed",
      event: sampled(batch / n, noise),
      count,
    });
    const accountant = rdpAccountant({ conversion: "mironov2017", orders: tfOrders });
    const found = noiseMultiplierFor({ epsilon, delta, eventAt }, accountant);
    expect(found.ok && found.value).toBeCloseTo(expected, 4);
  }
});

test("Opacus' epsilons and noises are reproduced, the central limit under its warning name", () => {
  const opacusOrders = [
    ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
    ...Array.from({ length: 52 }, (_, i) => 12 + i),
  ];
  for (const row of fixture(opacus).accountants) {
    if (row.accountant === "rdp") {
      expectDpSgd(
        rdpOf(sampled(row.q, row.sigma), { orders: opacusOrders }, row.steps).epsilonAtLeast(row.delta),
        row.epsilon,
      );
      note(opacus, "accountants", 1);
    }
    if (row.accountant === "gdp") {
      const run = { probability: row.q, noise: row.sigma, steps: 2249 };
      const ours = centralLimitEpsilonNeverForAGuarantee(run, row.delta);
      expect(ours).toBeGreaterThan(row.epsilon_range[0]);
      expect(ours).toBeLessThan(row.epsilon_range[1]);
      note(opacus, "accountants", 1);
    }
  }
  for (const row of fixture(opacus).noise_multiplier) {
    if (row.accountant === "prv") continue;
    // Opacus stops when epsilon is within 0.01 below its target.
    const count = row.steps ?? Math.floor(row.epochs / row.q);
    const epsilon =
      row.accountant === "rdp"
        ? rdpOf(sampled(row.q, row.sigma), { orders: opacusOrders }, count).epsilonAtLeast(row.delta)
        : centralLimitEpsilonNeverForAGuarantee(
            { probability: row.q, noise: row.sigma, steps: count },
            row.delta,
          );
    expect(epsilon).toBeLessThan(row.epsilon + 1e-3);
    expect(epsilon).toBeGreaterThan(row.epsilon - 0.02);
    note(opacus, "noise_multiplier", 1);
  }
});

test("PipelineDP's noise is reproduced, its Gaussian rounded up by less than a thousandth", () => {
  const gaussianNoise = (epsilon: number, delta: number, sensitivity: number, theirs: number) => {
    const ours = gaussianNoiseAtLeast(epsilon, delta) * sensitivity;
    expect(theirs).toBeGreaterThanOrEqual(ours * (1 - 1e-9));
    expect(theirs).toBeLessThan(ours * 1.003);
  };
  const laplaceNoise = (epsilon: number, sensitivity: number, theirs: number) => {
    const composed = pureAccountant().compose({ kind: "laplace", noiseMultiplier: theirs / sensitivity });
    expect(composed.ok && composed.value.epsilonAtLeast(0)).toBeCloseTo(epsilon, 12);
  };
  for (const row of rowsOf(pipeline, "DPComputationsTest", "test_compute_dp_sum_noise_std_laplace")) {
    const sensitivity =
      Math.max(Math.abs(row.min_sum_per_partition), Math.abs(row.max_sum_per_partition)) *
      row.max_partitions_contributed;
    laplaceNoise(row.eps, sensitivity, row.expected_std / Math.SQRT2);
  }
  for (const row of rowsOf(pipeline, "DPComputationsTest", "test_compute_dp_sum_noise_std_gaussian")) {
    const most = Math.max(Math.abs(row.min_sum_per_partition), Math.abs(row.max_sum_per_partition));
    gaussianNoise(row.eps, row.delta, most * Math.sqrt(row.max_partitions_contributed), row.expected_std);
  }
  const additive = "AdditiveMechanismTests";
  for (const row of rowsOf(pipeline, additive, "test_laplace_create_from_epsilon"))
    laplaceNoise(row.epsilon, row.l1_sensitivity, row.expected_noise);
  for (const row of rowsOf(pipeline, additive, "test_laplace_mechanism_distribution"))
    laplaceNoise(row.epsilon, row.l1_sensitivity, row.expected_noise_scale);
  for (const row of rowsOf(pipeline, additive, "test_create_additive_mechanism_laplace"))
    laplaceNoise(
      row.epsilon,
      row.l1_sensitivity ?? row.l0_sensitivity * row.linf_sensitivity,
      row.expected_noise_parameter,
    );
  for (const name of ["test_gaussian_mechanism_creation", "test_gaussian_mechanism_distribution"]) {
    for (const row of rowsOf(pipeline, additive, name))
      gaussianNoise(row.epsilon, row.delta, row.l2_sensitivity, row.expected_noise_scale);
  }
  for (const row of rowsOf(pipeline, additive, "test_create_gaussian_mechanism"))
    gaussianNoise(row.epsilon, row.delta, row.l2_sensitivity, row.expected_noise_parameter);
  for (const parts of rowsOf(pipeline, "NaiveBudgetAccountantTest", "test_num_aggregations")) {
    // A budget split among n parts composes back to the whole, exactly.
    const composed = pureAccountant().compose(
      { kind: "epsilon-delta", epsilon: 1 / parts, delta: 1e-8 / parts },
      parts,
    );
    expect(composed.ok && composed.value.epsilonAtLeast(1e-8)).toBe(1);
  }
});

test("no row of the reference data is skipped in silence", () => {
  const all = new Map<string, number>();
  for (const file of [dp, tf, pipeline]) {
    for (const each of fixture(file).files.flatMap((source: Foreign) => source.tests))
      all.set(`${file}: ${each.class}.${each.test}`, each.cases.length + products(each.product).length);
  }
  for (const each of fixture(dp).elsewhere)
    all.set(`${dp}: elsewhere ${each.source.split("/").at(-1)}`, each.rows + each.products);
  for (const file of [dense, opacus, go, published, analytic]) {
    for (const [table, rows] of Object.entries<Foreign>(fixture(file))) {
      const cells = rows.orders !== undefined && rows.rows?.[0]?.rdp !== undefined ? rows.orders.length : 1;
      const listed = Array.isArray(rows) ? rows : rows.rows;
      const inRow = ["rdp_fixed_batch_gaussian_replace_one", "rdp_other"].includes(table);
      const count = inRow
        ? listed.reduce((sum: number, row: Foreign) => sum + row.orders.length, 0)
        : (listed?.length ?? 0) * cells;
      if (listed !== undefined) all.set(`${file}: ${table}`, count);
    }
  }
  const listed = new Map<string, number>();
  for (const row of fixture("not-compared.json").rows) {
    expect(row.reason.length).toBeGreaterThan(20);
    listed.set(`${row.file}: ${row.table}`, row.rows);
  }
  for (const key of [...compared.keys(), ...listed.keys()]) expect(all.has(key), key).toBe(true);
  for (const [key, count] of all)
    expect(`${key}: ${(compared.get(key) ?? 0) + (listed.get(key) ?? 0)}`).toBe(`${key}: ${count}`);
  const total = (of: Map<string, number>) => [...of.values()].reduce((sum, each) => sum + each, 0);
  expect([total(compared), total(listed)]).toEqual([2278, 1271]);
});
