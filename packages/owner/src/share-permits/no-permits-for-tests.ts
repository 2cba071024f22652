import { err, problem } from "@unseen/base";
import type { SharePermits } from "./share-permits.ts";

/** An owner who permits nothing. */
export const noPermits: Pick<SharePermits, "permitted" | "letsOpen" | "noteUse"> = {
  permitted: () => err(problem("sharing-not-permitted", "nothing is permitted")),
  letsOpen: () => false,
  noteUse: async () => undefined,
};
