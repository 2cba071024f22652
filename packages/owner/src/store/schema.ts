// The tables of an owner's home, as the query builder sees them. Integers are `bigint`: the store reads
// them with safe integers, because a budget in billionths passes 2^53 at nine million epsilon.
// `migrations.ts` holds the same tables as they are made, with the rules that the database itself keeps.

import type { Generated } from "kysely";

export type Schema = {
  node: { only: bigint; id: string };
  charges: {
    serial: Generated<bigint>;
    asker: string;
    ask_id: string;
    dataset: string;
    question_hash: string;
    epsilon: bigint;
    delta: bigint;
    event: string;
    charged_at_ms: bigint;
  };
  answers: { serial: bigint; bytes: Uint8Array };
  budgets: {
    dataset: string;
    cap_epsilon: bigint;
    cap_delta: bigint;
    allotment_epsilon: bigint | null;
    allotment_delta: bigint | null;
    spent_epsilon: bigint;
    spent_delta: bigint;
    charges: bigint;
  };
  allotments: {
    dataset: string;
    asker: string;
    cap_epsilon: bigint | null;
    cap_delta: bigint | null;
    spent_epsilon: bigint;
    spent_delta: bigint;
    charges: bigint;
  };
  policy_events: { serial: Generated<bigint>; dataset: string; at_ms: bigint; event: string };
  accounts: {
    id: string;
    name: string;
    role: string;
    password: string;
    generation: bigint;
    created_at_ms: bigint;
  };
  owner_token: { only: bigint; hash: Uint8Array };
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
