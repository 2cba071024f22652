import type { Brand } from "@unseen/base";
import { type AttoDelta, attoDeltaOf, type NanoEpsilon, nanoEpsilonOf } from "@unseen/privacy";

/**
 * Proof that a question was paid for: a row of the ledger that is on the disk. Made by the ledger alone, and asked for by
 * everything that reads people's data. Asking again under the same id gives an equal one.
 */
export type Receipt = Brand<
  {
    readonly serial: number;
    readonly asker: string;
    readonly askId: string;
    readonly dataset: string;
    readonly questionHash: string;
    readonly epsilon: NanoEpsilon;
    readonly delta: AttoDelta;
    readonly chargedAtMs: number;
  },
  "Receipt"
>;

/** A row of the table of charges. */
export type ChargeRow = {
  readonly serial: bigint;
  readonly asker: string;
  readonly ask_id: string;
  readonly dataset: string;
  readonly question_hash: string;
  readonly epsilon: bigint;
  readonly delta: bigint;
  readonly charged_at_ms: bigint;
};

/** For the ledger's adapter only, and only from a row that was read from a committed table. */
export function receiptOf(row: ChargeRow): Receipt {
  return Object.freeze({
    serial: Number(row.serial),
    asker: row.asker,
    askId: row.ask_id,
    dataset: row.dataset,
    questionHash: row.question_hash,
    epsilon: nanoEpsilonOf(row.epsilon),
    delta: attoDeltaOf(row.delta),
    chargedAtMs: Number(row.charged_at_ms),
  }) as Receipt;
}
