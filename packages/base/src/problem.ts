// A problem is what a caller is told: a code that scripts branch on, and one sentence in the caller's words.

/** Every code that crosses a door of the house. `docs/problems.md` has an entry for each; a test holds the two equal. */
export const problemCodes = [
  // the question
  "dataset-unknown",
  "column-unknown",
  "column-not-askable",
  "operation-unknown",
  "program-malformed",
  "program-too-large",
  "program-newer",
  "constant-not-finite",
  "shapes-do-not-fit",
  "input-unknown",
  "no-rule",
  "bounds-unknown",
  "rows-exposed",
  "rows-mixed",
  "join-refused",
  "private-data",
  "range-exceeded",
  "not-on-shares",
  "not-differentiable",
  "onnx-malformed",
  "onnx-not-supported",
  "expression-malformed",
  "sql-malformed",
  "sql-unsupported",
  // the price
  "epsilon-invalid",
  "delta-invalid",
  "budget-exhausted",
  "allotment-exhausted",
  "ask-id-invalid",
  "ask-id-reused",
  "ledger-unavailable",
  "answer-not-recorded",
  "answer-not-computed",
  // the caller
  "sign-in-failed",
  "sign-in-busy",
  "session-invalid",
  "session-expired",
  "not-permitted",
  "owner-token-invalid",
  "account-exists",
  "account-invalid",
  // the wire
  "message-too-large",
  "message-malformed",
  "node-unreachable",
  "deadline-exceeded",
  "insecure-address",
  "node-failed",
  // the card and the data
  "card-malformed",
  "card-bounds-missing",
  "card-bounds-invalid",
  "card-column-missing",
  "dataset-exists",
  "dataset-outdated",
  "file-unreadable",
  "file-ragged",
  "table-unreadable",
  "home-in-use",
  "home-unreadable",
  "database-address-invalid",
  "ledger-mismatch",
  // the workspace
  "object-unknown",
  "workspace-full",
  // learning
  "model-malformed",
  "training-invalid",
  "labels-invalid",
  "epsilon-unreachable",
  "training-too-large",
  "training-busy",
  "training-stopped",
  "training-diverged",
  "checkpoint-malformed",
  "checkpoint-mismatch",
  // several parties
  "parties-invalid",
  "party-not-allowed",
  "honest-owners-too-many",
  "party-failed",
  "party-cheated",
  "sharing-not-permitted",
  "opening-not-permitted",
  "facts-not-covered",
  "outcomes-differ",
] as const;

export type ProblemCode = (typeof problemCodes)[number];

/**
 * One clear sentence and a code. `hint` is the nearest thing that would work, in the caller's words.
 * `facts` are small public values (a column's name, what is left) and never private data.
 */
export type Problem<Code extends ProblemCode = ProblemCode> = {
  readonly code: Code;
  readonly message: string;
  readonly hint?: string;
  readonly facts?: Readonly<Record<string, string>>;
};

export function problem<Code extends ProblemCode>(
  code: Code,
  message: string,
  more: { readonly hint?: string; readonly facts?: Readonly<Record<string, string>> } = {},
): Problem<Code> {
  return { code, message, ...more };
}
