// Attack a: the stochastic tester. Asks one question many times on two neighbouring datasets and bounds from below
// how much the answers tell them apart.

import { seenLeak } from "@unseen/privacy";
import type { Caps } from "../ledger/index.ts";
import { type Checks, type Effort, type Finding, settingOf, short } from "./finding.ts";
import { evidence } from "./likelihood.ts";
import { promiseOf } from "./promises.ts";
import { type NamedQuestion, typicalQuestions } from "./questions-to-attack.ts";
import { offerOf, type SimulatedNode } from "./simulated-node.ts";
import type { BoundedRows } from "./take-in.ts";

export type TestedPrice = { readonly epsilon: number; readonly delta: number };
export type SeenEpsilon = TestedPrice & { readonly question: string; readonly epsilonAtLeast: number };

/** Slices of the evidence that are told apart, for each epsilon of it. */
const slices = 6;

/** The prices that are put to the test: what the caps allow of a low, a middle and a high one, and one with delta. */
export function testedPrices(caps: Caps): readonly TestedPrice[] {
  const { epsilon, delta } = promiseOf(caps);
  const pure = [...new Set([0.3, 1, 3].map((one) => Math.min(one, epsilon)))].map((one) => ({
    epsilon: one,
    delta: 0,
  }));
  return delta > 0 && delta < 1e-3 ? [...pure, { epsilon: Math.min(1, epsilon), delta }] : pure;
}

export function testPrice(
  node: SimulatedNode,
  neighbours: readonly [BoundedRows, BoundedRows],
  price: TestedPrice,
  { testerRuns }: Effort,
  checks: Checks,
): { readonly finding: Finding; readonly seen: readonly SeenEpsilon[] } {
  const questions = typicalQuestions(node.card);
  const seen = questions.map((question) => ({
    ...price,
    question: question.name,
    epsilonAtLeast: leakOf(node, neighbours, price, question, testerRuns, checks.errorRate()),
  }));
  const worst = seen.reduce((most, one) => (one.epsilonAtLeast > most.epsilonAtLeast ? one : most));
  const finding: Finding = {
    attack: "stochastic tester",
    tried: `${questions.length} questions, each answered ${(2 * testerRuns).toLocaleString("en")} times, half of them without the person who moves it most`,
    setting: settingOf(price),
    reached: `epsilon ${short(worst.epsilonAtLeast)} or more (${worst.question})`,
    promised: `${price.epsilon} at most`,
    verdict: worst.epsilonAtLeast > price.epsilon ? "broken" : "held",
  };
  return { finding, seen };
}

function leakOf(
  node: SimulatedNode,
  neighbours: readonly [BoundedRows, BoundedRows],
  { epsilon, delta }: TestedPrice,
  { program }: NamedQuestion,
  runs: number,
  errorRate: number,
): number {
  const offer = offerOf(epsilon, delta);
  const plan = node.plan(program, neighbours[0].peopleCount);
  return seenLeak({
    run: (rows: BoundedRows) => {
      const told = evidence(node, plan, offer, node.release(plan, offer, rows), neighbours);
      return String(Math.max(-4 * slices, Math.min(4 * slices, Math.round((told / epsilon) * slices))));
    },
    left: neighbours[0],
    right: neighbours[1],
    // Gaussian noise is drawn four times as slowly, and says less of itself by whatever test.
    runs: delta === 0 ? runs : Math.floor(runs / 3),
    delta,
    errorRate,
  }).epsilonAtLeast;
}
