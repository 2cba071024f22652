// How well a score tells those who were in from those who were not: for each threshold, the share of members above it beside the
// share of outsiders. Carlini and others 2022 (arXiv 2112.03570) on why the left end of it is what harms people.

import { invariant } from "@unseen/base";
import { probabilityAtLeast, probabilityAtMost } from "./clopper-pearson.ts";

export type RocPoint = {
  /** Scores from here on up are called members. */
  readonly threshold: number;
  readonly falsePositives: number;
  readonly truePositives: number;
};

export type Roc = {
  readonly members: number;
  readonly outsiders: number;
  /** From calling nobody a member to calling all of them. Equal scores are one step. */
  readonly points: readonly RocPoint[];
};

/** Scores where more means "member"; none may be NaN. Cost: a sort. */
export function rocOf(members: ArrayLike<number>, outsiders: ArrayLike<number>): Roc {
  const scores = [
    ...Array.from(members, (score) => ({ score, isMember: true })),
    ...Array.from(outsiders, (score) => ({ score, isMember: false })),
  ].sort((one, other) => other.score - one.score);
  invariant(
    members.length > 0 && outsiders.length > 0 && scores.every(({ score }) => !Number.isNaN(score)),
    "there are members and outsiders, each with a score",
  );
  const points: RocPoint[] = [{ threshold: Number.POSITIVE_INFINITY, falsePositives: 0, truePositives: 0 }];
  let [falsePositives, truePositives] = [0, 0];
  for (const [at, { score, isMember }] of scores.entries()) {
    if (isMember) truePositives += 1;
    else falsePositives += 1;
    if (scores[at + 1]?.score === score) continue;
    points.push({ threshold: score, falsePositives, truePositives });
  }
  return { members: members.length, outsiders: outsiders.length, points };
}

/** The share of members that are found where at most this share of outsiders is called members by mistake. */
export function truePositiveRateAt({ members, outsiders, points }: Roc, falsePositiveRate: number): number {
  const allowed = falsePositiveRate * outsiders;
  const within = points.filter(({ falsePositives }) => falsePositives <= allowed);
  return Math.max(...within.map(({ truePositives }) => truePositives)) / members;
}

/** The chance that a member has the greater score of a member and an outsider, equal scores counted half: 0.5 is guessing. */
export function areaUnder({ members, outsiders, points }: Roc): number {
  let area = 0;
  for (let at = 1; at < points.length; at++) {
    const [before, here] = [points[at - 1]!, points[at]!];
    area += ((here.falsePositives - before.falsePositives) * (here.truePositives + before.truePositives)) / 2;
  }
  return area / (members * outsiders);
}

/** Between which two values the true rate lies, but for `errorRate`, given how many of how many were found. */
export function rateWithin(
  hits: number,
  trials: number,
  errorRate: number,
): readonly [least: number, most: number] {
  return [probabilityAtLeast(hits, trials, errorRate / 2), probabilityAtMost(hits, trials, errorRate / 2)];
}
