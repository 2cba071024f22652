import type { NeighbouringRelation, PrivacyEvent } from "@unseen/privacy";
import type { CorrelatedNoise } from "../private/correlated-noise.ts";

/** What steps' releases cost, and for which neighbours. */
export type Accounted = { readonly event: PrivacyEvent; readonly relation: NeighbouringRelation };

/** Gaussian noise on what steps release. */
export type NoiseOfSteps = {
  /** Its deviation over what a unit's part in one batch moves a release by, or a weighted sum of it all releases together. */
  readonly noiseMultiplier: number;
  /** Each step by itself if left out. */
  readonly across?: CorrelatedNoise | undefined;
};
