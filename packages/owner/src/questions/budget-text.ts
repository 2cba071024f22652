import { formatDelta, formatEpsilon } from "@unseen/privacy";
import type { BudgetText, DatasetRef, LossText } from "@unseen/wire";
import type { Budget, Ledger } from "../ledger/index.ts";

type Amount = Budget["cap"];

/** What this asker can still spend on a dataset, and on the one that is joined to it, as decimal text. */
export type RemainingText = { readonly remaining: LossText; readonly joinedRemaining?: LossText };

export async function remainingTexts(
  ledger: Pick<Ledger, "budget">,
  { dataset, joined }: DatasetRef,
  asker: string,
): Promise<RemainingText> {
  const remaining = async (name: string) => {
    const line = await ledger.budget(name, asker);
    return lossText((line.asker ?? line).remaining);
  };
  return {
    remaining: await remaining(dataset),
    ...(joined === undefined ? {} : { joinedRemaining: await remaining(joined) }),
  };
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
