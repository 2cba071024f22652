// The ledger over any tables. Charges and answers of all callers in this process are written in groups, one fsync a
// group (`ledger-writer.ts`).

import { type Clock, err, invariant, ok, type Problem, type Result } from "@unseen/base";
import { atMostBoth, isStorable, nothing } from "./amount.ts";
import {
  type AskKey,
  type Budget,
  type BudgetLine,
  type Charge,
  type ChargeRefused,
  type Ledger,
  longestKey,
} from "./ledger.ts";
import { sameAsk } from "./ledger-group.ts";
import type { LedgerRows, LedgerTables, Wanted } from "./ledger-tables.ts";
import { LedgerWriter } from "./ledger-writer.ts";
import { allotmentLine, askersLine, type Line, lossOf, remainingOf, thousandthsTaken } from "./line.ts";
import { lineRefusal } from "./line-refusal.ts";
import type { Receipt } from "./receipt.ts";
import { answerNotRecorded, askIdReused, LedgerFailed, ledgerUnavailable } from "./refusals.ts";
import { priceOfCharge } from "./rho.ts";
import { askerLine, datasetLine } from "./rows.ts";

export class GroupedLedger implements Ledger {
  readonly #tables: LedgerTables;
  readonly #writes: LedgerWriter;

  constructor(tables: LedgerTables, clock: Clock) {
    this.#tables = tables;
    this.#writes = new LedgerWriter(tables, clock);
  }

  async charge(charge: Charge): Promise<Result<Receipt, ChargeRefused>> {
    // Checked before it joins a group: what one caller's broken charge throws must not roll back the others.
    invariant(
      charge.epsilon > 0n && isStorable(charge),
      "a charge has a price above zero that can be stored",
    );
    const { asker, askId, datasets } = charge;
    for (const key of [asker, askId, ...datasets, charge.questionHash]) {
      invariant(isKey(key), "a charge names its asker, ask, datasets and question");
    }
    invariant(isOneOrTwo(datasets), "a charge is of one dataset, or of two that differ");
    invariant(isText(charge.event), "a charge has its mechanisms as JSON");
    const lines = datasets.map((dataset) => ({ dataset, asker }));
    try {
      return await this.#writes.submit({ asks: [charge], lines }, (group) => group.charge(charge));
    } catch (error) {
      if (!this.#tables.isFailure(error)) throw error;
      return this.#afterFailure(charge);
    }
  }

  async affords(charge: Omit<Charge, "askId" | "questionHash">): Promise<boolean> {
    return (await this.refusal(charge)) === undefined;
  }

  async refusal(charge: Omit<Charge, "askId" | "questionHash">): Promise<ChargeRefused | undefined> {
    const { asker, datasets } = charge;
    const rows = await this.#rowsOf(datasets.map((dataset) => ({ dataset, asker })));
    for (const dataset of datasets) {
      const refused = lineRefusal(dataset, charge, rows.budget(dataset), rows.allotment(dataset, asker));
      if (refused !== undefined) return refused;
    }
    return undefined;
  }

  async thousandthsTaken(
    charge: Pick<Charge, "datasets" | "epsilon" | "delta" | "event">,
  ): Promise<bigint | undefined> {
    const rows = await this.#rowsOf(charge.datasets.map((dataset) => ({ dataset })));
    let largest = 0n;
    for (const dataset of charge.datasets) {
      const row = rows.budget(dataset);
      const taken = row && thousandthsTaken(datasetLine(row), priceOfCharge(charge, charge.event));
      if (taken === undefined) return undefined;
      if (taken > largest) largest = taken;
    }
    return largest;
  }

  async isCharged({ asker, askId }: AskKey): Promise<boolean> {
    return (await this.#read({ asks: [{ asker, askId }] })).charge(asker, askId) !== undefined;
  }

  async recorded(
    { asker, askId }: AskKey,
    questionHash: string,
  ): Promise<Result<Uint8Array | undefined, Problem<"ask-id-reused" | "ledger-unavailable">>> {
    try {
      const rows = await this.#tables.read({ asks: [{ asker, askId }] });
      const charged = rows.charge(asker, askId);
      if (charged === undefined) return ok(undefined);
      if (charged.question_hash !== questionHash) return err(askIdReused());
      return ok((await this.#tables.read({ serials: [charged.serial] })).answer(charged.serial));
    } catch (error) {
      if (!this.#tables.isFailure(error)) throw error;
      return err(ledgerUnavailable("no"));
    }
  }

  async record(
    receipt: Receipt,
    answer: Uint8Array,
  ): Promise<Result<Uint8Array, Problem<"answer-not-recorded">>> {
    invariant(answer.length > 0, "an answer has at least one byte");
    try {
      const rows = await this.#tables.read({ asks: [receipt] });
      const charged = rows.charge(receipt.asker, receipt.askId);
      invariant(
        charged?.serial === BigInt(receipt.serial) && charged.hash === receipt.entryHash,
        "a receipt is of this ledger",
      );
      const wanted = { serials: [charged.serial] };
      return ok(await this.#writes.submit(wanted, (group) => group.record(receipt, answer)));
    } catch (error) {
      if (!this.#tables.isFailure(error)) throw error;
      return err(answerNotRecorded());
    }
  }

  async budget(dataset: string, asker?: string): Promise<Budget> {
    const rows = await this.#rowsOf([{ dataset, asker }]);
    const row = rows.budget(dataset);
    if (row === undefined)
      return { dataset, renewals: 0, ...closedLine, ...(asker === undefined ? {} : { asker: closedLine }) };
    const line = datasetLine(row);
    const all = { dataset, renewals: Number(row.renewals), ...lineOf(line) };
    if (asker === undefined) return all;
    const own = askerLine(row, rows.allotment(dataset, asker));
    const ownLine = lineOf(askersLine(line, own.cap ?? line.cap, own));
    const isLimited = allotmentLine(line, own.cap, own) !== undefined;
    const remaining = isLimited ? atMostBoth(ownLine.remaining, all.remaining) : all.remaining;
    // What one asker was told is a part of what all were.
    const loss = ownLine.loss.epsilon <= all.loss.epsilon ? ownLine.loss : all.loss;
    return { ...all, asker: { ...ownLine, loss, remaining } };
  }

  #rowsOf(lines: NonNullable<Wanted["lines"]>): Promise<LedgerRows> {
    return this.#read({ lines });
  }

  async #read(wanted: Wanted): Promise<LedgerRows> {
    try {
      return await this.#tables.read(wanted);
    } catch (cause) {
      if (!this.#tables.isFailure(cause)) throw cause;
      throw new LedgerFailed({ cause });
    }
  }

  /**
   * A commit that failed was most likely rolled back, but a disk that fails at the wrong moment can have kept
   * it. So what is told is what is read. Should a rolled-back group come to life in a crash's recovery, it is
   * then spent without an answer, never answered without being spent.
   */
  async #afterFailure(charge: Charge): Promise<Result<Receipt, ChargeRefused>> {
    try {
      const found = (await this.#tables.read({ asks: [charge] })).charge(charge.asker, charge.askId);
      return found === undefined ? err(ledgerUnavailable("no")) : sameAsk(found, charge);
    } catch (error) {
      if (!this.#tables.isFailure(error)) throw error;
      return err(ledgerUnavailable("unknown"));
    }
  }
}

const closedLine: BudgetLine = {
  cap: nothing,
  spent: nothing,
  loss: nothing,
  remaining: nothing,
  charges: 0,
};

function lineOf(line: Line): BudgetLine {
  const { cap, spent, charges } = line;
  return { cap, spent, loss: lossOf(line), remaining: remainingOf(line), charges: Number(charges) };
}

/** A caller without types could name more, or one twice, which would count its price twice on one line. */
function isOneOrTwo([first, second, ...others]: readonly string[]): boolean {
  return first !== undefined && first !== second && others.length === 0;
}

function isKey(key: unknown): boolean {
  return typeof key === "string" && key.length > 0 && key.length <= longestKey && isText(key);
}

/** PostgreSQL's texts hold no NUL, and UTF-8 no half of a surrogate pair. */
function isText(text: unknown): boolean {
  return typeof text === "string" && text.isWellFormed() && !text.includes("\0");
}
