// How much one teacher can move what a vote loses, from votes at each distance from the given ones: Papernot and others
// 2018 (arXiv 1802.08908), Algorithms 3 to 5. "Distance" counts teachers that vote otherwise. Private, like the votes.
//
// The bound for a vote rests on two conditions on (sigma, order, options), C5 and C6 of the paper, which
// `sensitivityIsBounded` checks on a fine grid of q and not by proof; it must hold before anything is released.

import { invariant } from "@unseen/base";
import { logErfc } from "../special-functions.ts";
import { dependentVoteRdp, independentVoteRdp, isBoundedBelow, thresholdRdp } from "./vote-rdp.ts";
import { inverseLogErfc, logLoserWinsGaussian, logRarerAnswer } from "./winner-odds.ts";

export type VoteNoise = { readonly sigma: number; readonly order: number; readonly options: number };

/** Where the data-dependent curve begins to be used, as ln q; above it the data-independent one is smaller. */
export function logQWhereBoundsMeet(sigma: number, order: number): number {
  const limit = Math.min(-((1 + 1 / sigma) ** 2), -(((order - 1) / sigma) ** 2), -1 / sigma ** 2);
  // Strictly inside, whatever was rounded.
  const highest = limit * (1 + 1e-12);
  invariant(isBoundedBelow(highest, sigma, order), "the data-dependent bound applies below its own limit");
  const isBetter = (logQ: number) => dependentVoteRdp(logQ, sigma, order) < independentVoteRdp(sigma, order);
  if (isBetter(highest)) return highest;
  let [low, high] = [2 * highest, highest];
  while (!isBetter(low)) {
    invariant(low > -10_000, "some agreement makes the data-dependent bound the smaller one");
    low *= 1.5;
  }
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (isBetter(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Entry d: a bound on how far one more teacher moves `gaussianVoteRdp`, over all votes at distance d. One entry for
 * each teacher. Cost: about one bisection a teacher.
 */
export function voteSensitivities(
  votes: readonly number[],
  teachers: number,
  noise: VoteNoise,
): Float64Array {
  const meet = logQWhereBoundsMeet(noise.sigma, noise.order);
  const before = logQMoved(meet, noise, "down");
  const at = (logQ: number) => sensitivityAt(logQ, meet, before, noise);
  const result = new Float64Array(teachers).fill(at(before));
  let logQ = logLoserWinsGaussian(votes, noise.sigma);
  if (before <= logQ && logQ <= meet) return result;
  const counts = [...votes].sort((a, b) => b - a);
  const agree = logQ > meet;
  result[0] = at(logQ);
  for (let distance = 1; distance < teachers; distance++) {
    if (agree ? !(logQ > meet && counts[1]! > 0) : !(logQ < before)) break;
    // The worst votes nearby: towards the winner where too few agree, away from it where many do.
    counts[0]! += agree ? 1 : -1;
    counts[1]! -= agree ? 1 : -1;
    counts.sort((a, b) => b - a);
    logQ = logLoserWinsGaussian(counts, noise.sigma);
    result[distance] = at(logQ);
  }
  return result;
}

/** The same for `thresholdRdp`, where only the most voted count matters. */
export function thresholdSensitivities(
  most: number,
  teachers: number,
  threshold: number,
  noise: Pick<VoteNoise, "sigma" | "order">,
): Float64Array {
  const curve = Float64Array.from({ length: teachers + 1 }, (_, count) =>
    thresholdRdp(logRarerAnswer(count, threshold, noise.sigma), noise.sigma, noise.order),
  );
  const step = (count: number) =>
    count < 0 || count > teachers
      ? 0
      : Math.max(
          count > 0 ? Math.abs(curve[count - 1]! - curve[count]!) : 0,
          count < teachers ? Math.abs(curve[count + 1]! - curve[count]!) : 0,
        );
  const here = Math.round(most);
  const farthest = Math.max(here, teachers - here);
  return Float64Array.from({ length: teachers }, (_, distance) =>
    distance < farthest ? Math.max(step(here + distance), step(here - distance)) : 0,
  );
}

/** Conditions C5 (the curve does not fall in q) and C6 (nor does its step), on `points` values of q. */
export function sensitivityConditions(
  noise: VoteNoise,
  points = 4_000,
): { readonly curveGrows: boolean; readonly stepGrows: boolean } {
  const meet = logQWhereBoundsMeet(noise.sigma, noise.order);
  const curve = (logQ: number) => dependentVoteRdp(logQ, noise.sigma, noise.order);
  const curveGrows = growsUpTo(meet, points, curve);
  const step = (logQ: number) => curve(logQMoved(logQ, noise, "up")) - curve(logQ);
  return { curveGrows, stepGrows: curveGrows && growsUpTo(logQMoved(meet, noise, "down"), points, step) };
}

/** ln q after one teacher turned: 2 q / (m - 1) is an erfc, and its argument moves by 1 / sigma. */
function logQMoved(logQ: number, { sigma, options }: VoteNoise, way: "up" | "down"): number {
  const logHalf = Math.log((options - 1) / 2);
  const argument = inverseLogErfc(Math.min(logQ - logHalf, Math.LN2));
  return Math.min(0, logHalf + logErfc(argument + (way === "down" ? 1 : -1) / sigma));
}

function sensitivityAt(logQ: number, meet: number, before: number, noise: VoteNoise): number {
  const worst = before <= logQ && logQ <= meet ? before : logQ;
  const curve = (at: number) =>
    at >= meet
      ? independentVoteRdp(noise.sigma, noise.order)
      : dependentVoteRdp(at, noise.sigma, noise.order);
  const here = curve(worst);
  return Math.max(curve(logQMoved(worst, noise, "up")) - here, here - curve(logQMoved(worst, noise, "down")));
}

/** Even steps of ln q over the range in which a double still holds q, a little rounding allowed. */
function growsUpTo(highest: number, points: number, of: (logQ: number) => number): boolean {
  const lowest = Math.min(-690, 2 * highest);
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i <= points; i++) {
    const value = of(lowest + ((highest - lowest) * i) / points);
    if (value < last - 1e-9 * Math.abs(last)) return false;
    last = value;
  }
  return true;
}
