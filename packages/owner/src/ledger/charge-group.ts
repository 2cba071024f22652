// Decides a group of charges inside one transaction, in the order they came, each against what the ones
// before it left. Caps, spending and earlier asks are read in the same transaction that writes, so no other
// process can spend in between. A line's new total is written once, at the end of the group.

import { err, invariant, ok, type Result } from "@unseen/base";
import { type Amount, covers, left } from "./amount.ts";
import { askerLine, type BudgetRow, datasetLine, type OpenLine, spendOn } from "./budget-lines.ts";
import type { WriteGroup } from "./group-commit.ts";
import type { Charge, ChargeRefused } from "./ledger.ts";
import type { LedgerStatements } from "./ledger-statements.ts";
import { type ChargeRow, type Receipt, receiptOf } from "./receipt.ts";
import { allotmentExhausted, askIdReused, budgetExhausted, datasetUnknown } from "./refusals.ts";

/** One dataset while the group is decided. */
type OpenBudget = {
  readonly row: BudgetRow;
  line: OpenLine & { readonly cap: Amount };
  readonly askers: Map<string, OpenLine>;
};

export class ChargeGroup implements WriteGroup {
  readonly #statements: LedgerStatements;
  readonly #nowMs: number;
  readonly #budgets = new Map<string, OpenBudget>();

  constructor(statements: LedgerStatements, nowMs: number) {
    this.#statements = statements;
    this.#nowMs = nowMs;
  }

  charge(charge: Charge): Result<Receipt, ChargeRefused> {
    const earlier = this.#statements.findCharge.first(charge.asker, charge.askId);
    if (earlier !== undefined) return sameAsk(earlier, charge);

    const budget = this.#open(charge.dataset);
    if (budget === undefined) return err(datasetUnknown());

    const remaining = left(budget.line.cap, budget.line.spent);
    if (!covers(remaining, charge)) return err(budgetExhausted(charge, remaining));

    const own = this.#openAsker(budget, charge);
    if (own.cap !== undefined) {
      const ownRemaining = left(own.cap, own.spent);
      if (!covers(ownRemaining, charge)) return err(allotmentExhausted(charge, ownRemaining));
    }

    budget.line = spendOn(budget.line, charge);
    budget.askers.set(charge.asker, spendOn(own, charge));
    return ok(receiptOf(this.#write(charge)));
  }

  /** Keeps the first answer to a receipt and returns the one that is kept. */
  record(receipt: Receipt, answer: Uint8Array): Uint8Array {
    this.#statements.addAnswer.run(receipt.serial, answer);
    const standing = this.#statements.findAnswer.first(receipt.serial);
    invariant(standing !== undefined, "an answer that was written can be read in the same transaction");
    return new Uint8Array(standing.bytes);
  }

  finish(): void {
    for (const [dataset, { line, askers }] of this.#budgets) {
      if (askers.size === 0) continue; // nothing but refusals: not worth an fsync
      this.#statements.setSpent.run(line.spent.epsilon, line.spent.delta, line.charges, dataset);
      for (const [asker, own] of askers) {
        this.#statements.setAskerSpent.run(dataset, asker, own.spent.epsilon, own.spent.delta, own.charges);
      }
    }
  }

  #open(dataset: string): OpenBudget | undefined {
    const open = this.#budgets.get(dataset);
    if (open !== undefined) return open;
    const row = this.#statements.findBudget.first(dataset);
    if (row === undefined) return undefined;
    const opened = { row, line: datasetLine(row), askers: new Map<string, OpenLine>() };
    this.#budgets.set(dataset, opened);
    return opened;
  }

  #openAsker(budget: OpenBudget, { dataset, asker }: Charge): OpenLine {
    const open = budget.askers.get(asker);
    return open ?? askerLine(budget.row, this.#statements.findAllotment.first(dataset, asker));
  }

  #write({ asker, askId, dataset, questionHash, epsilon, delta, event }: Charge): ChargeRow {
    const at = BigInt(this.#nowMs);
    const add = this.#statements.addCharge;
    const serial = add.run(asker, askId, dataset, questionHash, epsilon, delta, event, at);
    return {
      serial,
      asker,
      ask_id: askId,
      dataset,
      question_hash: questionHash,
      epsilon,
      delta,
      charged_at_ms: at,
    };
  }
}

/**
 * The same ask again gives its receipt. Anything else under its id is another question, a changed price too:
 * a receipt over a small epsilon must not pay for an answer with the noise of a large one.
 */
export function sameAsk(earlier: ChargeRow, charge: Charge): Result<Receipt, ChargeRefused> {
  const isSame =
    earlier.question_hash === charge.questionHash &&
    earlier.dataset === charge.dataset &&
    earlier.epsilon === charge.epsilon &&
    earlier.delta === charge.delta;
  return isSame ? ok(receiptOf(earlier)) : err(askIdReused());
}
