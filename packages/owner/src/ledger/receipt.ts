import type { Brand } from "@unseen/base";
import { type AttoDelta, attoDeltaOf, type NanoEpsilon, nanoEpsilonOf } from "@unseen/privacy";
import type { ChargeRow } from "./ledger-tables.ts";

/**
 * Proof that a question was paid for: a row of the ledger that is on the disk. Made by the ledger alone, and asked for by
 * everything that reads people's data. Asking again under the same id gives an equal one.
 */
export type Receipt = Brand<
  {
    readonly serial: number;
    readonly asker: string;
    readonly askId: string;
    /** Each of them was charged the whole price. */
    readonly datasets: ChargedDatasets;
    readonly questionHash: string;
    readonly epsilon: NanoEpsilon;
    readonly delta: AttoDelta;
    readonly chargedAtMs: number;
    /** Hash of the charge's entry in the chain: who holds it can check a ledger that is shown to them later. */
    readonly entryHash: string;
  },
  "Receipt"
>;

/** One dataset, or two whose rows are joined. Never the same one twice. */
export type ChargedDatasets = readonly [string] | readonly [string, string];

/** The datasets of a charge, as a row or an entry of the chain has them. */
export function datasetsOf({ dataset, joined }: Pick<ChargeRow, "dataset" | "joined">): ChargedDatasets {
  return joined === "" ? [dataset] : [dataset, joined];
}

/** For the ledger's adapter only, and only from a row that was read from a committed table. */
export function receiptOf(row: ChargeRow): Receipt {
  return Object.freeze({
    serial: Number(row.serial),
    asker: row.asker,
    askId: row.ask_id,
    datasets: datasetsOf(row),
    questionHash: row.question_hash,
    epsilon: nanoEpsilonOf(row.epsilon),
    delta: attoDeltaOf(row.delta),
    chargedAtMs: Number(row.charged_at_ms),
    entryHash: row.hash,
  }) as Receipt;
}
