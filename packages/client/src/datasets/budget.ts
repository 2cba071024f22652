import type { BudgetText } from "@unseen/wire";
import { type Loss, lossOf } from "./offer.ts";

/** Lifetime caps over all askers, and this asker's allotment inside them. */
export type Budget = {
  /** How often the owner raised the lifetime cap. `spent` is of the whole lifetime all the same. */
  readonly renewals: number;
  readonly cap: Loss;
  readonly spent: Loss;
  readonly remaining: Loss;
  readonly yours: { readonly cap: Loss; readonly spent: Loss; readonly remaining: Loss };
};

export function budgetOf(sent: BudgetText): Budget {
  return {
    renewals: sent.renewals,
    cap: lossOf(sent.cap),
    spent: lossOf(sent.spent),
    remaining: lossOf(sent.remaining),
    yours: {
      cap: lossOf(sent.yourCap),
      spent: lossOf(sent.yourSpent),
      remaining: lossOf(sent.yourRemaining),
    },
  };
}
