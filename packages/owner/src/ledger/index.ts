export { type Amount, amount } from "./amount.ts";
export { BudgetPolicy, type Caps, isReason, LedgerPolicy, type PolicyEvent } from "./budget-policy.ts";
export type { AskKey, Budget, BudgetLine, Charge, ChargeRefused, Ledger } from "./ledger.ts";
export { longestKey } from "./ledger.ts";
export type { AuditFinding } from "./ledger-audit.ts";
export type { FilterName } from "./line.ts";
export type { Receipt } from "./receipt.ts";
export { sqliteLedger } from "./sqlite-ledger.ts";
export { exportLedger, type LedgerReport, verifyExport, verifyLedger } from "./verify-ledger.ts";
