import type { NeighbouringRelation, PrivacyEvent } from "@unseen/privacy";

/** What releases cost, and for which neighbours. */
export type Accounted = { readonly event: PrivacyEvent; readonly relation: NeighbouringRelation };
