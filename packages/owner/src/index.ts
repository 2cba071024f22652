export { type Account, Accounts, type Caller, ownerAtTheMachine, type Role } from "./accounts/index.ts";
export type { Catalogue, CataloguedDataset } from "./catalogue/index.ts";
export { gridRoutes, type OwnerNode, type ServeOptions, type Serving, serveNode } from "./http/index.ts";
export { type CardDraft, type ColumnReport, type IngestReport, suggestCard } from "./ingest/index.ts";
export {
  type Amount,
  amount,
  type Budget,
  type BudgetLine,
  BudgetPolicy,
  type Caps,
  type Ledger,
  type PolicyEvent,
  type Receipt,
} from "./ledger/index.ts";
export { type AddedDataset, capsOf, type Owner, type OwnerOptions, openOwner } from "./open-owner.ts";
export { defaultSlotMs } from "./questions/index.ts";
