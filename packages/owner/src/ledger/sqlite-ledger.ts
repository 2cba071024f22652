// The ledger in the home's SQLite file. Charges and answers of all callers in this process are written in
// groups, one fsync a group (`group-commit.ts`); other processes on the same home wait for the lock.

import { type Clock, err, invariant, ok, type Problem, type Result } from "@unseen/base";
import { isStoreFailure, type Store } from "../store/index.ts";
import { type Amount, atMostBoth, isStorable, left, nothing } from "./amount.ts";
import { askerLine, datasetLine, type OpenLine } from "./budget-lines.ts";
import { ChargeGroup, sameAsk } from "./charge-group.ts";
import { GroupCommit } from "./group-commit.ts";
import {
  type AskKey,
  type Budget,
  type BudgetLine,
  type Charge,
  type ChargeRefused,
  type Ledger,
  longestKey,
} from "./ledger.ts";
import { type LedgerStatements, prepareLedger } from "./ledger-statements.ts";
import type { Receipt } from "./receipt.ts";
import { answerNotRecorded, askIdReused, ledgerUnavailable } from "./refusals.ts";

/** Opens the ledger of a home. Any number may be open on one home, in one process or in many. */
export function sqliteLedger(ports: { readonly store: Store; readonly clock: Clock }): Ledger {
  return new SqliteLedger(ports.store, ports.clock);
}

class SqliteLedger implements Ledger {
  readonly #statements: LedgerStatements;
  readonly #writes: GroupCommit<ChargeGroup>;

  constructor(store: Store, clock: Clock) {
    this.#statements = prepareLedger(store);
    this.#writes = new GroupCommit(store, () => new ChargeGroup(this.#statements, clock.nowMs()));
  }

  async charge(charge: Charge): Promise<Result<Receipt, ChargeRefused>> {
    // Checked before it joins a group: what one caller's broken charge throws must not roll back the others.
    invariant(
      charge.epsilon > 0n && isStorable(charge),
      "a charge has a price above zero that can be stored",
    );
    for (const key of [charge.asker, charge.askId, charge.dataset, charge.questionHash]) {
      invariant(isKey(key), "a charge names its asker, ask, dataset and question");
    }
    invariant(typeof charge.event === "string", "a charge has its mechanisms as JSON");
    try {
      return await this.#writes.submit((group) => group.charge(charge));
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      return this.#afterFailure(charge);
    }
  }

  async recorded(
    { asker, askId }: AskKey,
    questionHash: string,
  ): Promise<Result<Uint8Array | undefined, Problem<"ask-id-reused" | "ledger-unavailable">>> {
    try {
      const charged = this.#statements.findCharge.first(asker, askId);
      if (charged === undefined) return ok(undefined);
      if (charged.question_hash !== questionHash) return err(askIdReused());
      const answer = this.#statements.findAnswer.first(charged.serial);
      return ok(answer && new Uint8Array(answer.bytes));
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      return err(ledgerUnavailable("no"));
    }
  }

  async record(
    receipt: Receipt,
    answer: Uint8Array,
  ): Promise<Result<Uint8Array, Problem<"answer-not-recorded">>> {
    invariant(answer.length > 0, "an answer has at least one byte");
    try {
      const charged = this.#statements.findCharge.first(receipt.asker, receipt.askId);
      invariant(charged?.serial === BigInt(receipt.serial), "a receipt is of this ledger");
      return ok(await this.#writes.submit((group) => group.record(receipt, answer)));
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      return err(answerNotRecorded());
    }
  }

  async budget(dataset: string, asker?: string): Promise<Budget> {
    const row = this.#statements.findBudget.first(dataset);
    if (row === undefined)
      return { dataset, ...closedLine, ...(asker === undefined ? {} : { asker: closedLine }) };
    const line = datasetLine(row);
    const all = lineOf(line, line.cap);
    if (asker === undefined) return { dataset, ...all };
    const own = askerLine(row, this.#statements.findAllotment.first(dataset, asker));
    const ownLine = lineOf(own, own.cap ?? line.cap);
    return {
      dataset,
      ...all,
      asker: { ...ownLine, remaining: atMostBoth(ownLine.remaining, all.remaining) },
    };
  }

  /**
   * A commit that failed was most likely rolled back, but a disk that fails at the wrong moment can have kept
   * it. So what is told is what is read. Should a rolled-back group come to life in a crash's recovery, it is
   * then spent without an answer, never answered without being spent.
   */
  #afterFailure(charge: Charge): Result<Receipt, ChargeRefused> {
    try {
      const found = this.#statements.findCharge.first(charge.asker, charge.askId);
      return found === undefined ? err(ledgerUnavailable("no")) : sameAsk(found, charge);
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      return err(ledgerUnavailable("unknown"));
    }
  }
}

const closedLine: BudgetLine = { cap: nothing, spent: nothing, remaining: nothing, charges: 0 };

function lineOf({ spent, charges }: OpenLine, cap: Amount): BudgetLine {
  return { cap, spent, remaining: left(cap, spent), charges: Number(charges) };
}

function isKey(key: unknown): boolean {
  return typeof key === "string" && key.length > 0 && key.length <= longestKey && key.isWellFormed();
}
