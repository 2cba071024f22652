// The ledger remembers what every question cost, for ever. A dataset has one lifetime line over all askers,
// kept under the dataset's name: removing a dataset and adding one of the same name continues the line.
//
// How losses add up is the filter of the line (`line.ts`), fully adaptive: each question and its price may depend on
// all earlier answers. Each charge keeps its mechanisms as JSON (`event`), so that a tighter filter can recount the
// past later. Every charge, answer and policy event is an entry of one hash chain (`entry.ts`).
//
// A question about two datasets that are joined on the person is one charge that stands on both lines.
//
// There are no refunds, whatever happens after a charge.

import type { Problem, Result } from "@unseen/base";
import type { AttoDelta, NanoEpsilon } from "@unseen/privacy";
import type { Amount } from "./amount.ts";
import type { ChargedDatasets, Receipt } from "./receipt.ts";

/** `askId` is the asker's own; two askers may use the same one. Both at most `longestKey` characters. */
export type AskKey = { readonly asker: string; readonly askId: string };

export type Charge = AskKey & {
  /** Each is charged the whole price: all of their lines admit it, or none is charged. */
  readonly datasets: ChargedDatasets;
  /** Of the program, the datasets and the offer: two asks with one hash are the same question. */
  readonly questionHash: string;
  readonly epsilon: NanoEpsilon;
  readonly delta: AttoDelta;
  /** The mechanisms behind the price, as JSON: `{"neighbours": relation, "event": PrivacyEvent}`. */
  readonly event: string;
};

/** One lifetime line, since its first charge. */
export type BudgetLine = {
  readonly cap: Amount;
  /** The prices of all charges, added up. Where the filter is not "basic" it may pass the cap. */
  readonly spent: Amount;
  /** What the charges lose all together, as the line's filter knows it; at most `spent` in epsilon. */
  readonly loss: Amount;
  /**
   * The largest further pure epsilon that would be admitted, and the largest delta that a further offer may have.
   * Never negative, even where the owner lowered the cap below what was spent.
   */
  readonly remaining: Amount;
  readonly charges: number;
};

/** `asker` is the line of the one asker named, capped by the allotment if there is one and by the dataset always. */
export type Budget = BudgetLine & {
  readonly dataset: string;
  /** How often the owner raised the lifetime cap. */
  readonly renewals: number;
  readonly asker?: BudgetLine;
};

export type ChargeRefused = Problem<
  "budget-exhausted" | "allotment-exhausted" | "ask-id-reused" | "ledger-unavailable" | "dataset-unknown"
>;

export interface Ledger {
  /**
   * Takes the whole price from the line of every dataset named, or nothing from any: one entry of the chain, one
   * transaction. Durable before it resolves. The same ask (asker, id, question) is
   * charged once however often it is retried and by how many processes, and gives an equal receipt; the
   * same id with another question or another price is refused.
   *
   * "ledger-unavailable" says in `facts.charged` whether anything was spent: "no", or "unknown" where the disk
   * failed so that it could not be read back. In both cases the same ask may be retried and is charged once.
   */
  charge(charge: Charge): Promise<Result<Receipt, ChargeRefused>>;

  /** Whether such a charge would be admitted now. Free, and a promise of nothing. Throws `LedgerFailed`. */
  affords(charge: Omit<Charge, "askId" | "questionHash">): Promise<boolean>;

  /** The same, with the reason why not: what `charge` would say. */
  refusal(charge: Omit<Charge, "askId" | "questionHash">): Promise<ChargeRefused | undefined>;

  /**
   * The part of what a dataset may lose in its lifetime that such a charge would take, in thousandths rounded up; of two datasets the
   * larger part. Undefined where one may lose nothing of that kind. Free. Throws `LedgerFailed`.
   */
  thousandthsTaken(
    charge: Pick<Charge, "datasets" | "epsilon" | "delta" | "event">,
  ): Promise<bigint | undefined>;

  /** Whether this ask was charged: asked again it costs nothing, whatever is left. Free. Throws `LedgerFailed`. */
  isCharged(key: AskKey): Promise<boolean>;

  /** The answer that stands for this ask, or `undefined` if it was never charged or never recorded. Free. */
  recorded(
    key: AskKey,
    questionHash: string,
  ): Promise<Result<Uint8Array | undefined, Problem<"ask-id-reused" | "ledger-unavailable">>>;

  /**
   * Keeps the answer to a paid question and returns the one that stands: the first recorded wins. Only what
   * this returns may be sent, or one charge would be answered twice with different noise.
   */
  record(receipt: Receipt, answer: Uint8Array): Promise<Result<Uint8Array, Problem<"answer-not-recorded">>>;

  /**
   * The lifetime line of a dataset, and of one asker in it. All zero for a dataset that never had a budget. Throws
   * `LedgerFailed` where the disk or the database fails.
   */
  budget(dataset: string, asker?: string): Promise<Budget>;
}

/** Far above any id we make; keeps a row's size bounded. */
export const longestKey = 256;
