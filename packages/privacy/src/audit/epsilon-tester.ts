// Runs a mechanism many times on two neighbouring inputs and says how much it is seen to leak at least. It can convict
// and never acquit: a mechanism that keeps its promise fails it with the stated error rate and no more, and one that
// breaks its promise somewhere else passes. Ding and others 2018 (arXiv 1805.10559); Bichsel and others 2021.
//
// Half of the runs choose the event that tells the inputs apart best, the other half judge that one event, so that
// the choice costs no confidence (hence no correction for the many events that were looked at).

import { invariant } from "@unseen/base";
import { probabilityAtLeast, probabilityAtMost } from "./clopper-pearson.ts";

/** Runs the mechanism once and names what came out; two outcomes with one name are not told apart. */
export type RunOnce<Input> = (input: Input, run: number) => string;

export type TestPlan<Input> = {
  readonly run: RunOnce<Input>;
  /** Two inputs that differ in one privacy unit. */
  readonly left: Input;
  readonly right: Input;
  /** Runs of the mechanism on each input. */
  readonly runs: number;
  /** The delta that the mechanism claims; 0 for a pure guarantee. */
  readonly delta: number;
  /** How often, at most, the bound may be above the truth. */
  readonly errorRate: number;
};

export type SeenLeak = {
  /** The mechanism is not (e, delta)-private for any e below this, but for `errorRate`. 0 where nothing was seen. */
  readonly epsilonAtLeast: number;
  /** The outcomes that tell the two inputs apart. */
  readonly event: readonly string[];
  /** Which input they speak for. */
  readonly speaksFor: "left" | "right";
  readonly hits: { readonly left: number; readonly right: number };
  readonly runs: number;
};

/** A lower bound of the epsilon of a mechanism. Cost: 2 `runs` runs; pure in all but what `run` does. */
export function seenLeak<Input>(plan: TestPlan<Input>): SeenLeak {
  const { training, judging, runs } = drawBoth(plan);
  const candidates = [eventFor(training, plan, runs), eventFor(swapped(training), plan, runs)];
  const isLeft = candidates[0]!.score >= candidates[1]!.score;
  const { event } = isLeft ? candidates[0]! : candidates[1]!;
  const hits = { left: hitsOf(judging.left, event), right: hitsOf(judging.right, event) };
  const [likely, unlikely] = isLeft ? [hits.left, hits.right] : [hits.right, hits.left];
  const each = plan.errorRate / 2;
  return {
    epsilonAtLeast: Math.max(0, logRatio(likely, unlikely, runs, plan.delta, each)),
    event,
    speaksFor: isLeft ? "left" : "right",
    hits,
    runs,
  };
}

/**
 * A lower bound of the delta that is needed beside `epsilon`: the hockey-stick divergence sum of max(0, p - e^epsilon p')
 * over the outcomes, of the worse direction. 0 where nothing was seen.
 */
export function seenDelta<Input>(plan: Omit<TestPlan<Input>, "delta">, epsilon: number): number {
  const { training, judging, runs } = drawBoth({ ...plan, delta: 0 });
  // Two directions are judged, each with two intervals.
  const each = plan.errorRate / 4;
  const inOneDirection = (by: Drawn, judged: Drawn): number => {
    const event = [...by.left].flatMap(([outcome, hits]) =>
      hits > Math.exp(epsilon) * (by.right.get(outcome) ?? 0) ? [outcome] : [],
    );
    const likely = probabilityAtLeast(hitsOf(judged.left, event), runs, each);
    return likely - Math.exp(epsilon) * probabilityAtMost(hitsOf(judged.right, event), runs, each);
  };
  return Math.max(0, inOneDirection(training, judging), inOneDirection(swapped(training), swapped(judging)));
}

type Counts = ReadonlyMap<string, number>;
type Drawn = { readonly left: Counts; readonly right: Counts };

function drawBoth<Input>(plan: TestPlan<Input>): {
  readonly training: Drawn;
  readonly judging: Drawn;
  readonly runs: number;
} {
  const runs = Math.floor(plan.runs / 2);
  invariant(runs >= 1, "a test has at least two runs");
  invariant(plan.errorRate > 0 && plan.errorRate < 1, "an error rate lies strictly between 0 and 1");
  invariant(plan.delta >= 0 && plan.delta < 1, "delta is a probability");
  let at = 0;
  const counts = (input: Input): Counts => {
    const seen = new Map<string, number>();
    for (let run = 0; run < runs; run++) {
      const outcome = plan.run(input, at++);
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
    return seen;
  };
  const both = (): Drawn => ({ left: counts(plan.left), right: counts(plan.right) });
  return { training: both(), judging: both(), runs };
}

function swapped({ left, right }: Drawn): Drawn {
  return { left: right, right: left };
}

/** By Neyman and Pearson the best events are the outcomes whose odds pass a limit: each limit is tried. */
function eventFor(
  { left, right }: Drawn,
  { delta, errorRate }: { readonly delta: number; readonly errorRate: number },
  runs: number,
): { readonly event: readonly string[]; readonly score: number } {
  const odds = (outcome: string) => (left.get(outcome) ?? 0) / ((right.get(outcome) ?? 0) + 0.5);
  const ordered = [...left.keys()].sort((a, b) => odds(b) - odds(a) || (a < b ? -1 : 1));
  let [best, length, mine, theirs] = [Number.NEGATIVE_INFINITY, 1, 0, 0];
  // Past a few hundred outcomes only every so many are looked at: the interval costs more than the sorting.
  const stride = Math.max(1, Math.floor(ordered.length / 200));
  for (const [at, outcome] of ordered.entries()) {
    mine += left.get(outcome) ?? 0;
    theirs += right.get(outcome) ?? 0;
    if (at % stride !== 0) continue;
    const score = logRatio(mine, theirs, runs, delta, errorRate / 2);
    if (score > best) [best, length] = [score, at + 1];
  }
  return { event: ordered.slice(0, length), score: best };
}

function logRatio(likely: number, unlikely: number, runs: number, delta: number, errorRate: number): number {
  const least = probabilityAtLeast(likely, runs, errorRate) - delta;
  return least <= 0
    ? Number.NEGATIVE_INFINITY
    : Math.log(least / probabilityAtMost(unlikely, runs, errorRate));
}

function hitsOf(counts: Counts, event: readonly string[]): number {
  return event.reduce((sum, outcome) => sum + (counts.get(outcome) ?? 0), 0);
}
