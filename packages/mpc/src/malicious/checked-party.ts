import type { ReplicatedParty } from "../replicated/replicated-party.ts";
import type { PurposeStreams } from "./purpose-streams.ts";
import type { Statements } from "./statements.ts";

/** What each step of a party works with whose every message is checked. */
export type CheckedParty = ReplicatedParty & {
  readonly streams: PurposeStreams;
  readonly statements: Statements;
};
