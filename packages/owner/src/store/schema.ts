// The tables of an owner's home, as the query builder sees them. Integers are `bigint`: the store reads
// them with safe integers, because a budget in billionths passes 2^53 at nine million epsilon.
// `migrations.ts` holds the same tables as they are made, with the rules that the database itself keeps.

export type Schema = {
  node: { only: bigint; id: string };
  /** The last entry of the ledger's chain; one row. */
  chain_head: { only: bigint; position: bigint; hash: string; charges: bigint };
  charges: {
    serial: bigint;
    position: bigint;
    asker: string;
    ask_id: string;
    dataset: string;
    question_hash: string;
    epsilon: bigint;
    delta: bigint;
    event: string;
    charged_at_ms: bigint;
    joined: string;
    hash: string;
  };
  answers: { serial: bigint; position: bigint; bytes: Uint8Array; hash: string };
  budgets: {
    dataset: string;
    cap_epsilon: bigint;
    cap_delta: bigint;
    allotment_epsilon: bigint | null;
    allotment_delta: bigint | null;
    filter: string;
    renewals: bigint;
    spent_epsilon: bigint;
    spent_delta: bigint;
    spent_rho: string;
    spent_beside: bigint;
    charges: bigint;
    lost_at_order: string;
    beside_at_order: bigint;
  };
  allotments: {
    dataset: string;
    asker: string;
    cap_epsilon: bigint | null;
    cap_delta: bigint | null;
    spent_epsilon: bigint;
    spent_delta: bigint;
    spent_rho: string;
    spent_beside: bigint;
    charges: bigint;
  };
  /** Where the ledger is, if not here; at most one row. While `ledger` is null it is on its way there. */
  ledger_place: {
    only: bigint;
    address: string;
    ledger: string | null;
    known_position: bigint;
    known_hash: string;
  };
  policy_events: { position: bigint; dataset: string; at_ms: bigint; event: string; hash: string };
  accounts: {
    id: string;
    name: string;
    role: string;
    password: string;
    generation: bigint;
    created_at_ms: bigint;
  };
  owner_token: { only: bigint; hash: Uint8Array };
  peers: { fingerprint: string; name: string; url: string; allowed_at_ms: bigint };
  /** Columns that the owner lets become shares. `columns` and `parties` are JSON. */
  share_permits: {
    id: string;
    account: string;
    dataset: string;
    snapshot: string;
    columns: string;
    protocol: string;
    parties: string;
    until_ms: bigint;
    issued_at_ms: bigint;
    revoked_at_ms: bigint | null;
  };
  /** Programs whose results the owner lets be opened without noise, by permit. */
  share_programs: { permit: string; digest: string; text: string; reviewed_at_ms: bigint };
  /** By charge: `part` names a stage's noised sums, or what was opened of them. */
  joint_parts: { serial: bigint; part: string; bytes: Uint8Array };
  datasets: {
    id: string;
    name: string;
    card: string;
    snapshot: string;
    rows: bigint;
    report: string;
    added_at_ms: bigint;
  };
};
