// Decides a group of charges, answers and policy changes in the order they came, each against what the ones before
// it left. It reads rows that nobody else can change meanwhile and gathers what to write; each line's new total is
// written once, at the end of the group.

import { err, ok, type Problem, type Result } from "@unseen/base";
import { type Amount, amount, plus } from "./amount.ts";
import { type CountedCharge, nothingAtOrder } from "./at-order.ts";
import { answerHash, type Entry, entryHash } from "./entry.ts";
import type { Charge, ChargeRefused } from "./ledger.ts";
import type {
  AllotmentRow,
  AnswerRow,
  BudgetRow,
  ChargeRow,
  Head,
  LedgerRows,
  LedgerWrites,
  PolicyRow,
} from "./ledger-tables.ts";
import { addCharge, type Line, spendOn, under, untouched, usualFilter } from "./line.ts";
import { lineRefusal } from "./line-refusal.ts";
import { isRaised, type PolicyDecision, policyText, type SharesDecision } from "./policy-event.ts";
import { type Receipt, receiptOf } from "./receipt.ts";
import { askIdReused, datasetUnknown } from "./refusals.ts";
import { priceOfCharge } from "./rho.ts";
import {
  answerEntry,
  askerLine,
  chargeEntry,
  datasetLine,
  filterOf,
  freshAllotment,
  orderColumns,
  policyEntry,
  spendingColumns,
} from "./rows.ts";

export type CapsWish = {
  readonly cap: Amount;
  readonly allotment: Amount | undefined;
  /** Undefined keeps the line's filter, and gives a new line the usual one. */
  readonly filter: Line["filter"] | undefined;
  /** Kept where the wish raises a cap that stood. */
  readonly reason: string;
};

type SpentLine = { readonly budget: BudgetRow; readonly allotment: AllotmentRow };

export class LedgerGroup {
  readonly #rows: LedgerRows;
  readonly #now: bigint;
  #head: Head;
  readonly #charges = new Map<string, ChargeRow>();
  readonly #answers = new Map<bigint, AnswerRow>();
  readonly #policies: PolicyRow[] = [];
  readonly #budgets = new Map<string, BudgetRow>();
  readonly #allotments = new Map<string, AllotmentRow>();

  constructor(rows: LedgerRows, nowMs: number) {
    this.#rows = rows;
    this.#now = BigInt(nowMs);
    this.#head = rows.head;
  }

  charge(charge: Charge): Result<Receipt, ChargeRefused> {
    const { asker, askId } = charge;
    const key = keyOf(asker, askId);
    const earlier = this.#charges.get(key) ?? this.#rows.charge(asker, askId);
    if (earlier !== undefined) return sameAsk(earlier, charge);

    // Every line is asked before any is touched: a group writes whatever was touched.
    const spent: SpentLine[] = [];
    for (const dataset of charge.datasets) {
      const line = this.#spentLine(dataset, charge);
      if (!line.ok) return line;
      spent.push(line.value);
    }
    for (const { budget, allotment } of spent) {
      this.#budgets.set(budget.dataset, budget);
      this.#allotments.set(keyOf(allotment.dataset, asker), allotment);
    }
    const row = this.#chargeRow(charge);
    this.#charges.set(key, row);
    return ok(receiptOf(row));
  }

  /** Keeps the first answer to a receipt and returns the one that is kept. */
  record({ serial }: Receipt, answer: Uint8Array): Uint8Array {
    const id = BigInt(serial);
    const standing = this.#answers.get(id)?.bytes ?? this.#rows.answer(id);
    if (standing !== undefined) return standing;
    this.#answers.set(id, {
      serial: id,
      bytes: answer,
      ...this.#append(answerEntry(id, answerHash(answer))),
    });
    return answer;
  }

  /** What was spent under this name stays spent. A cap that rises is a renewal, whoever asks for it. */
  setBudget(dataset: string, { cap, allotment, filter, reason }: CapsWish): void {
    const held = this.#budget(dataset);
    const isRenewal = held !== undefined && isRaised(datasetLine(held).cap, cap);
    const chosen = filter ?? (held === undefined ? usualFilter(cap) : filterOf(held));
    const line = held && under(datasetLine(held), chosen, cap, () => this.#history(dataset));
    this.#budgets.set(dataset, {
      ...(held ?? { dataset, renewals: 0n, ...noSpending }),
      ...orderColumns(line?.atOrder ?? nothingAtOrder),
      cap_epsilon: cap.epsilon,
      cap_delta: cap.delta,
      allotment_epsilon: allotment?.epsilon ?? null,
      allotment_delta: allotment?.delta ?? null,
      filter: chosen,
      renewals: (held?.renewals ?? 0n) + (isRenewal ? 1n : 0n),
    });
    this.#decide(dataset, {
      kind: "budget",
      cap,
      allotment,
      filter: chosen,
      reason: isRenewal ? reason : undefined,
    });
  }

  /** Adds `more` to a lifetime cap that stands; everything else of the line stays as it is. */
  renew(dataset: string, more: Amount, reason: string): Result<undefined, Problem<"dataset-unknown">> {
    const held = this.#budget(dataset);
    if (held === undefined) return err(datasetUnknown());
    const { cap } = datasetLine(held);
    const everyone = askerLine(held, undefined).cap;
    this.setBudget(dataset, { cap: plus(cap, more), allotment: everyone, filter: undefined, reason });
    return ok(undefined);
  }

  setAllotment(
    dataset: string,
    asker: string,
    cap: Amount | undefined,
  ): Result<undefined, Problem<"dataset-unknown">> {
    if (this.#budget(dataset) === undefined) return err(datasetUnknown());
    this.#allotments.set(keyOf(dataset, asker), {
      ...(this.#allotment(dataset, asker) ?? freshAllotment(dataset, asker)),
      cap_epsilon: cap?.epsilon ?? null,
      cap_delta: cap?.delta ?? null,
    });
    this.#decide(dataset, { kind: "allotment", asker, cap });
    return ok(undefined);
  }

  /** Takes note of what an owner decided that changes no budget. */
  note(dataset: string, decision: SharesDecision): void {
    this.#decide(dataset, decision);
  }

  /** Undefined if the group only refused or repeated: that is not worth an fsync. */
  writes(): LedgerWrites | undefined {
    if (this.#head === this.#rows.head) return undefined;
    return {
      charges: [...this.#charges.values()],
      answers: [...this.#answers.values()],
      policies: this.#policies,
      budgets: [...this.#budgets.values()],
      allotments: [...this.#allotments.values()],
      head: this.#head,
    };
  }

  /** All charges of a dataset, those of this group too. */
  *#history(dataset: string): Generator<CountedCharge> {
    for (const row of this.#rows.history(dataset)) yield { ...row, ...amount(row.epsilon, row.delta) };
    for (const row of this.#charges.values())
      if (row.dataset === dataset || row.joined === dataset)
        yield { ...amount(row.epsilon, row.delta), event: row.event, times: 1n };
  }

  #budget(dataset: string): BudgetRow | undefined {
    return this.#budgets.get(dataset) ?? this.#rows.budget(dataset);
  }

  #allotment(dataset: string, asker: string): AllotmentRow | undefined {
    return this.#allotments.get(keyOf(dataset, asker)) ?? this.#rows.allotment(dataset, asker);
  }

  /** What a dataset's line and the asker's in it would be after this charge, or the reason why one does not admit it. */
  #spentLine(dataset: string, charge: Charge): Result<SpentLine, ChargeRefused> {
    const { asker } = charge;
    const budget = this.#budget(dataset);
    const allotment = this.#allotment(dataset, asker);
    const refusal = lineRefusal(dataset, charge, budget, allotment);
    if (refusal !== undefined || budget === undefined) return err(refusal ?? datasetUnknown());
    const price = priceOfCharge(charge, charge.event);
    const line = spendOn(datasetLine(budget), price);
    return ok({
      budget: { ...budget, ...spendingColumns(line), ...orderColumns(line.atOrder) },
      allotment: {
        ...(allotment ?? freshAllotment(dataset, asker)),
        ...spendingColumns(addCharge(askerLine(budget, allotment), price)),
      },
    });
  }

  #chargeRow({ asker, askId, datasets, questionHash, epsilon, delta, event }: Charge): ChargeRow {
    const serial = this.#head.charges + 1n;
    const [dataset, joined = ""] = datasets;
    const told = { serial, asker, ask_id: askId, dataset, question_hash: questionHash, epsilon, delta };
    const row = { ...told, event, charged_at_ms: this.#now, joined };
    const chained = this.#append(chargeEntry(row));
    this.#head = { ...this.#head, charges: serial };
    return { ...row, ...chained };
  }

  #decide(dataset: string, decision: PolicyDecision): void {
    const row = { dataset, at_ms: this.#now, event: policyText(decision) };
    this.#policies.push({ ...row, ...this.#append(policyEntry(row)) });
  }

  #append(entry: Entry): { readonly position: bigint; readonly hash: string } {
    const position = this.#head.position + 1n;
    const hash = entryHash(this.#head.hash, position, entry);
    this.#head = { ...this.#head, position, hash };
    return { position, hash };
  }
}

/**
 * The same ask again gives its receipt. Anything else under its id is another question, a changed price too:
 * a receipt over a small epsilon must not pay for an answer with the noise of a large one.
 */
export function sameAsk(earlier: ChargeRow, charge: Charge): Result<Receipt, ChargeRefused> {
  const [dataset, joined = ""] = charge.datasets;
  const isSame =
    earlier.question_hash === charge.questionHash &&
    earlier.dataset === dataset &&
    earlier.joined === joined &&
    earlier.epsilon === charge.epsilon &&
    earlier.delta === charge.delta;
  return isSame ? ok(receiptOf(earlier)) : err(askIdReused());
}

const noSpending = spendingColumns(untouched);

/** A name cannot hold the separator: the ledger refuses NUL in its keys. */
function keyOf(one: string, other: string): string {
  return `${one}\0${other}`;
}
