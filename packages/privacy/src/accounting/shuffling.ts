// What a shuffler adds: n people each send one epsilon0-private report, and only their multiset is seen. Feldman,
// McMillan, Talwar 2021 (arXiv 2012.12803): everybody else hides one person as C ~ Binomial(n - 1, e^-epsilon0) fair
// coins would. The closed form is their theorem for any report; the numeric bound evaluates the clones exactly.

import { invariant } from "@unseen/base";
import { leastThatHolds } from "./analytic-gaussian.ts";
import { logGamma } from "./special-functions.ts";

export type ShuffledReports = { readonly people: number; readonly localEpsilon: number };

/** Relative room for a probability made of three logarithms of factorials: 1e-12 for each person. */
const room = (people: number) => 1e-9 + 1e-12 * people;
/** Counts of coins that are this many standard deviations away go into delta whole. */
const reach = 12;

/** The closed form. Falls back to the local epsilon where the theorem asks for more people. */
export function shuffledEpsilonClosedForm({ people, localEpsilon }: ShuffledReports, delta: number): number {
  const logOfDelta = Math.log(4 / delta);
  if (localEpsilon > Math.log(people / (16 * logOfDelta))) return localEpsilon;
  const spread =
    8 * Math.sqrt((Math.exp(localEpsilon) * logOfDelta) / people) + (8 * Math.exp(localEpsilon)) / people;
  const first = Math.log1p(spread);
  const share = -Math.expm1(-localEpsilon) / (1 + Math.exp(-localEpsilon - first));
  return Math.min(localEpsilon, Math.log1p(share * spread) * (1 + 1e-12));
}

/** The least epsilon at `delta` by the numeric bound, rounded up. Cost: some 40 evaluations of `shuffledDeltaAtLeast`. */
export function shuffledEpsilonAtLeast(reports: ShuffledReports, delta: number): number {
  const deltaAt = deltaOfClones(reports);
  if (deltaAt(0) <= delta) return 0;
  if (!(deltaAt(reports.localEpsilon) <= delta)) return reports.localEpsilon;
  let [low, high] = [0, reports.localEpsilon];
  while (high - low > 1e-9 * high) {
    const middle = (low + high) / 2;
    if (deltaAt(middle) <= delta) high = middle;
    else low = middle;
  }
  return high;
}

/** The delta of the shuffled reports at `epsilon`, rounded up. */
export function shuffledDeltaAtLeast(reports: ShuffledReports, epsilon: number): number {
  return epsilon >= reports.localEpsilon ? 0 : deltaOfClones(reports)(epsilon);
}

/**
 * P is (A + D, C - A + 1 - D) with A ~ Binomial(C, 1/2) and D = 1 with probability e^eps0 / (e^eps0 + 1); Q is P with its
 * two counts swapped. For each C the ratio P/Q grows with the first count, so the worst set of outcomes is a tail.
 */
function deltaOfClones({ people, localEpsilon }: ShuffledReports): (epsilon: number) => number {
  invariant(people >= 1 && Number.isSafeInteger(people), "a number of people is whole");
  const own = 1 / (1 + Math.exp(-localEpsilon));
  const others = people - 1;
  const chance = Math.exp(-localEpsilon);
  const [mean, deviation] = [others * chance, Math.sqrt(others * chance * (1 - chance))];
  const from = Math.max(0, Math.floor(mean - reach * deviation - reach * reach));
  const to = Math.min(others, Math.ceil(mean + reach * deviation + reach * reach));
  const weights = new Float64Array(to - from + 1);
  for (let c = from; c <= to; c++) weights[c - from] = binomial(others, c, localEpsilon === 0 ? 1 : chance);
  return (epsilon) => {
    const grown = Math.exp(epsilon);
    let delta = 0;
    for (let c = from; c <= to; c++) {
      const weight = weights[c - from]!;
      if (weight < 1e-40) continue;
      // own a + (1-own)(c+1-a) > grown ((1-own) a + own (c+1-a)), solved for the least whole a.
      const slope = (2 * own - 1) * (1 + grown);
      // Rounded down: an outcome too many adds nothing, because gaps below zero are dropped.
      const least = Math.floor(((c + 1) * (grown * own - (1 - own))) / slope);
      delta += weight * tailGap(c, least, own, grown);
    }
    // Chernoff puts less than 1e-30 beyond the reach; it is added whole.
    return Math.min(1, Math.max(0, delta) * (1 + room(people)) + 1e-30);
  };
}

/** P(first count >= least) - grown Q(first count >= least) for one C. */
function tailGap(c: number, least: number, own: number, grown: number): number {
  if (least > c + 1) return 0;
  const start = Math.max(0, least);
  // Weight of outcome a under P: own B(a-1) + (1-own) B(a); under Q with the shares swapped; B is Binomial(c, 1/2).
  let sum = 0;
  let at = binomial(c, start, 0.5);
  let before = start === 0 ? 0 : start > c ? binomial(c, start - 1, 0.5) : (at * start) / (c - start + 1);
  for (let a = start; a <= c + 1; a++) {
    const gap = own * before + (1 - own) * at - grown * ((1 - own) * before + own * at);
    sum += Math.max(0, gap);
    if (a > c / 2 && before < 1e-40) break;
    before = at;
    at = a >= c ? 0 : (at * (c - a)) / (a + 1);
  }
  return sum;
}

function binomial(n: number, k: number, p: number): number {
  if (k < 0 || k > n) return 0;
  if (p === 1) return k === n ? 1 : 0;
  const logs = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  return Math.exp(logs + k * Math.log(p) + (n - k) * Math.log1p(-p));
}

/** The largest local epsilon for which the shuffled reports stay within (epsilon, delta), rounded down. */
export function largestLocalEpsilon(people: number, epsilon: number, delta: number): number {
  const within = (localEpsilon: number) => shuffledDeltaAtLeast({ people, localEpsilon }, epsilon) <= delta;
  return 1 / leastThatHolds((x) => within(1 / x), 1 / epsilon);
}
