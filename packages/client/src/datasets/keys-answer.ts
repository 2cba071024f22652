// The texts of a column that a mechanism let through, and what that cost. What was released stays released: the keys may
// be used in any number of questions without being asked for again.

import type { Receipt } from "./answer.ts";
import { type AnswerOffer, type Loss, printLoss } from "./offer.ts";

/** `mostKeysEach`: keys that one person counts for at most, 1 unless given. More of them need more people for each key. */
export type KeysOffer = AnswerOffer & { readonly mostKeysEach?: number };

type KeysParts = Pick<KeysAnswer, "column" | "keys" | "spent" | "remaining" | "receipt" | "guarantee">;

export class KeysAnswer {
  readonly column: string;
  /** In the order of their code units, which says nothing of how many people each has. */
  readonly keys: readonly string[];
  readonly spent: Loss;
  /** What this asker may still spend on the dataset. */
  readonly remaining: Loss;
  readonly receipt: Receipt;
  /** In plain words, who was protected and how. */
  readonly guarantee: string;

  constructor({ column, keys, spent, remaining, receipt, guarantee }: KeysParts) {
    this.column = column;
    this.keys = keys;
    this.spent = spent;
    this.remaining = remaining;
    this.receipt = receipt;
    this.guarantee = guarantee;
  }

  toString(): string {
    const price = `spent ${printLoss(this.spent)}, ${printLoss(this.remaining)} remaining`;
    const many = this.keys.length === 1 ? "1 key" : `${this.keys.length} keys`;
    return [...this.keys, "", `${many} of ${this.column} may be shown; ${price}`].join("\n");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
