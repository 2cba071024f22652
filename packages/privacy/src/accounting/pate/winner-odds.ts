// How likely noise is to change what the teachers of PATE say: Papernot and others 2018 (arXiv 1802.08908), Proposition
// 7, and 2017 (arXiv 1610.05755), Lemma 4. All are logarithms, because the odds of interest are far below every double.
// What goes in are votes and so is private, and what comes out is private too: it leaves the package inside a Secret alone.

import { logErfc, logNormalBelow, logSum } from "../special-functions.ts";

/** ln of a bound on P(the noised winner is not the most voted option), Gaussian noise of `sigma` on each count. */
export function logLoserWinsGaussian(votes: readonly number[], sigma: number): number {
  return unionBound(votes, (gap) => logNormalBelow(-gap / (Math.SQRT2 * sigma)));
}

/** The same for Laplace noise of this scale: one option beats another `gap` scales above it with (2 + gap) / (4 e^gap). */
export function logLoserWinsLaplace(votes: readonly number[], scale: number): number {
  return unionBound(votes, (gap) => Math.log((2 + gap / scale) / 4) - gap / scale);
}

/**
 * ln of the rarer of the two answers to "is the most voted count, with Gaussian noise of `sigma`, above the threshold?".
 * The count is rounded to a whole one, as the authors do.
 */
export function logRarerAnswer(most: number, threshold: number, sigma: number): number {
  return logNormalBelow(-Math.abs(Math.round(most) - threshold) / sigma);
}

/**
 * x with ln erfc(x) = `logValue`, which lies below ln 2, to a few roundings. ln erfc is concave and falls, so Newton's
 * steps end left of the root after the first and then never pass it.
 */
export function inverseLogErfc(logValue: number): number {
  let x = logValue > -1 ? 0 : Math.sqrt(-logValue);
  for (let step = 0; step < 60; step++) {
    const value = logErfc(x);
    const slope = -(2 / Math.sqrt(Math.PI)) * Math.exp(-x * x - value);
    const next = x - (value - logValue) / slope;
    if (!(Math.abs(next - x) > 4e-16 * (1 + Math.abs(x)))) return next;
    x = next;
  }
  return x;
}

function unionBound(votes: readonly number[], logBeats: (gap: number) => number): number {
  const most = Math.max(...votes);
  const winner = votes.indexOf(most);
  const rest = votes.filter((_, option) => option !== winner).map((count) => logBeats(most - count));
  return Math.min(logSum(Float64Array.from(rest)), Math.log1p(-1 / votes.length));
}
