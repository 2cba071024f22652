import { expect, test } from "vitest";
import { readFixture } from "../../testing/reference-noise.ts";
import type { Accountant } from "../accountant.ts";
import { describeRun, type Run } from "../describe-run.ts";
import { gdpAccountant } from "../gdp.ts";
import { pureAccountant } from "../pure.ts";
import { rdpAccountant, rdpCurveOf } from "../rdp.ts";
import { independentThresholdRdp, independentVoteRdp } from "./vote-rdp.ts";

const confident: Run = {
  kind: "noised-votes",
  aggregator: "gaussian",
  noise: 40,
  answered: 286,
  tested: { queries: 640, noise: 150 },
};

function epsilonOf(start: Accountant, run: Run, delta: number): number {
  const { events } = describeRun(run);
  const composed = start.compose({ kind: "composed", events });
  return composed.ok ? composed.value.epsilonAtLeast(delta) : expect.fail(composed.problem.because);
}

test("described votes cost the paper's data-independent curve, and a little less exactly", () => {
  const { events, relation } = describeRun(confident);
  const orders = Float64Array.of(2, 20);
  const curve = rdpCurveOf({ kind: "composed", events }, orders, relation);
  if (!curve.ok) expect.fail("Gaussian votes have a curve");
  for (const [at, order] of orders.entries()) {
    const paper = 640 * independentThresholdRdp(150, order) + 286 * independentVoteRdp(40, order);
    expect(curve.value.rdp[at]! / paper).toBeCloseTo(1, 12);
  }
  expect(epsilonOf(gdpAccountant(), confident, 1e-5)).toBeLessThan(
    epsilonOf(rdpAccountant(), confident, 1e-5),
  );
});

test("a Laplace vote is pure: two over its scale", () => {
  const run: Run = { kind: "noised-votes", aggregator: "laplace", noise: 20, answered: 100 };
  expect(epsilonOf(pureAccountant(), run, 0)).toBeCloseTo(10, 9);
});

test("no printed figure, which counts agreement, is above what holds for any votes by the same conversion", () => {
  const { pate: rows } = readFixture("accounting/published-pate-values.json") as {
    readonly pate: readonly {
      readonly aggregator: string;
      readonly eps: number;
      readonly queries?: number;
      readonly queries_answered?: number;
    }[];
  };
  const tests: Record<string, { queries: number; noise: number }> = {
    "T=200": { queries: 640, noise: 150 },
    "T=300": { queries: 8_500, noise: 200 },
  };
  for (const { aggregator, eps, queries, queries_answered: answered } of rows) {
    const tested = tests[aggregator.split(" ")[1] ?? ""];
    const run: Run =
      tested === undefined
        ? { kind: "noised-votes", aggregator: "laplace", noise: 20, answered: queries! }
        : { kind: "noised-votes", aggregator: "gaussian", noise: 40, answered: answered!, tested };
    const delta = eps === 8.19 || eps === 4.96 ? 1e-6 : 1e-5;
    expect(eps).toBeLessThan(epsilonOf(rdpAccountant({ conversion: "mironov2017" }), run, delta));
  }
  expect(rows).toHaveLength(5);
});
