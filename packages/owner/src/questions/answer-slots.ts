// How long an answer took may depend on the rows: on how many there are, on which branch a sampler took.
// So a paid outcome leaves at the next of evenly spaced slots after it was charged. What is left to see is
// how many slots passed; slots wider than the work show nothing.

import type { AnswerSlots } from "./ports.ts";

/** Width of a slot unless the owner sets another: a few times what a question over a hundred thousand rows takes. */
export const defaultSlotMs = 25;

export function evenSlots(widthMs: number, nowMs: () => number): AnswerSlots {
  if (widthMs === 0) return { next: async () => undefined };
  return {
    next(sinceMs) {
      const passed = Math.max(nowMs() - sinceMs, 0);
      const waitMs = Math.ceil((passed + 1e-6) / widthMs) * widthMs - passed;
      return new Promise((resolve) => setTimeout(resolve, waitMs));
    },
  };
}
