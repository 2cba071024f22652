// Whether a dataset's line and an asker's in it admit a charge, and why not.

import type { Charge, ChargeRefused } from "./ledger.ts";
import type { AllotmentRow, BudgetRow } from "./ledger-tables.ts";
import { admits, allotmentLine, keepsNoDelta, remainingOf } from "./line.ts";
import { allotmentExhausted, budgetExhausted, datasetUnknown, deltaNotKept } from "./refusals.ts";
import { priceOfCharge } from "./rho.ts";
import { askerLine, datasetLine } from "./rows.ts";

/** Undefined where both lines admit it. */
export function lineRefusal(
  dataset: string,
  charge: Pick<Charge, "epsilon" | "delta" | "event">,
  budget: BudgetRow | undefined,
  allotment: AllotmentRow | undefined,
): ChargeRefused | undefined {
  if (budget === undefined) return datasetUnknown();
  const line = datasetLine(budget);
  const price = priceOfCharge(charge, charge.event);
  if (keepsNoDelta(line, price)) return deltaNotKept(dataset, charge);
  if (!admits(line, price)) return budgetExhausted(dataset, charge, remainingOf(line));
  const own = askerLine(budget, allotment);
  const ownLine = allotmentLine(line, own.cap, own);
  if (ownLine === undefined) return undefined;
  return admits(ownLine, price) ? undefined : allotmentExhausted(dataset, charge, remainingOf(ownLine));
}
