// Attack e: membership inference. Was this person in the data from which a histogram, or the means of a small model,
// was published? The attacker knows everybody else and the noise, and takes the best test there is.

import {
  type PrivacyPromise,
  probabilityAtLeast,
  probabilityAtMost,
  truePositiveRateAtMost,
} from "@unseen/privacy";
import type { Caps } from "../ledger/index.ts";
import { type Checks, type Effort, type Finding, percent, settingOf } from "./finding.ts";
import { evidence } from "./likelihood.ts";
import { promiseOf, spendsFor } from "./promises.ts";
import { histogramOfTarget, meanVector, type NamedQuestion } from "./questions-to-attack.ts";
import { offerOf, type SimulatedNode } from "./simulated-node.ts";
import type { BoundedRows } from "./take-in.ts";

/** Rates from 0 to 1. Between two points an attacker mixes the two tests by a coin, so the curve is straight there. */
export type RocPoint = { readonly falsePositives: number; readonly truePositives: number };

export type RocCurve = {
  readonly question: string;
  readonly epsilon: number;
  readonly delta: number;
  readonly points: readonly RocPoint[];
  readonly isBeyondCap: boolean;
};

const shownRates = [0.001, 0.01] as const;
const judgedRates = [0.001, 0.01, 0.1] as const;
/** Points of a curve that are kept for the picture. */
const mostPoints = 200;

export function tryMembership(
  node: SimulatedNode,
  neighbours: readonly [BoundedRows, BoundedRows],
  caps: Caps,
  effort: Effort,
  checks: Checks,
): { readonly findings: readonly Finding[]; readonly curves: readonly RocCurve[] } {
  const cap = promiseOf(caps);
  const histogram = histogramOfTarget(node.card);
  const tries = spendsFor(caps).map((epsilon) => ({ epsilon, delta: 0, question: histogram }));
  const withDelta = { epsilon: Math.min(1, cap.epsilon), delta: cap.delta, question: meanVector(node.card) };
  const all = cap.delta > 0 && cap.delta < 1e-3 ? [...tries, withDelta] : tries;
  const findings: Finding[] = [];
  const curves: RocCurve[] = [];
  for (const { question, ...promise } of all) {
    const isBeyondCap = promise.epsilon > cap.epsilon;
    const { points, isBroken } = attack(node, neighbours, question, promise, effort, checks, isBeyondCap);
    curves.push({ question: question.name, ...promise, points, isBeyondCap });
    if (!isBeyondCap) findings.push(findingOf(question.name, promise, points, effort, isBroken));
  }
  return { findings, curves };
}

function findingOf(
  question: string,
  promise: PrivacyPromise,
  points: readonly RocPoint[],
  { membershipRuns }: Effort,
  isBroken: boolean,
): Finding {
  const rates = (of: (rate: number) => string) => shownRates.map((rate) => of(rate)).join(", ");
  const seen = (rate: number) => {
    const truePositives = rateAt(points, rate);
    // Both rates are estimates: an error of the one is as large in the other as the curve is steep there.
    const steep = (rateAt(points, 2 * rate) - truePositives) / rate;
    const variance = truePositives * (1 - truePositives) + steep * steep * rate * (1 - rate);
    const spread = 200 * Math.sqrt(Math.min(variance, 1) / Math.floor(membershipRuns / 2));
    return `${percent(truePositives)} ± ${spread.toFixed(spread < 1 ? 1 : 0)}`;
  };
  return {
    attack: "membership inference",
    tried: `${question} published ${Math.floor(membershipRuns / 2).toLocaleString("en")} times with the person and without; the attacker knows everybody else, and accuses 0.1 % or 1 % of people wrongly`,
    setting: settingOf(promise),
    reached: `finds ${rates(seen)}`,
    promised: `${rates((rate) => percent(truePositiveRateAtMost(promise, rate)))} at most`,
    verdict: isBroken ? "broken" : "held",
  };
}

function attack(
  node: SimulatedNode,
  neighbours: readonly [BoundedRows, BoundedRows],
  { program }: NamedQuestion,
  promise: PrivacyPromise,
  { membershipRuns }: Effort,
  checks: Checks,
  isBeyondCap: boolean,
): { readonly points: readonly RocPoint[]; readonly isBroken: boolean } {
  const offer = offerOf(promise.epsilon, promise.delta);
  const plan = node.plan(program, neighbours[0].peopleCount);
  const half = Math.floor(membershipRuns / 2);
  const scores = (rows: BoundedRows) =>
    Float64Array.from({ length: half }, () =>
      // Rounding of a sum of doubles would split one outcome into several.
      Number(evidence(node, plan, offer, node.release(plan, offer, rows), neighbours).toFixed(9)),
    );
  const learned = scores(neighbours[0]).sort();
  const [out, inside] = [scores(neighbours[0]), scores(neighbours[1])];
  const isBroken =
    !isBeyondCap &&
    judgedRates.some((rate) => {
      const threshold = learned[Math.floor(half * (1 - rate))]!;
      const errorRate = checks.errorRate() / 2;
      const hits = (of: Float64Array) => of.filter((score) => score >= threshold).length;
      const wrongAtMost = probabilityAtMost(hits(out), half, errorRate);
      return probabilityAtLeast(hits(inside), half, errorRate) > truePositiveRateAtMost(promise, wrongAtMost);
    });
  return { points: rocOf(out, inside), isBroken };
}

/** From (0, 0) to (1, 1), a point for each score at which to draw the line. */
function rocOf(out: Float64Array, inside: Float64Array): readonly RocPoint[] {
  const absent = out.toSorted().reverse();
  const present = inside.toSorted().reverse();
  const points: RocPoint[] = [{ falsePositives: 0, truePositives: 0 }];
  let [i, j] = [0, 0];
  while (i < absent.length || j < present.length) {
    const score = Math.max(absent[i] ?? -Infinity, present[j] ?? -Infinity);
    while (i < absent.length && absent[i]! >= score) i++;
    while (j < present.length && present[j]! >= score) j++;
    points.push({ falsePositives: i / absent.length, truePositives: j / present.length });
  }
  if (points.length <= mostPoints) return points;
  const stride = (points.length - 1) / (mostPoints - 1);
  return Array.from({ length: mostPoints }, (_, at) => points[Math.round(at * stride)]!);
}

/** Straight between points. */
export function rateAt(points: readonly RocPoint[], falsePositives: number): number {
  const after = points.findIndex((point) => point.falsePositives > falsePositives);
  if (after <= 0) return after === 0 ? 0 : 1;
  const [a, b] = [points[after - 1]!, points[after]!];
  const share = (falsePositives - a.falsePositives) / (b.falsePositives - a.falsePositives);
  return a.truePositives + share * (b.truePositives - a.truePositives);
}
