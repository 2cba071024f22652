// The port between the ledger's rules and a database. An adapter reads rows, hands them to a decision, and writes what
// was decided, all in one transaction that no other writer of this ledger can enter. It knows no rule.

/** The last entry of the chain, and how many charges there are. */
export type Head = { readonly position: bigint; readonly hash: string; readonly charges: bigint };

export type ChargeRow = {
  readonly serial: bigint;
  readonly position: bigint;
  readonly asker: string;
  readonly ask_id: string;
  readonly dataset: string;
  readonly question_hash: string;
  readonly epsilon: bigint;
  readonly delta: bigint;
  readonly event: string;
  readonly charged_at_ms: bigint;
  /** Empty where the question was about one dataset. */
  readonly joined: string;
  readonly hash: string;
};
export type AnswerRow = {
  readonly serial: bigint;
  readonly position: bigint;
  readonly bytes: Uint8Array;
  readonly hash: string;
};
export type PolicyRow = {
  readonly position: bigint;
  readonly dataset: string;
  readonly at_ms: bigint;
  readonly event: string;
  readonly hash: string;
};
type SpendingRow = {
  readonly spent_epsilon: bigint;
  readonly spent_delta: bigint;
  /** Units of rho in 64 decimal digits, so that a database can compare it as text. */
  readonly spent_rho: string;
  /** Units of delta that charges lose beside their rho. */
  readonly spent_beside: bigint;
  readonly charges: bigint;
};
export type BudgetRow = SpendingRow & {
  readonly dataset: string;
  readonly cap_epsilon: bigint;
  readonly cap_delta: bigint;
  readonly allotment_epsilon: bigint | null;
  readonly allotment_delta: bigint | null;
  readonly filter: string;
  readonly renewals: bigint;
  /** Of a line that is spent at one order: units of rho as `spent_rho`, and of delta beside. They hold for the cap of this row. */
  readonly lost_at_order: string;
  readonly beside_at_order: bigint;
};
/** All charges of one price and one event on a dataset's line. */
export type AlikeRow = {
  readonly epsilon: bigint;
  readonly delta: bigint;
  readonly event: string;
  readonly times: bigint;
};
export type AllotmentRow = SpendingRow & {
  readonly dataset: string;
  readonly asker: string;
  readonly cap_epsilon: bigint | null;
  readonly cap_delta: bigint | null;
};

/** Names every row that a decision may look at; what is not named may not be there. */
export type Wanted = {
  readonly asks?: readonly { readonly asker: string; readonly askId: string }[];
  readonly serials?: readonly bigint[];
  readonly lines?: readonly { readonly dataset: string; readonly asker?: string | undefined }[];
  /** Datasets whose charges may be counted again. */
  readonly histories?: readonly string[];
};

export interface LedgerRows {
  readonly head: Head;
  charge(asker: string, askId: string): ChargeRow | undefined;
  answer(serial: bigint): Uint8Array | undefined;
  budget(dataset: string): BudgetRow | undefined;
  allotment(dataset: string, asker: string): AllotmentRow | undefined;
  /** Every charge on a dataset's line, those that are alike together. */
  history(dataset: string): readonly AlikeRow[];
}

/** Charges, answers and policies are new; budgets and allotments replace the row of their key. */
export type LedgerWrites = {
  readonly charges: readonly ChargeRow[];
  readonly answers: readonly AnswerRow[];
  readonly policies: readonly PolicyRow[];
  readonly budgets: readonly BudgetRow[];
  readonly allotments: readonly AllotmentRow[];
  readonly head: Head;
};

export type Decision<T> = { readonly value: T; readonly writes: LedgerWrites | undefined };

export interface LedgerTables {
  /** On the disk when it resolves. `decide` runs again only after a rollback. */
  write<T>(wanted: Wanted, decide: (rows: LedgerRows) => Decision<T>): Promise<T>;
  read(wanted: Wanted): Promise<LedgerRows>;
  policies(dataset: string): Promise<readonly PolicyRow[]>;
  /** True for a fault of the disk, the network or the database; false for a bug of ours. */
  isFailure(error: unknown): boolean;
}
