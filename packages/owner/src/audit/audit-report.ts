// What an audit tells the owner: every finding, what the pictures are drawn from, and the words.

import type { PrivacyPromise } from "@unseen/privacy";
import type { RocCurve } from "./attack-membership.ts";
import type { Reconstructed } from "./attack-reconstruction.ts";
import type { SeenEpsilon } from "./attack-tester.ts";
import type { Finding } from "./finding.ts";

export type AuditReport = {
  readonly dataset: string;
  /** What the caps promise each person over the dataset's lifetime, and under which neighbours. */
  readonly promise: PrivacyPromise;
  readonly neighbours: "add-or-remove" | "replace";
  readonly mostRowsEach: number;
  readonly findings: readonly Finding[];
  /** True where any attack got further than the policy allows: a fault of the software, to be reported. */
  readonly isBroken: boolean;
  readonly seen: readonly SeenEpsilon[];
  readonly curves: readonly RocCurve[];
  readonly reconstructions: readonly Reconstructed[];
  readonly inPlainWords: readonly string[];
  readonly advice: readonly string[];
};
