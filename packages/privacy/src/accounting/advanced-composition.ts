// Composition of mechanisms of which only (epsilon, delta) is known. The optimal rule for k alike: Kairouz, Oh,
// Viswanath 2017 (arXiv 1311.0776), Theorem 3.3. The older one: Dwork, Rothblum, Vadhan 2010. Both hold
// when each mechanism is chosen after seeing earlier answers, if the parameters are fixed beforehand.

import { leastThatHolds } from "./analytic-gaussian.ts";
import { logChoose, logSum } from "./special-functions.ts";

export type AlikeMechanisms = { readonly epsilon: number; readonly delta: number; readonly count: number };

/** Room for a sum of logarithms of binomials, each good to 1e-13. */
const room = 1e-11;

/** The least epsilon for all of them together at `totalDelta`, or undefined when their own deltas exceed it. */
export function optimalCompositionAtLeast(alike: AlikeMechanisms, totalDelta: number): number | undefined {
  const { epsilon, delta, count } = alike;
  for (let i = Math.floor(count / 2); i >= 0; i--) {
    // 1 - (1 - delta)^k (1 - delta_i) <= totalDelta
    const kept = count * Math.log1p(-delta) + Math.log1p(-deltaOfStep(epsilon, count, i));
    if (-Math.expm1(kept) <= totalDelta) return (count - 2 * i) * epsilon * (1 + (i > 0 ? 2 ** -52 : 0));
  }
  return undefined;
}

/** delta_i = sum over l < i of C(k, l) (e^((k-l) eps) - e^((k-2i+l) eps)) / (1 + e^eps)^k, rounded up. */
function deltaOfStep(epsilon: number, count: number, i: number): number {
  if (i === 0) return 0;
  const logOfOnePlus = epsilon + Math.log1p(Math.exp(-epsilon));
  const logs = new Float64Array(i);
  for (let l = 0; l < i; l++) {
    const difference = -Math.expm1((2 * l - 2 * i) * epsilon);
    logs[l] = logChoose(count, l) + (count - l) * epsilon - count * logOfOnePlus + Math.log(difference);
  }
  return Math.min(1, Math.exp(logSum(logs)) * (1 + room));
}

/** The largest epsilon for each of `count` alike mechanisms, so that together they stay within the total; or undefined. */
export function largestEpsilonEach(
  total: { readonly epsilon: number; readonly delta: number },
  each: { readonly delta: number; readonly count: number },
): number | undefined {
  const within = (epsilon: number) => {
    const all = optimalCompositionAtLeast({ ...each, epsilon }, total.delta);
    return all !== undefined && all <= total.epsilon;
  };
  if (!within(0)) return undefined;
  // Falls as 1/x rises, so the least x that holds gives the largest epsilon, rounded down.
  return 1 / leastThatHolds((x) => within(1 / x), 1);
}

/** eps sqrt(2 k ln(1/slack)) + k eps (e^eps - 1), at delta k delta + slack. Looser than the above; for comparison. */
export function dworkRothblumVadhan(
  alike: AlikeMechanisms,
  slack: number,
): { readonly epsilon: number; readonly delta: number } {
  const { epsilon, delta, count } = alike;
  const spread = epsilon * Math.sqrt(2 * count * Math.log(1 / slack));
  return {
    epsilon: (spread + count * epsilon * Math.expm1(epsilon)) * (1 + room),
    delta: (count * delta + slack) * (1 + room),
  };
}
