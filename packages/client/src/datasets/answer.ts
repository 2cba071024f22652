// What comes back for an offer: the noised value, how far off it may be, and what it cost.

import type { NestedNumbers } from "@unseen/program";
import { printNumber } from "../tensors/print-tensor.ts";
import { type Loss, printLoss } from "./offer.ts";

/** The owner's note that a charge was made; it names the question and no answer. */
export type Receipt = {
  readonly askId: string;
  readonly dataset: string;
  /** The dataset that it was joined with: it was charged the same price. */
  readonly joined?: string;
  /** SHA-256 of the question's text, hexadecimal. */
  readonly questionHash: string;
  readonly serial: number;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly chargedAtMs: number;
  readonly nodeId: string;
  /**
   * Hash of the charge in the owner's ledger, hexadecimal. Keep it: `unseen ledger verify --head HASH` on a ledger that
   * the owner shows later finds whether your charge, and all before it, still stand in it. Empty from an older node.
   */
  readonly entryHash: string;
};

type AnswerParts = Pick<
  Answer,
  "value" | "plusMinus" | "choices" | "spent" | "remaining" | "joinedRemaining" | "receipt" | "guarantee"
>;

export class Answer {
  /** A number for a single one, nested lists otherwise. */
  readonly value: NestedNumbers;
  /** Half-width of the 95 % interval of the noise, for each number of `value`; NaN for one that was chosen. */
  readonly plusMinus: NestedNumbers;
  /** What each choice promises in place of a half-width, a line each. Empty where all was noised. */
  readonly choices: readonly string[];
  readonly spent: Loss;
  /** What this asker may still spend on the dataset. */
  readonly remaining: Loss;
  /** The same on the dataset that it was joined with, where it was. */
  readonly joinedRemaining?: Loss;
  readonly receipt: Receipt;
  /** In plain words, who was protected and how. */
  readonly guarantee: string;

  constructor(parts: AnswerParts) {
    const { value, plusMinus, choices, spent, remaining, joinedRemaining, receipt, guarantee } = parts;
    this.value = value;
    this.plusMinus = plusMinus;
    this.choices = choices;
    this.spent = spent;
    this.remaining = remaining;
    if (joinedRemaining !== undefined) this.joinedRemaining = joinedRemaining;
    this.receipt = receipt;
    this.guarantee = guarantee;
  }

  toString(): string {
    const width = hasHalfWidth(this.plusMinus) ? ` ± ${printNested(this.plusMinus)} (95 %)` : "";
    const lines = [`${printNested(this.value)}${width}; ${printSpent(this)}`, ...this.choices.map(asChosen)];
    return lines.join("\n");
  }
}

/** What an answer cost and what is left, on each dataset that was charged. */
export function printSpent({
  spent,
  remaining,
  joinedRemaining,
  receipt,
}: Pick<Answer, "spent" | "remaining" | "joinedRemaining" | "receipt">): string {
  const price = printLoss(spent);
  const { dataset, joined } = receipt;
  if (joined === undefined || joinedRemaining === undefined)
    return `spent ${price}, ${printLoss(remaining)} remaining`;
  const charged = [`${dataset}, ${printLoss(remaining)}`, `${joined}, ${printLoss(joinedRemaining)}`];
  return charged.map((on) => `spent ${price} on ${on} remaining`).join("; ");
}

/** Whether any number was noised: what was chosen has no half-width. */
export function hasHalfWidth(plusMinus: NestedNumbers): boolean {
  return typeof plusMinus === "number" ? !Number.isNaN(plusMinus) : plusMinus.some(hasHalfWidth);
}

export function asChosen(promise: string): string {
  return `chosen: ${promise}`;
}

export function printNested(nested: NestedNumbers): string {
  return typeof nested === "number" ? printNumber(nested) : `[${nested.map(printNested).join(", ")}]`;
}
