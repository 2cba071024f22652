// What a question needs of the owner's house. `serve-node.ts` brings the real ones.

import type { Clock, Entropy } from "@unseen/base";
import type { Card } from "@unseen/program";
import type { Caller } from "../accounts/index.ts";
import type { Engine } from "../engine/index.ts";
import type { Ledger } from "../ledger/index.ts";

export type { Caller };

/**
 * A registered dataset: its card, its cleaned and bounded snapshot, and how many people are in it. The last
 * is looked at only where the card declares it public.
 */
export type OpenDataset = { readonly card: Card; readonly snapshot: string; readonly peopleCount: number };

export interface Datasets {
  find(name: string): Promise<OpenDataset | undefined>;
  all(): Promise<readonly OpenDataset[]>;
}

/** What of the engine a question uses. */
export type SumEngine = Pick<Engine, "sums" | "peopleOfKeys">;

/** What of it becomes shares. */
export type ColumnEngine = Pick<Engine, "permittedColumns">;

/** Holds an outcome back until the next slot of time, so that how long it took says little. */
export interface AnswerSlots {
  /** `personMs`: how much longer the work may have taken because of what one person's rows hold. */
  next(sinceMs: number, personMs: number): Promise<void>;
}

export type QuestionPorts = {
  readonly nodeId: string;
  readonly datasets: Datasets;
  readonly ledger: Ledger;
  readonly engine: SumEngine;
  readonly entropy: Entropy;
  readonly clock: Clock;
  readonly slots: AnswerSlots;
};
