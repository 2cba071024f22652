// Between rows of the database and what the ledger's rules speak of.

import { invariant } from "@unseen/base";
import { type Amount, amount } from "./amount.ts";
import type { AtOrder } from "./at-order.ts";
import type { AnswerEntry, ChargeEntry, PolicyEntry } from "./entry.ts";
import type { AllotmentRow, BudgetRow, ChargeRow, PolicyRow } from "./ledger-tables.ts";
import { type FilterName, filterNames, type Line, type Spending, untouched } from "./line.ts";

export function datasetLine(row: BudgetRow): Line {
  const atOrder = { lost: BigInt(row.lost_at_order), beside: row.beside_at_order };
  return { filter: filterOf(row), cap: amount(row.cap_epsilon, row.cap_delta), ...spendingOf(row), atOrder };
}

/** Undefined cap: an asker whom nothing but the dataset limits. Their own cap, else the allotment for everyone. */
export function askerLine(
  budget: BudgetRow,
  own: AllotmentRow | undefined,
): Spending & { readonly cap: Amount | undefined } {
  const forEveryone = optional(budget.allotment_epsilon, budget.allotment_delta);
  if (own === undefined) return { cap: forEveryone, ...untouched };
  return { cap: optional(own.cap_epsilon, own.cap_delta) ?? forEveryone, ...spendingOf(own) };
}

export function spendingColumns({ spent, rho, beside, charges }: Spending) {
  return {
    spent_epsilon: spent.epsilon,
    spent_delta: spent.delta,
    spent_rho: inDigits(rho),
    spent_beside: beside,
    charges,
  };
}

export function orderColumns({ lost, beside }: AtOrder) {
  return { lost_at_order: inDigits(lost), beside_at_order: beside };
}

function inDigits(units: bigint): string {
  return String(units).padStart(64, "0");
}

export function freshAllotment(dataset: string, asker: string): AllotmentRow {
  return { dataset, asker, cap_epsilon: null, cap_delta: null, ...spendingColumns(untouched) };
}

export function filterOf({ filter }: { readonly filter: string }): FilterName {
  const known = filterNames.find((name) => name === filter);
  invariant(known !== undefined, "a stored filter is one that is known");
  return known;
}

export function chargeEntry(row: Omit<ChargeRow, "position" | "hash">): ChargeEntry {
  return {
    kind: "charge",
    serial: row.serial,
    asker: row.asker,
    askId: row.ask_id,
    dataset: row.dataset,
    questionHash: row.question_hash,
    epsilon: row.epsilon,
    delta: row.delta,
    event: row.event,
    chargedAtMs: row.charged_at_ms,
    joined: row.joined,
  };
}

export function policyEntry({ dataset, at_ms, event }: Omit<PolicyRow, "position" | "hash">): PolicyEntry {
  return { kind: "policy", dataset, atMs: at_ms, event };
}

export function answerEntry(serial: bigint, answerHash: string): AnswerEntry {
  return { kind: "answer", serial, answerHash };
}

function spendingOf(row: {
  readonly spent_epsilon: bigint;
  readonly spent_delta: bigint;
  readonly spent_rho: string;
  readonly spent_beside: bigint;
  readonly charges: bigint;
}): Spending {
  return {
    spent: amount(row.spent_epsilon, row.spent_delta),
    rho: BigInt(row.spent_rho),
    beside: row.spent_beside,
    charges: row.charges,
  };
}

function optional(epsilon: bigint | null, delta: bigint | null): Amount | undefined {
  return epsilon === null || delta === null ? undefined : amount(epsilon, delta);
}
