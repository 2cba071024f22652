// How likely something is at least, and at most, given how often it was seen: Clopper and Pearson 1934. The bounds
// hold for every true probability, not only in the limit of many trials.

import { invariant } from "@unseen/base";

/** Halvings of [0, 1]: past 2^-60 a double has no finer steps near 1, and the interval is taken on its outer side. */
const halvings = 60;

/** A probability below which the true one lies with probability `errorRate` at most, seen `hits` in `trials`. */
export function probabilityAtLeast(hits: number, trials: number, errorRate: number): number {
  requireSound(hits, trials, errorRate);
  if (hits === 0) return 0;
  // The smallest p at which `hits` or more are no longer surprising.
  return bisect((p) => regularizedBeta(hits, trials - hits + 1, p) > errorRate).below;
}

/** A probability above which the true one lies with probability `errorRate` at most. */
export function probabilityAtMost(hits: number, trials: number, errorRate: number): number {
  requireSound(hits, trials, errorRate);
  if (hits === trials) return 1;
  return bisect((p) => 1 - regularizedBeta(hits + 1, trials - hits, p) < errorRate).above;
}

function requireSound(hits: number, trials: number, errorRate: number): void {
  invariant(
    Number.isSafeInteger(hits) && Number.isSafeInteger(trials) && hits >= 0 && hits <= trials && trials > 0,
    "hits are counted among trials",
  );
  invariant(errorRate > 0 && errorRate < 1, "an error rate lies strictly between 0 and 1");
}

function bisect(isPast: (p: number) => boolean): { readonly below: number; readonly above: number } {
  let [below, above] = [0, 1];
  for (let step = 0; step < halvings; step++) {
    const middle = (below + above) / 2;
    if (isPast(middle)) above = middle;
    else below = middle;
  }
  return { below, above };
}

/** P(Beta(a, b) <= x) = P(at least a of a + b - 1 coins of probability x). DLMF 8.17.22, by Lentz's method. */
export function regularizedBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(b, a, 1 - x);
  const logFront =
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x) - Math.log(a);
  const tiny = 1e-300;
  const kept = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let [c, d] = [1, 1 / kept(1 - ((a + b) * x) / (a + 1))];
  let fraction = d;
  for (let m = 1; m <= 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / kept(1 + even * d);
    c = kept(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / kept(1 + odd * d);
    c = kept(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return Math.min(1, Math.exp(logFront) * fraction);
}

/** Stirling's series (DLMF 5.11.1) at x + 10, brought back by the recurrence: within 1e-14 relative for x >= 1. */
function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 15; at++) shift += Math.log(at);
  const inverse = 1 / (at * at);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / at;
  return (at - 0.5) * Math.log(at) - at + Math.log(2 * Math.PI) / 2 + series - shift;
}
