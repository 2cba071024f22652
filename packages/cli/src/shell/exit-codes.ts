import type { ProblemCode } from "@unseen/base";

/** What a script branches on; `unseen --help` lists them. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  budgetExhausted: 4,
  notSignedIn: 5,
  unreachable: 6,
  /** 128 and the number of SIGINT, as shells count. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const { failed, usage, refused, budgetExhausted, notSignedIn, unreachable } = exitCodes;

/** A problem code that is missing here does not compile. */
export const exitCodeOf: Readonly<Record<ProblemCode, ExitCode>> = {
  "dataset-unknown": refused,
  "column-unknown": refused,
  "column-not-askable": refused,
  "operation-unknown": refused,
  "program-malformed": refused,
  "program-too-large": refused,
  "program-newer": refused,
  "constant-not-finite": refused,
  "shapes-do-not-fit": refused,
  "input-unknown": refused,
  "no-rule": refused,
  "bounds-unknown": refused,
  "rows-exposed": refused,
  "rows-mixed": refused,
  "private-data": refused,
  "expression-malformed": usage,
  "sql-malformed": usage,
  "sql-unsupported": refused,
  "epsilon-invalid": usage,
  "delta-invalid": usage,
  "budget-exhausted": budgetExhausted,
  "allotment-exhausted": budgetExhausted,
  "ask-id-invalid": usage,
  "ask-id-reused": refused,
  "ledger-unavailable": failed,
  "answer-not-recorded": failed,
  "answer-not-computed": failed,
  "sign-in-failed": notSignedIn,
  "sign-in-busy": notSignedIn,
  "session-invalid": notSignedIn,
  "session-expired": notSignedIn,
  "not-permitted": notSignedIn,
  "owner-token-invalid": notSignedIn,
  "account-exists": failed,
  "account-invalid": usage,
  "message-too-large": refused,
  "message-malformed": failed,
  "node-unreachable": unreachable,
  "deadline-exceeded": unreachable,
  "insecure-address": usage,
  "node-failed": failed,
  "card-malformed": failed,
  "card-bounds-missing": failed,
  "card-bounds-invalid": failed,
  "card-column-missing": failed,
  "dataset-exists": failed,
  "file-unreadable": failed,
  "file-ragged": failed,
  "home-in-use": failed,
  "home-unreadable": failed,
  "object-unknown": failed,
  "workspace-full": failed,
};
