// Where shared numbers come from, where they are an owner's and not an asker's own. Every party keeps it beside its shares, and
// everything that may be done with them follows from it.

import type { Fingerprint } from "@unseen/crypto";
import type { ColumnSource } from "@unseen/wire";

export type Provenance = ColumnSource & {
  readonly owner: Fingerprint;
  readonly permitId: string;
  readonly untilMs: number;
  /** Which splitting made the shares: those of two are never computed with together. */
  readonly splitId: string;
};
