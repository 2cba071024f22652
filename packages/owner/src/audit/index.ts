export type { RocCurve, RocPoint } from "./attack-membership.ts";
export type { Reconstructed } from "./attack-reconstruction.ts";
export type { SeenEpsilon } from "./attack-tester.ts";
export {
  type AuditedPolicy,
  type AuditOptions,
  auditPolicy,
} from "./audit-policy.ts";
export type { AuditReport } from "./audit-report.ts";
export {
  type Effort,
  type Finding,
  falseAlarmRate,
  fullEffort,
  quickEffort,
  type Verdict,
} from "./finding.ts";
export { PredictableStream } from "./predictable-stream.ts";
