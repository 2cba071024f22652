export { type Account, Accounts, type Caller, ownerAtTheMachine, type Role } from "./accounts/index.ts";
export {
  type AuditedPolicy,
  type AuditOptions,
  type AuditReport,
  auditPolicy,
  type Effort,
  type Finding,
  falseAlarmRate,
  fullEffort,
  PredictableStream,
  quickEffort,
  type Reconstructed,
  type RocCurve,
  type RocPoint,
  type SeenEpsilon,
  type Verdict,
} from "./audit/index.ts";
export type { Catalogue, CataloguedDataset } from "./catalogue/index.ts";
export { gridRoutes, type OwnerNode, type ServeOptions, type Serving, serveNode } from "./http/index.ts";
export {
  type CardDraft,
  type ColumnReport,
  type IngestReport,
  type LabelledRows,
  readLabelledRows,
  readPublicRows,
  suggestCard,
} from "./ingest/index.ts";
export {
  type Amount,
  type AuditFinding,
  amount,
  type Budget,
  type BudgetLine,
  BudgetPolicy,
  type Caps,
  exportLedger,
  type FilterName,
  isReason,
  type Ledger,
  LedgerFailed,
  LedgerPolicy,
  type LedgerReport,
  type PolicyEvent,
  type Receipt,
  verifyExport,
  verifyLedger,
} from "./ledger/index.ts";
export { type AddedDataset, capsOf, type Owner, type OwnerOptions, openOwner } from "./open-owner.ts";
export {
  type AllowedPeer,
  AllowedPeers,
  attachPeers,
  type Believed,
  type ConnectPartiesOptions,
  connectParties,
  listenForPeers,
  nativeAead,
  nodeTimers,
  type Party,
  type PeerDoor,
  type PeerListener,
} from "./peers/index.ts";
export { defaultSlotMs } from "./questions/index.ts";
export {
  type PermitWish,
  type ProgramToReview,
  programToReview,
  type SharePermit,
  type SharePermits,
} from "./share-permits/index.ts";
export { type PresentEngine, presentEngines } from "./store/present-engines.ts";
