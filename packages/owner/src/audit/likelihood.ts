// The best test there is between two neighbouring datasets, for who knows both and how the noise is made: the ratio of
// the likelihoods of what was seen (Neyman and Pearson 1933).

import {
  measurementFor,
  type Offer,
  type Plan,
  priceOf,
  rationalFromStored,
  rationalToNumber,
} from "@unseen/privacy";
import type { SeenSum, SimulatedNode } from "./simulated-node.ts";
import type { BoundedRows } from "./take-in.ts";

/** ln P(seen | target there) - ln P(seen | not there), under the noise that the policy promises. */
export function evidence(
  node: SimulatedNode,
  plan: Plan,
  offer: Offer,
  seen: readonly SeenSum[],
  [without, present]: readonly [BoundedRows, BoundedRows],
): number {
  const price = priceOf(plan, offer);
  let total = 0;
  for (const { question, steps } of seen) {
    const [if0, if1] = [node.exactly(question, without), node.exactly(question, present)];
    total += evidenceOfSum(measurementFor(price, question).event, steps, if0, if1);
  }
  return total;
}

function evidenceOfSum(
  event: ReturnType<typeof measurementFor>["event"],
  steps: readonly bigint[],
  if0: BigInt64Array,
  if1: BigInt64Array,
): number {
  const isLaplace = event.mechanism === "discrete-laplace";
  const scale = rationalToNumber(rationalFromStored(isLaplace ? event.scale : event.sigmaSquared));
  let total = 0;
  for (const [at, step] of steps.entries()) {
    if (if0[at] === if1[at]) continue;
    const [off0, off1] = [Number(step - if0[at]!), Number(step - if1[at]!)];
    const gap = isLaplace ? Math.abs(off0) - Math.abs(off1) : (off0 * off0 - off1 * off1) / 2;
    total += gap / scale;
  }
  // Sums without noise that differ give it away: the evidence is infinite, and of one sign.
  return Number.isNaN(total) ? 0 : total;
}
