// Budget lines as the database holds them, read into exact amounts.

import { type Amount, amount, nothing, plus } from "./amount.ts";

/** A dataset's or an asker's line. `cap` is undefined for an asker whom nothing but the dataset limits. */
export type OpenLine = {
  readonly cap: Amount | undefined;
  readonly spent: Amount;
  readonly charges: bigint;
};

type SpendingRow = { readonly spent_epsilon: bigint; readonly spent_delta: bigint; readonly charges: bigint };
type CapRow = { readonly cap_epsilon: bigint | null; readonly cap_delta: bigint | null };
export type AllotmentRow = SpendingRow & CapRow;
export type BudgetRow = SpendingRow & {
  readonly cap_epsilon: bigint;
  readonly cap_delta: bigint;
  readonly allotment_epsilon: bigint | null;
  readonly allotment_delta: bigint | null;
};

export function datasetLine(row: BudgetRow): OpenLine & { readonly cap: Amount } {
  return { cap: amount(row.cap_epsilon, row.cap_delta), ...spending(row) };
}

/** An asker's own cap, else the dataset's allotment for everyone, else none. */
export function askerLine(budget: BudgetRow, own: AllotmentRow | undefined): OpenLine {
  const forEveryone = optional(budget.allotment_epsilon, budget.allotment_delta);
  if (own === undefined) return { cap: forEveryone, spent: nothing, charges: 0n };
  return { cap: optional(own.cap_epsilon, own.cap_delta) ?? forEveryone, ...spending(own) };
}

export function spendOn<Line extends OpenLine>(line: Line, price: Amount): Line {
  return { ...line, spent: plus(line.spent, price), charges: line.charges + 1n };
}

function spending(row: SpendingRow): { readonly spent: Amount; readonly charges: bigint } {
  return { spent: amount(row.spent_epsilon, row.spent_delta), charges: row.charges };
}

function optional(epsilon: bigint | null, delta: bigint | null): Amount | undefined {
  return epsilon === null || delta === null ? undefined : amount(epsilon, delta);
}
