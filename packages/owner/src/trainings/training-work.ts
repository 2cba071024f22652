import type { PricedTeaching, TeachingSetup } from "./teaching-setup.ts";
import type { PricedSetup, TrainingSetup } from "./training-setup.ts";

/** All that a thread needs to run it. */
export type TrainingWork =
  | { readonly kind: "fit"; readonly setup: TrainingSetup; readonly priced: PricedSetup }
  | { readonly kind: "teaching"; readonly setup: TeachingSetup; readonly priced: PricedTeaching };
