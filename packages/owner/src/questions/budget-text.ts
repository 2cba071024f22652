import { formatDelta, formatEpsilon } from "@unseen/privacy";
import type { BudgetText, LossText } from "@unseen/wire";
import type { Budget } from "../ledger/index.ts";

type Amount = Budget["cap"];

/** What this asker can still spend here, as decimal text. */
export function remainingText(budget: Budget): LossText {
  return lossText((budget.asker ?? budget).remaining);
}

/** "Spent" is what the charges lose together, never the sum of their prices: that may pass the cap while much is left. */
export function budgetText(budget: Budget): BudgetText {
  const own = budget.asker ?? budget;
  return {
    cap: lossText(budget.cap),
    spent: lossText(budget.loss),
    remaining: lossText(budget.remaining),
    yourCap: lossText(own.cap),
    yourSpent: lossText(own.loss),
    yourRemaining: lossText(own.remaining),
    renewals: budget.renewals,
  };
}

function lossText({ epsilon, delta }: Amount): LossText {
  return { epsilon: formatEpsilon(epsilon), delta: formatDelta(delta) };
}
