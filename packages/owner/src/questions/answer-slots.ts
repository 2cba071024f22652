// How long an answer took may depend on the rows: on how many there are, on what they hold, on which branch a
// sampler took. So a paid outcome leaves at the next of evenly spaced slots after it was charged. What is left
// to see is how many slots passed; slots wider than the work show nothing.
//
// An asker can write a program that takes a hundred milliseconds longer if one row holds one value: products of
// numbers near 1e-310 take the processor thirty times as long as others (123 ms and 4 ms for the most work that a
// row may cause, measured 2026-11), and they can be timed to pass the end of a slot. So where a person can
// be felt, slots are a hundred times wider than what is felt, and each outcome waits a random part of one more.
// Then one person changes the slot in which an outcome leaves with a chance of at most one in a hundred an ask
// (Haeberlen, Pierce, Narayan, "Differential privacy under fire", USENIX Security 2011, on why it matters).

import type { Entropy } from "@unseen/base";
import type { Plan } from "@unseen/privacy";
import type { AnswerSlots } from "./ports.ts";

/** Width of a slot unless the owner sets another: a few times what a question over a hundred thousand rows takes. */
export const defaultSlotMs = 25;

/** The slowest multiply-add, 32 ns where measured, with room. */
export const slowestStepMs = 40e-6;
/** Three hundred steps. Timers and networks waver by more. */
const leastFeltMs = 0.012;
const timesWider = 100;
/** Whoever asks for the most work on each of many rows of a person waits up to a minute. */
const widestSlotMs = 30_000;

/**
 * A choice flips a coin for each option, of about five microseconds; between options at the best and far below it they
 * differed by less than two (2026-11). One person moves every score a little.
 */
const mostCoinMs = 2e-3;

/** How much longer an answer may take because of what one person's rows hold. Follows from the plan alone. */
export function personMs(plan: Pick<Plan, "workARow" | "dataset" | "cuts" | "typical">): number {
  const rowsMs = plan.workARow * plan.dataset.mostRowsEach * slowestStepMs;
  return plan.cuts.reduce((total, cut) => total + coinsOf(plan, cut) * mostCoinMs, rowsMs);
}

/** How many coins a cut flips that is chosen from. */
function coinsOf(
  { typical }: Pick<Plan, "typical">,
  { release, contribution }: Plan["cuts"][number],
): number {
  if (release.by === "sum") return 0;
  const facts = typical[contribution];
  const options = facts?.kind === "rows" ? facts.lo.length : 0;
  return release.by === "greatest" ? options * release.count : options;
}

export function evenSlots(leastWidthMs: number, nowMs: () => number, entropy: Entropy): AnswerSlots {
  if (leastWidthMs === 0) return { next: async () => undefined };
  return {
    next(sinceMs, ofPersonMs) {
      const passedMs = Math.max(nowMs() - sinceMs, 0);
      const [word] = new Uint32Array(entropy.fill(new Uint8Array(4)).slice().buffer);
      const leavesMs = leavesAfter(passedMs, ofPersonMs, leastWidthMs, word! / 2 ** 32);
      return new Promise((resolve) => setTimeout(resolve, leavesMs - passedMs));
    },
  };
}

/** Milliseconds from the charge to the leaving of an outcome that was ready after `passedMs`; `random` is drawn from [0, 1). */
export function leavesAfter(
  passedMs: number,
  ofPersonMs: number,
  leastWidthMs: number,
  random: number,
): number {
  const isFelt = ofPersonMs > leastFeltMs;
  const widthMs = isFelt
    ? Math.min(Math.max(leastWidthMs, timesWider * ofPersonMs), Math.max(widestSlotMs, leastWidthMs))
    : leastWidthMs;
  return Math.ceil((passedMs + (isFelt ? random * widthMs : 0) + 1e-6) / widthMs) * widthMs;
}
